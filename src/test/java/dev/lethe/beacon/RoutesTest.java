package dev.lethe.beacon;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the registered pages make of an address, from the beacon to the row. */
class RoutesTest {
    @Test
    void namesAPageByItsRouteAndHidesTheRestOnAStrictSite() {
        try (TestLethe first = TestLethe.start(TestClock.now())) {
            first.database()
                    .execute(
                            "insert into registry.site (site, origins, time_zone, preset) values ('strict.test',"
                                    + " array['https://strict.test'], 'UTC', 'strict')",
                            "insert into registry.route values ('example.test', '/docs/:page'),"
                                    + " ('strict.test', '/docs/:page'), ('strict.test', '/docs/start')");
            try (TestLethe lethe = first.another()) {
                visit(lethe.visitor(), "/docs/start", "/docs/a/b", "/pricing");
                visit(lethe.visitor("strict.test", "https://strict.test"), "/docs/start", "/docs/x", "/pricing");
                assertEquals(
                        List.of(
                                "example.test|/docs/:page",
                                "example.test|/docs/a/b",
                                "example.test|/pricing",
                                "strict.test|/(other)",
                                "strict.test|/docs/:page",
                                "strict.test|/docs/start"),
                        lethe.rows("select site, path from raw.event order by site, path collate \"C\""));
            }
        }
    }

    private static void visit(Visitor visitor, String... pages) {
        visitor.grant();
        for (String page : pages) {
            visitor.view(page);
        }
    }
}
