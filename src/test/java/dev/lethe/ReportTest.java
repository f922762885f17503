package dev.lethe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.statistics.SiteReport;
import dev.lethe.statistics.SiteReports;
import dev.lethe.statistics.SiteReports.Answer;
import dev.lethe.statistics.StatisticsDatabase;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** {@code lethe report}: what it reads, and the page it prints. */
class ReportTest {
    private static final String SITE = StatisticsDatabase.SITE;

    @Test
    void printsAFullPageAndExplainsItself() throws IOException {
        Pool dashboards = StatisticsDatabase.withHistory().dashboards();
        SiteReports reports = new SiteReports(dashboards);
        Answer.Found found =
                assertInstanceOf(Answer.Found.class, reports.read(SITE, Optional.empty(), Optional.empty()));
        SiteReport report = found.report();
        assertEquals(LocalDate.of(2026, 10, 26), report.from());
        for (int width : new int[] {80, 120}) {
            String page = page(report, width);
            System.out.println(page);
            assertTrue(page.lines().allMatch(line -> line.length() <= width), page);
            for (String words : List.of(
                    "  " + SITE + " · 26 Oct to 22 Nov 2026 · 28 days\n  compared with 28 Sep to 25 Oct 2026\n",
                    "95 % interval",
                    "\n  Visitors  ",
                    "Visitors by day",
                    "\n  Pages  ·  visitors of each week, added up  ·  26 Oct to 22 Nov\n",
                    "\n  Countries  ·",
                    "France",
                    "below the noise",
                    "(other): everything that has no row of its own",
                    "that few visitors bring have no row, nor are they in (other)",
                    "18 points of 100 at most (preset balanced).")) {
                assertTrue(
                        page.contains(words) || page.replaceAll("\\s+", " ").contains(words), words + " in:\n" + page);
            }
            assertTrue(page.contains("● real") || page.contains("within noise"), page);
        }
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text, true);
        new Terminal(out, out).json(json -> ReportCommand.write(json, report));
        JsonObject json = new JsonObject(text.toString());
        assertEquals(12, json.getJsonArray("headlines").size());
        assertEquals(report.tables().size(), json.getJsonArray("tables").size());
        assertEquals(2 * 28, json.getJsonArray("days").size());
        Answer.OutsideOfPublished outside = assertInstanceOf(
                Answer.OutsideOfPublished.class,
                reports.read(SITE, Optional.of(LocalDate.of(2027, 1, 1)), Optional.of(LocalDate.of(2027, 1, 31))));
        assertEquals(LocalDate.of(2026, 11, 22), outside.last());
        dashboards.close().await();
    }

    @Test
    void saysWhenNothingIsPublishedOrNobodyIsMeant() {
        LocalDate first = LocalDate.of(2026, 11, 20);
        try (StatisticsDatabase statistics = new StatisticsDatabase(10, "Europe/Paris", first)) {
            Pool dashboards = statistics.dashboards();
            SiteReports reports = new SiteReports(dashboards);
            assertEquals(
                    new Answer.NothingYet(first, "Europe/Paris"),
                    reports.read(SITE, Optional.empty(), Optional.empty()));
            assertEquals(new Answer.NoSuchSite(), reports.read("nobody.test", Optional.empty(), Optional.empty()));
            statistics.publish(
                    StatisticsDatabase.NO_NOISE,
                    first.plusDays(1)
                            .atTime(6, 0)
                            .atZone(java.time.ZoneOffset.UTC)
                            .toInstant());
            Answer.Found small =
                    assertInstanceOf(Answer.Found.class, reports.read(SITE, Optional.empty(), Optional.empty()));
            String page = page(small.report(), 80);
            assertTrue(page.contains("not compared"), page);
            assertTrue(page.contains("So few visitors cannot be told from the noise that protects them."), page);
            dashboards.close().await();
        }
    }

    @Test
    void cellsOfCsvAreQuotedAndNeverFormulas() {
        assertEquals("/a", ReportCommand.cell("/a"));
        assertEquals("\"a,\"\"b\"\"\"", ReportCommand.cell("a,\"b\""));
        assertEquals("'=cmd()", ReportCommand.cell("=cmd()"));
    }

    private static String page(SiteReport report, int width) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text, true);
        new ReportPage(new Terminal(out, out), report, width).print();
        return text.toString();
    }
}
