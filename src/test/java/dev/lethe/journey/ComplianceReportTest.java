package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.CommandRun;
import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.retention.ComplianceReport;
import dev.lethe.retention.ComplianceTexts;
import dev.lethe.retention.Deed;
import dev.lethe.retention.Ledger;
import dev.lethe.retention.Promises;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The compliance report: says what is so, in both languages, and nobody changes it unseen. */
@Timeout(120)
class ComplianceReportTest {
    @TempDir
    private Path directory;

    @Test
    void wordsOfThePromisesAreThoseOfTheDocument() {
        ComplianceTexts english = new ComplianceTexts("en");
        ComplianceTexts french = new ComplianceTexts("fr");
        assertEquals(36, Promises.all().size());
        for (Promises.Promise promise : Promises.all()) {
            assertEquals(promise.sentence(), english.text("promise." + promise.number()));
            assertFalse(french.text("promise." + promise.number()).isEmpty());
            assertFalse(french.text("evidence." + promise.number()).isEmpty());
        }
    }

    @Test
    void aDestroyedMonthIsProvedAndTheReportIsVerified() throws IOException {
        TestClock clock = TestClock.at(Instant.parse("2024-01-15T10:00:00Z"));
        try (TestLethe lethe = TestLethe.start(clock, "--demo=false")) {
            Visitor visitor = lethe.visitor();
            visitor.grant();
            assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view("/docs")));
            assertEquals("2024-01-15", figures(lethe).getString("oldest"));
            clock.jumpTo(Instant.parse("2026-03-02T10:00:00Z"));
            try (TestLethe node = lethe.another("--demo=false")) {
                Tables.await(() -> node.count("select count(*) from registry.ledger where kind = 'keys_destroyed'") > 0
                        && node.count("select count(*) from registry.job"
                                        + " where job = 'retention' and last_success > '2026-03-01'")
                                == 1);
            }
            JsonObject figures = figures(lethe);
            assertNull(figures.getString("oldest"));
            assertEquals(
                    lethe.text("select count(*) from registry.ledger where kind = 'day_dropped'"),
                    figures.getString("dropped"));
            assertEquals("1", figures.getString("months_destroyed"));
            assertEquals("whole", figures.getString("ledger_state"));

            for (String language : ComplianceTexts.LANGUAGES) {
                Path page = directory.resolve(language + ".html");
                CommandRun run = CommandRun.of(lethe, "compliance", "--html", page.toString(), "--lang", language);
                assertEquals(0, run.exitCode(), run::err);
                String html = Files.readString(page);
                assertTrue(html.contains("<html lang=\"" + language + "\">") && html.contains("@media print"));
                ComplianceTexts texts = new ComplianceTexts(language);
                for (String kind : List.of("record", "assessment")) {
                    for (String name : kind.equals("record") ? ComplianceTexts.RECORD : ComplianceTexts.ASSESSMENT) {
                        String head = texts.text(kind + "." + name);
                        assertTrue(html.contains("<td>" + head + "</td>"), () -> "the page lacks: " + head);
                    }
                }
                assertFalse(html.contains("{controller}")
                        || html.contains("%missing")
                        || html.contains("%none")
                        || html.contains("%whole")
                        || html.contains("<script src"));
                CommandRun verified = CommandRun.of(lethe, "compliance", "verify", page.toString());
                assertEquals(0, verified.exitCode(), verified::out);
                assertTrue(verified.out().contains("The ledger still holds the newest entry"), verified::out);

                Files.writeString(page, html.replace("P25M", "P12M"));
                assertEquals(
                        1,
                        CommandRun.of(lethe, "compliance", "verify", page.toString())
                                .exitCode());
                Files.writeString(page, html.replaceFirst("25 mo", "12 mo"));
                CommandRun repainted = CommandRun.of(lethe, "compliance", "verify", page.toString(), "--offline");
                assertTrue(
                        repainted.out().contains("fail  The page says what the signed document says"), repainted::out);
            }

            // Somebody takes a day's destruction out of the ledger, hashes and all.
            Path report = directory.resolve("report.json");
            Files.writeString(
                    report, CommandRun.of(lethe, "compliance", "--json").out());
            lethe.database()
                    .execute("update registry.ledger set detail = replace(detail, '2024', '2023') where seq = 1");
            CommandRun changed = CommandRun.of(lethe, "compliance", "verify", report.toString());
            assertEquals(1, changed.exitCode());
            assertTrue(changed.out().contains("fail  The ledger of this installation is whole"), changed::out);
            assertTrue(figures(lethe).getString("ledger_state").contains("broken"));
        }
    }

    /** When somebody used a right is her business: the report shows that there is an entry, and nothing of it. */
    @Test
    void theReportShowsNothingOfWhatOnePersonDid() {
        try (TestLethe lethe = TestLethe.start(TestClock.now(), "--demo=false")) {
            Vertx vertx = Vertx.vertx();
            Pool pool = PgBuilder.pool()
                    .connectingTo(
                            PgConnectOptions.fromUri(lethe.database().url().reveal()))
                    .using(vertx)
                    .build();
            for (Deed deed : Deed.values()) {
                JsonObject detail = new JsonObject().put("mark", "detail of " + deed.kind());
                pool.withTransaction(transaction -> Ledger.append(transaction, Instant.now(), deed, detail))
                        .await();
            }
            pool.close().await();
            vertx.close().await();
            String report = CommandRun.of(lethe, "compliance", "--json").out();
            for (Deed deed : Deed.values()) {
                assertEquals(!deed.isAboutAPerson(), report.contains("detail of " + deed.kind()), deed::kind);
            }
            assertTrue(Deed.RAW_USED_FOR_REQUEST.isAboutAPerson());
        }
    }

    @Test
    void changesAreSeenWithoutTheInstallation() {
        try (TestLethe lethe = TestLethe.start(TestClock.now(), "--demo=false")) {
            JsonObject document =
                    new JsonObject(CommandRun.of(lethe, "compliance", "--json").out());
            assertTrue(ComplianceReport.parse(document.encode()).isSigned(), "white space does not matter");
            document.getJsonArray("promises")
                    .getJsonObject(8)
                    .getJsonObject("evidence")
                    .put("en", "All is well.");
            assertFalse(ComplianceReport.parse(document.encode()).isSigned());

            JsonArray roles = document.getJsonArray("roles");
            assertTrue(roles.encode().contains("lethe_collector"), roles::encode);
            assertFalse(document.getJsonArray("settings").encode().contains("postgresql://"), "secrets are hidden");
        }
    }

    private static JsonObject figures(TestLethe lethe) {
        CommandRun run = CommandRun.of(lethe, "compliance", "--json");
        assertEquals(0, run.exitCode(), run::err);
        return new JsonObject(run.out()).getJsonObject("figures");
    }
}
