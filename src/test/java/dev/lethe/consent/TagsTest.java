package dev.lethe.consent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.config.KeyDirectory;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.security.SecureRandom;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** What a node knows of those who asked not to be counted. */
class TagsTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    private static Site site(String name) {
        return new Site(
                new SiteId(name), Set.of("https://" + name), ZoneOffset.UTC, Optional.empty(), Preset.BALANCED, false);
    }

    @Test
    void followsWhatTheTableSays() {
        Vertx vertx = Vertx.vertx();
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            Pool pool = PgBuilder.pool()
                    .connectingTo(
                            PgConnectOptions.fromUri(lethe.database().url().reveal()))
                    .using(vertx)
                    .build();
            KeyDirectory files = KeyDirectory.open(lethe.keysDir(), RANDOM);
            Tags tags = new Tags(pool, files);
            Site site = site(TestLethe.SITE);
            VisitorId visitor = VisitorId.random(RANDOM);
            VisitorId stranger = VisitorId.random(RANDOM);
            UUID tag = tags.tag(site, visitor);
            assertEquals(tag, new Tags(pool, files).tag(site, visitor), "the same on every node");
            assertNotEquals(tag, tags.tag(site("other.test"), visitor), "another on every site");

            assertEquals(Tags.Standing.FREE, tags.standing(site, visitor));
            lethe.database()
                    .execute(
                            "insert into rights.tag (site, tag, kind, day) values ('%s', '%s', 'objected', current_date)"
                                    .formatted(TestLethe.SITE, tag));
            assertTrue(tags.hasObjected(site, visitor).await(), "the table itself says so at once");
            assertFalse(tags.hasObjected(site, stranger).await());
            assertEquals(Tags.Standing.FREE, tags.standing(site, visitor), "memory says so with the next refresh");
            tags.refresh().await();
            assertEquals(Tags.Standing.OBJECTED, tags.standing(site, visitor));
            assertEquals(Tags.Standing.FREE, tags.standing(site, stranger));
            assertEquals(Tags.Standing.FREE, tags.standing(site("other.test"), visitor));

            change(lethe, tag, "restricted", "clock_timestamp()");
            tags.refresh().await();
            assertEquals(Tags.Standing.RESTRICTED, tags.standing(site, visitor));
            // A row that was written before the newest and committed after it is seen all the same.
            change(lethe, tag, "objected", "changed_at - interval '30 s'");
            tags.refresh().await();
            assertEquals(Tags.Standing.OBJECTED, tags.standing(site, visitor));
            pool.close().await();
        } finally {
            vertx.close().await();
        }
    }

    private static void change(TestLethe lethe, UUID tag, String kind, String changedAt) {
        lethe.database()
                .execute("update rights.tag set kind = '" + kind + "', changed_at = " + changedAt + " where tag = '"
                        + tag + "'");
    }
}
