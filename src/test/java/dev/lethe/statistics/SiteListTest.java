package dev.lethe.statistics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.classify.Referrers;
import dev.lethe.database.Database;
import dev.lethe.site.SiteId;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SiteListTest {
    @Test
    void readsPagesClicksAndGoals() {
        SiteList list = SiteList.parse("""
            # the shop
            /pricing
            /docs/:page
            https://www.example.test/contact/?utm_source=x

            click Sign up
            goal Registration = click Sign up
            goal Contact = page /contact/thanks
            """);
        assertEquals(List.of("/pricing", "/docs/:page", "/contact"), list.pages());
        assertEquals(List.of("Sign up"), list.clicks());
        assertEquals(
                List.of(
                        new SiteList.Goal("Registration", "click", "Sign up"),
                        new SiteList.Goal("Contact", "page", "/contact/thanks")),
                list.goals());
    }

    @Test
    void readsASitemap() {
        SiteList list = SiteList.parse("""
            <?xml version="1.0" encoding="UTF-8"?>
            <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
              <url><loc>https://www.example.test/</loc><lastmod>2026-01-01</lastmod></url>
              <url><loc> https://www.example.test/docs/a </loc></url>
              <url><loc>https://www.example.test/docs/a?page=2</loc></url>
            </urlset>
            """);
        assertEquals(List.of("/", "/docs/a"), list.pages());
    }

    @Test
    void asksNothingOfTheNetworkForASitemap() {
        String hostile = "<!DOCTYPE u SYSTEM \"http://127.0.0.1:1/x.dtd\" [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"
                + "<urlset><url><loc>https://x.test/&e;</loc></url></urlset>";
        assertThrows(IllegalArgumentException.class, () -> SiteList.parse(hostile));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pricing|line 1: 'pricing' is none of",
                "click <b>|line 1: '<b>' cannot be the name",
                "goal X|line 1: a goal is written",
                "goal X = form y|line 1: a goal is a page or a click",
                "<html></html>|no <loc>",
                "<urlset><url>|not XML that can be read"
            })
    void saysWhatIsWrong(String text, String message) {
        String said = assertThrows(IllegalArgumentException.class, () -> SiteList.parse(text))
                .getMessage();
        assertTrue(said.contains(message), said);
    }

    @Test
    void addsToWhatIsRegisteredOrReplacesIt() {
        try (StatisticsDatabase database = new StatisticsDatabase(30, "UTC", LocalDate.of(2026, 6, 15))) {
            Pool owner = Database.pool(database.vertx(), database.database().ownerOptions(), 1);
            SiteId site = new SiteId(StatisticsDatabase.SITE);
            String pages = "select pattern from registry.route order by 1";
            SiteList.parse("/a\nclick menu\ngoal one = click menu")
                    .register(owner, site, false)
                    .await();
            SiteList.parse("/b\ngoal one = page /b")
                    .register(owner, site, false)
                    .await();
            assertEquals(List.of("/a", "/b"), database.rows(pages));
            assertEquals(List.of("one|page|/b"), database.rows("select goal, kind, target from registry.goal"));
            SiteList.parse("/c").register(owner, site, true).await();
            assertEquals(List.of("/c"), database.rows(pages));
            assertEquals(List.of(), database.rows("select click from registry.click"));
            owner.close().await();
        }
    }

    @Test
    void tellsWhatHasNoRowOfItsOwn() {
        try (StatisticsDatabase database = new StatisticsDatabase(32, "UTC", LocalDate.of(2026, 6, 15))) {
            Pool owner = Database.pool(database.vertx(), database.database().ownerOptions(), 1);
            SiteId site = new SiteId(StatisticsDatabase.SITE);
            StringBuilder list = new StringBuilder();
            for (int i = 0; i < KnownKeys.MOST_PAGES; i++) {
                list.append("/p/").append(i).append("\nclick c").append(i).append('\n');
            }
            SiteList.parse(list.toString()).register(owner, site, false).await();
            assertEquals(new SiteList.Beyond(0, 0), SiteList.beyond(owner, site).await());
            SiteList.parse("/one\n/two\nclick one\nclick two")
                    .register(owner, site, false)
                    .await();
            assertEquals(new SiteList.Beyond(2, 1), SiteList.beyond(owner, site).await());
            // As many as it says are left out.
            SqlConnection connection = owner.getConnection().await();
            KnownKeys known = new KnownKeys(connection, new Period(site, Grain.DAY, LocalDate.of(2026, 6, 15)));
            assertEquals(KnownKeys.MOST_PAGES + 2 - 2, known.pages().size());
            assertEquals(KnownKeys.MOST_PAGES + 2 - 1, known.clicks().size());
            connection.close().await();
            owner.close().await();
        }
    }

    @Test
    void discoveredHostsHaveARowBesideTheListedOnes() {
        try (StatisticsDatabase database = new StatisticsDatabase(33, "UTC", LocalDate.of(2026, 6, 15))) {
            database.server().execute("""
                insert into stats.published
                values ('example.test', 'week', '2026-06-08', '2026-06-08', '2026-06-15', 'UTC', 'published', now(), 'balanced', '{}')
                """, """
                insert into stats.breakdown (site, grain, period, dimension, key, noisy, sigma)
                select 'example.test', 'week', '2026-06-08', 'outbound_host', 'host-' || n || '.test', 1000, 1
                from generate_series(1, 600) n
                """);
            Pool reader = database.dashboards();
            SqlConnection connection = reader.getConnection().await();
            List<String> hosts = new KnownKeys(
                            connection,
                            new Period(new SiteId(StatisticsDatabase.SITE), Grain.WEEK, LocalDate.of(2026, 6, 15)))
                    .outboundHosts();
            assertEquals(Referrers.listedHosts().size() + KnownKeys.MOST_KEYS, hosts.size());
            connection.close().await();
            reader.close().await();
        }
    }

    @Test
    void setsTheNamedBoundsAndKeepsTheOthers() {
        try (StatisticsDatabase database = new StatisticsDatabase(31, "UTC", LocalDate.of(2026, 6, 15))) {
            Pool owner = Database.pool(database.vertx(), database.database().ownerOptions(), 1);
            SiteId site = new SiteId(StatisticsDatabase.SITE);
            SiteBounds.set(owner, site, Map.of("further_pageviews", 30)).await();
            SiteBounds.set(owner, site, Map.of("pages", 12)).await();
            assertEquals(
                    List.of("30|12"),
                    database.rows("select bounds->>'further_pageviews', bounds->>'pages' from registry.site"));
            owner.close().await();
        }
        assertThrows(IllegalArgumentException.class, () -> SiteBounds.check(Map.of("views", 3)));
        assertThrows(IllegalArgumentException.class, () -> SiteBounds.check(Map.of("pages", 0)));
    }
}
