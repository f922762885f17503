package dev.lethe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lethe.config.EffectiveValue;
import dev.lethe.config.SettingKey;
import dev.lethe.config.Settings;
import dev.lethe.config.Surroundings;
import dev.lethe.consent.DropReason;
import dev.lethe.database.Backup;
import dev.lethe.demo.Simulator;
import dev.lethe.retention.ComplianceReport;
import dev.lethe.rights.Breach;
import dev.lethe.site.Preset;
import dev.lethe.statistics.Accuracy;
import dev.lethe.statistics.Bounds;
import dev.lethe.statistics.Budget;
import dev.lethe.statistics.SiteList;
import dev.lethe.statistics.SiteReport;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @TempDir
    Path directory;

    private final Map<String, String> environment = new LinkedHashMap<>();
    private final Answers answers = new Answers();

    @Test
    void publishesAndSaysWhatIsLost() {
        assertEquals(new Outcome(0, """
            Published 2 periods, as of 2026-11-23T12:00:00Z:
            SITE         GRAIN  PERIODS  FIRST       LAST        LOST
            example.com  day    2        2026-11-21  2026-11-22  1
            Lost: the raw events of these periods, or the noise drawn for them, are gone; they stay empty.
            """, "50 periods left\n"), run("publish"));
        assertTrue(run("publish", "--as-of", "2027-01-01T00:00:00Z", "--dry-run")
                .out()
                .startsWith("Would publish"));
        assertTrue(run("publish", "--json").out().contains("\"lost\" : 1"));
    }

    @Test
    void saysWhatASiteOfThisSizeCanSay() {
        String out = run("site", "accuracy", "example.com", "--visitors-per-day", "200")
                .out();
        assertTrue(out.startsWith("example.com with 200 visitors a day, preset balanced:\n"), out);
        assertTrue(out.contains("\nvisitors "), out);
        assertTrue(out.contains("below the noise"), out);
        assertTrue(run("site", "accuracy", "example.com", "--json").out().contains("\"published\" : true"));
    }

    /** What one invocation printed, and its exit code. */
    private record Outcome(int exitCode, String out, String err) {}

    @Test
    void printsHelp() {
        assertEquals(new Outcome(0, """
            Usage: lethe [-hV] [--debug] [--config=FILE] [COMMAND]
            Counts visits, forgets visitors: a first-party web-analytics collector.
                  --config=FILE   Settings file, in place of lethe.yaml in the working or the state directory.
                  --debug         Print the stack of a failure.
              -h, --help          Show this help message and exit.
              -V, --version       Print version information and exit.
            Commands:
              serve       Collect, until a signal ends it. The default.
              site        The websites that may send beacons.
              simulate    Invent the past visitors of a synthetic site.
              publish     Publish the days, weeks and months that are due; each once, for ever.
              report      What is published of a site, on one page.
              retention   Destroy the days that are due, and the keys that end with them.
              rights      Requests of visitors that come by letter or mail, and when they are due.
              compliance  Say how each promise stands, with the evidence of this moment, signed.
              keys        The monthly keys that make pseudonyms.
              db          The database: how to log in, its roles, backup and restore.
              doctor      Check this installation; exit code 1 when something fails.
              config      Show every setting as it is in force, and where it came from.

            Any setting may be given as --<key>=<value>; 'lethe config --help' lists them.
            """, ""), run("--help"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "serve",
                "site",
                "site add",
                "site list",
                "simulate",
                "site accuracy",
                "publish",
                "report",
                "retention",
                "rights",
                "rights open",
                "rights list",
                "rights suspend",
                "rights resume",
                "rights complete",
                "rights refuse",
                "compliance",
                "compliance breach",
                "compliance verify",
                "keys",
                "keys list",
                "db",
                "db url",
                "db roles",
                "db backup",
                "db restore",
                "doctor",
                "config"
            })
    void everyCommandHasHelpAndVersion(String command) {
        Outcome help = run((command + " --help").split(" "));
        assertEquals(0, help.exitCode());
        assertTrue(help.out().startsWith("Usage: lethe " + command + " "), help.out());
        assertTrue(help.out().contains("lethe.yaml"), help.out());
        assertTrue(help.out().lines().allMatch(line -> line.length() <= 100), help.out());
        assertEquals(new Outcome(0, "Lethe (built from source)\n", ""), run((command + " --version").split(" ")));
    }

    @Test
    void helpOfConfigListsEverySetting() {
        String help = run("config", "--help").out();
        for (SettingKey key : SettingKey.values()) {
            assertTrue(help.contains("\n  " + key.key() + " (" + key.environmentName() + ")\n"), key.key());
        }
    }

    static Stream<Arguments> wrongUse() {
        return Stream.of(
                arguments("sevre", "there is no command 'sevre'; did you mean 'serve'? 'lethe --help' explains."),
                arguments("site lst", "there is no command 'lst'; did you mean 'list'? 'lethe site --help' explains."),
                arguments(
                        "site",
                        "'lethe site' needs one of: add, list, accuracy, routes. 'lethe site --help' explains."),
                arguments(
                        "site add",
                        "Missing required options and parameters: '--origin=URL', 'NAME'. 'lethe site add --help'"
                                + " explains."),
                arguments(
                        "site add x --origin",
                        "--origin needs a URL such as https://www.example.com. 'lethe site add --help' explains."),
                arguments(
                        "retention --dryrun",
                        "there is no option '--dryrun'; did you mean '--dry-run'? 'lethe retention --help' explains."),
                arguments(
                        "config --dmo=true",
                        "there is no option '--dmo'; did you mean '--demo'? 'lethe config --help' explains."),
                arguments(
                        "db url --role boss",
                        "Invalid value for option '--role': 'boss' is not one of owner, collector, publisher,"
                                + " retention, rights, dashboards, live. 'lethe db url --help' explains."),
                arguments(
                        "retention --as-of tomorrow",
                        "Invalid value for option '--as-of': 'tomorrow' is not an instant such as 2027-01-31T12:00:00Z."
                                + " 'lethe retention --help' explains."),
                arguments(
                        "publish --as-of 2026-11-23T12:00:01Z",
                        "--as-of lies in the future, and what is published never changes: add --dry-run to see what"
                                + " would be published, or --confirm to publish it. 'lethe publish --help' explains."),
                arguments(
                        "report --site example.com --from 2026-11-02 --to 2026-11-01",
                        "--from lies after --to. 'lethe report --help' explains."),
                arguments(
                        "report --site example.com --from yesterday",
                        "Invalid value for option '--from': 'yesterday' is not a date such as 2026-11-01."
                                + " 'lethe report --help' explains."),
                arguments(
                        "retention --as-of 2026-11-23T12:00:01Z",
                        "--as-of lies in the future: add --dry-run to see what would be destroyed, or --confirm to"
                                + " destroy it. 'lethe retention --help' explains."),
                arguments(
                        "serve --public.prot=1",
                        "--public.prot: there is no such setting; did you mean --public.port?"),
                arguments("serve --public.port", "--public.port: it needs a value: --public.port=<value>."));
    }

    @ParameterizedTest
    @MethodSource("wrongUse")
    void wrongUseIsOneSentence(String arguments, String sentence) {
        assertEquals(new Outcome(2, "", "lethe: " + sentence + "\n"), run(arguments.split(" ")));
        assertEquals(List.of(), answers.calls);
    }

    @Test
    void servesByDefaultWithSettingsBeforeAndAfterTheCommand() {
        assertEquals(new Outcome(0, "", ""), run("--public.port=1"));
        run("--public.port=2", "serve");
        run("serve", "--public.port=3");
        assertEquals(List.of("serve on 1", "serve on 2", "serve on 3"), answers.calls);
    }

    @Test
    void reportsEveryUnusableSetting() throws IOException {
        Files.writeString(directory.resolve("mine.yaml"), "retention.raw: P3Y");
        environment.put("LETHE_DEMO", "perhaps");
        assertEquals(new Outcome(2, "", """
            lethe: LETHE_DEMO: 'perhaps' is neither true nor false.
            lethe: retention.raw in mine.yaml: 'P3Y' can be longer than 25 months: the maximum is P25M.
            """), run("site", "list", "--config", "mine.yaml"));
    }

    @Test
    void showsWhereEachValueCameFromAndNoSecret() throws IOException {
        Files.writeString(directory.resolve("lethe.yaml"), "notice.version: 3");
        environment.put("LETHE_DATABASE_URL", "postgresql://owner:s3cret@db/lethe");
        String out = run("config", "--retention.backup-days=7").out();

        assertEquals(
                List.of(
                        "SETTING|VALUE|FROM",
                        "database.url|(secret)|LETHE_DATABASE_URL",
                        "notice.version|3|lethe.yaml",
                        "retention.raw|P25M|default",
                        "retention.backup-days|7|--retention.backup-days"),
                out.lines()
                        .filter(line -> line.matches("(SETTING|notice|retention|database.url).*"))
                        .map(line -> line.replaceAll(" {2,}", "|"))
                        .toList());
        assertEquals(
                1,
                out.lines()
                        .filter(line -> line.contains("default"))
                        .map(line -> line.lastIndexOf("default"))
                        .distinct()
                        .count(),
                "the last column is aligned");
        assertFalse(out.contains("s3cret"));

        String json = run("config", "--json", "--retention.backup-days=7").out();
        assertTrue(json.contains("""
              "database.url" : {
                "value" : "(secret)",
                "from" : "LETHE_DATABASE_URL"
              },
            """), json);
        assertFalse(json.contains("s3cret"));
    }

    @Test
    void addsAndListsSites() {
        assertEquals(
                """
                Added example.com.
                SITE         TIME ZONE     PRESET  VISITORS   ORIGINS
                example.com  Europe/Paris  strict  synthetic  https://example.com https://www.example.com
                """,
                run(
                                "site",
                                "add",
                                "example.com",
                                "--origin",
                                "https://example.com",
                                "--origin",
                                "https://www.example.com",
                                "--time-zone",
                                "Europe/Paris",
                                "--preset",
                                "strict",
                                "--synthetic")
                        .out());
        assertEquals("""
            [ {
              "name" : "example.com",
              "origins" : [ "https://example.com", "https://www.example.com" ],
              "time_zone" : "Europe/Paris",
              "preset" : "strict",
              "synthetic" : true
            } ]
            """, run("site", "list", "--json").out());
    }

    @Test
    void takesTheNameAfterAnOriginToo() {
        run("site", "add", "--origin=https://example.com", "example.com");
        run("site", "add", "example.org", "--origin", "https://example.org", "https://www.example.org");
        assertEquals(
                List.of(
                        "add example.com [https://example.com]",
                        "add example.org [https://example.org, https://www.example.org]"),
                answers.calls);
    }

    @Test
    void tellsWhatWasSimulated() {
        Outcome outcome = run("simulate", "--site", "demo", "--days", "3", "--seed", "7", "--no-today");
        assertEquals(new Outcome(0, """
            SIMULATED         demo
            days              2026-11-20 to 2026-11-23 (3)
            left as they are  1 day with other simulated events or published numbers, the last 2026-11-20
            visitors          2,100
            visitor-days      2,400
            events            20,000 stored, now or before
            not stored: gpc   120 visits
            time              0.8 s, 25,000 events/s
            """, "50 %  2026-11-01  1,000 events  167/s\n"), outcome);
        run("simulate", "--site=demo");
        assertEquals(
                List.of(
                        "simulate SimulationRequest[site=demo, days=3, visitorsPerDay=1000, seed=7, isToday=false]",
                        "simulate SimulationRequest[site=demo, days=90, visitorsPerDay=1000, seed=1, isToday=true]"),
                answers.calls);
        assertTrue(run("simulate", "--site=demo", "--json").out().contains("\"gpc\" : 120"));
    }

    @Test
    void previewsRetention() {
        assertEquals(
                """
                Would destroy 2 days, 1.5 MiB, as of 2027-01-01T00:00:00Z:
                DAY         SIZE       KEY
                2024-11-29  512.0 KiB  -
                2024-11-30  1.0 MiB    2024-11
                """,
                run("retention", "--as-of", "2027-01-01T00:00:00Z", "--dry-run").out());
        assertEquals(List.of("retention 2027-01-01T00:00:00Z dry"), answers.calls);
    }

    @Test
    void listsKeys() {
        assertEquals("""
            SITE         MONTH    DESTROYED BY  STATE
            example.com  2026-11  2028-12-30    usable
            example.com  2026-12  2029-01-30    KEK file missing
            """, run("keys", "list").out());
    }

    @Test
    void databaseUrlIsTheLastLine() {
        assertEquals(
                "postgresql://dashboards@localhost/lethe\n",
                run("db", "url", "--role", "dashboards").out());
        assertEquals(
                "create role lethe_collector;\n", run("db", "roles", "--print").out());
    }

    @Test
    void doctorSaysWhatToDoAndFailsWhenSomethingFails() {
        assertEquals(new Outcome(1, """
            ok    The database answers.
            warn  No controller is named.
                  -> Set controller.name: visitors have a right to know.
            fail  keys.dir is readable by everybody.
                  -> chmod 0700 /keys

            3 checks: 1 ok, 1 warning, 1 failure.
            """, ""), run("doctor"));
    }

    @Test
    void failureIsOneSentenceAndTheStackOnlyForDebugging() {
        answers.failure =
                Optional.of(new OperationFailed("the database does not answer at localhost:5432; is it running?"));
        Outcome outcome = run("keys", "list");
        assertEquals(
                new Outcome(1, "", "lethe: the database does not answer at localhost:5432; is it running?\n"), outcome);
        assertTrue(run("keys", "list", "--debug").err().contains("\tat dev.lethe."));
    }

    @Test
    void whatIsNeverDoneIsWrongUse() {
        answers.failure = Optional.of(new WrongUse("Site real.test measures real visitors."));
        assertEquals(new Outcome(2, "", "lethe: Site real.test measures real visitors.\n"), run("keys", "list"));
    }

    private Outcome run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Surroundings surroundings = new Surroundings(environment, directory, directory.resolve("home"), false);
        int exitCode = Main.run(
                answers,
                surroundings,
                Clock.fixed(NOW, ZoneOffset.UTC),
                new Terminal(new PrintWriter(out, true), new PrintWriter(err, true)),
                List.of(arguments));
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    /** Answers every command with something to print, and notes what was asked. */
    private static final class Answers implements Operations {
        private final List<String> calls = new ArrayList<>();
        private Optional<OperationFailed> failure = Optional.empty();

        @Override
        public int serve(Settings settings) {
            calls.add("serve on " + settings.publicListener().port());
            return 0;
        }

        @Override
        public SiteRow addSite(Settings settings, NewSite site) {
            calls.add("add " + site.name() + " " + site.origins());
            return new SiteRow(
                    site.name(),
                    site.origins(),
                    site.timeZone().orElse(ZoneOffset.UTC),
                    site.preset().orElse(Preset.BALANCED).toString(),
                    site.isSynthetic());
        }

        @Override
        public Simulator.Summary simulate(Settings settings, SimulationRequest request, Simulator.Progress progress) {
            calls.add("simulate " + request);
            progress.report(new Simulator.Status(LocalDate.of(2026, 11, 1), .5, 1_000, Duration.ofSeconds(6)));
            return new Simulator.Summary(
                    LocalDate.of(2026, 11, 20),
                    LocalDate.of(2026, 11, 23),
                    3,
                    2_100,
                    2_400,
                    20_000,
                    Map.of(DropReason.GPC, 120L),
                    List.of(LocalDate.of(2026, 11, 20)),
                    Duration.ofMillis(800),
                    true);
        }

        @Override
        public SiteListResult importSiteList(Settings settings, String site, Path file, boolean isReplacing) {
            calls.add("import " + site + " " + file + (isReplacing ? " replacing" : ""));
            return new SiteListResult(2, 1, 0, new SiteList.Beyond(0, 0));
        }

        @Override
        public List<SiteRow> sites(Settings settings) {
            return List.of(new SiteRow(
                    "example.com",
                    List.of("https://example.com", "https://www.example.com"),
                    ZoneId.of("Europe/Paris"),
                    "strict",
                    true));
        }

        @Override
        public AccuracyResult accuracy(Settings settings, String site, OptionalLong visitorsPerDay) {
            return new AccuracyResult(
                    site,
                    "balanced",
                    visitorsPerDay.orElse(200),
                    visitorsPerDay.isEmpty(),
                    Accuracy.of(
                            visitorsPerDay.orElse(200),
                            Budget.of(Preset.BALANCED, Bounds.DEFAULT),
                            Accuracy.Shares.TYPICAL));
        }

        @Override
        public SiteReport report(Settings settings, ReportRequest request) throws OperationFailed {
            throw new OperationFailed("Nothing of '" + request.site() + "' is published yet.");
        }

        @Override
        public PublishResult publish(Settings settings, DueRequest request, IntConsumer told) {
            told.accept(50);
            return new PublishResult(
                    request.asOf().orElse(NOW),
                    !request.isDryRun(),
                    false,
                    List.of(new PublishedRow(
                            "example.com", "day", 2, LocalDate.of(2026, 11, 21), LocalDate.of(2026, 11, 22), 1)));
        }

        @Override
        public RetentionResult retention(Settings settings, DueRequest request) {
            Instant asOf = request.asOf().orElse(NOW);
            calls.add("retention " + asOf + (request.isDryRun() ? " dry" : ""));
            return new RetentionResult(
                    asOf,
                    !request.isDryRun(),
                    List.of(
                            new RetentionDay(LocalDate.of(2024, 11, 29), 1 << 19, Optional.empty()),
                            new RetentionDay(LocalDate.of(2024, 11, 30), 1 << 20, Optional.of("2024-11"))));
        }

        @Override
        public List<KeyRow> keys(Settings settings) throws OperationFailed {
            if (failure.isPresent()) {
                throw failure.get();
            }
            return List.of(
                    new KeyRow("example.com", YearMonth.of(2026, 11), LocalDate.of(2028, 12, 30), KeyState.USABLE),
                    new KeyRow("example.com", YearMonth.of(2026, 12), LocalDate.of(2029, 1, 30), KeyState.KEK_MISSING));
        }

        @Override
        public RequestRow rights(Settings settings, RightsRequest request) throws OperationFailed {
            calls.add(request.step().toString());
            throw new OperationFailed("understood");
        }

        @Override
        public List<RequestRow> requests(Settings settings, boolean ended) {
            return List.of();
        }

        @Override
        public Breach breach(Settings settings, BreachRequest request) throws OperationFailed {
            throw new OperationFailed("understood");
        }

        @Override
        public Backup.Summary backup(Settings settings, Path file, Backup.Progress progress) {
            calls.add("backup " + file);
            progress.report("registry.site.copy", 1, 2);
            return new Backup.Summary(NOW, "6", 20, 3, 0, 1_234, Optional.empty());
        }

        @Override
        public Backup.Summary restore(
                Settings settings, Path file, boolean isReplacing, boolean isMoved, Backup.Progress progress) {
            calls.add("restore " + file + (isReplacing ? " replacing" : "") + (isMoved ? " moved" : ""));
            return new Backup.Summary(NOW, "6", 20, 2, 1, 1_234, Optional.empty());
        }

        @Override
        public ComplianceReport compliance(Settings settings, List<EffectiveValue> values) throws OperationFailed {
            throw new OperationFailed("understood");
        }

        @Override
        public List<ReportCheck> checkCompliance(Settings settings, ComplianceReport report) {
            return List.of();
        }

        @Override
        public String databaseUrl(Settings settings, Role role) {
            return "postgresql://" + role + "@localhost/lethe";
        }

        @Override
        public String roleStatements(Settings settings) {
            return "create role lethe_collector;\n";
        }

        @Override
        public List<Check> doctor(Settings settings) {
            return List.of(
                    new Check(Verdict.OK, "The database answers.", Optional.empty()),
                    new Check(
                            Verdict.WARN,
                            "No controller is named.",
                            Optional.of("Set controller.name: visitors have a right to know.")),
                    new Check(Verdict.FAIL, "keys.dir is readable by everybody.", Optional.of("chmod 0700 /keys")));
        }
    }
}
