package dev.lethe.site;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.database.Database;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Registering a site again: what changes, when, and what stays. */
class SitesTest {
    private static final ZoneId PARIS = ZoneId.of("Europe/Paris");
    private static final ZoneId AUCKLAND = ZoneId.of("Pacific/Auckland");
    private static final Instant NOON = Instant.parse("2027-03-15T12:00:00Z");

    @Test
    void aChangeOfZoneWaitsForTheNextMonthAndThenStays() {
        Vertx vertx = Vertx.vertx();
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            Pool owner = Database.pool(
                    vertx, PgConnectOptions.fromUri(lethe.database().url().reveal()), 1);
            register(owner, PARIS, LocalDate.of(2027, 1, 10), "https://a.test");
            register(owner, AUCKLAND, LocalDate.of(2027, 1, 20), "https://a.test");
            assertEquals(LocalDate.of(2027, 1, 31), read(owner).dayOf(Instant.parse("2027-01-31T09:00:00Z")));
            // Registered again in March, with another origin and the zone that has long been in force.
            register(owner, AUCKLAND, LocalDate.of(2027, 3, 15), "https://b.test");
            Site site = read(owner);
            assertEquals(LocalDate.of(2027, 3, 16), site.dayOf(NOON));
            assertEquals(Set.of("https://b.test"), site.origins());
            // And back: with the next month.
            register(owner, PARIS, LocalDate.of(2027, 3, 16), "https://b.test");
            assertEquals(LocalDate.of(2027, 3, 16), read(owner).dayOf(NOON));
            assertEquals(LocalDate.of(2027, 4, 15), read(owner).dayOf(Instant.parse("2027-04-15T12:00:00Z")));
            owner.close().await();
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void keepsWhatIsNotSaidAgain() {
        Vertx vertx = Vertx.vertx();
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            Pool owner = Database.pool(
                    vertx, PgConnectOptions.fromUri(lethe.database().url().reveal()), 1);
            LocalDate today = LocalDate.of(2027, 1, 10);
            SiteId id = new SiteId("zoned.test");
            Sites.register(owner, said(id, Optional.empty(), Optional.empty()), today)
                    .await();
            assertEquals(ZoneOffset.UTC, read(owner).zone());
            assertEquals(Preset.BALANCED, read(owner).preset());
            Sites.register(owner, said(id, Optional.of(AUCKLAND), Optional.of(Preset.STRICT)), today)
                    .await();
            Site said = read(owner);
            Sites.register(owner, said(id, Optional.empty(), Optional.empty()), today)
                    .await();
            assertEquals(said, read(owner), "a change of zone that is still to come stands as well");
            assertEquals(Preset.STRICT, said.preset());
            assertEquals(AUCKLAND, said.nextZone().orElseThrow().zone());
            owner.close().await();
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void aWeakerPresetBeginsWithTheNextMonthAndIsNeverForgotten() {
        Vertx vertx = Vertx.vertx();
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            Pool owner = Database.pool(
                    vertx, PgConnectOptions.fromUri(lethe.database().url().reveal()), 1);
            SiteId id = new SiteId("zoned.test");
            // On its first day nothing was collected under any promise.
            prefer(owner, id, Preset.LIGHT, LocalDate.of(2027, 1, 10));
            prefer(owner, id, Preset.STRICT, LocalDate.of(2027, 1, 10));
            assertEquals(Preset.STRICT, read(owner).promisedPreset(NOON));
            prefer(owner, id, Preset.LIGHT, LocalDate.of(2027, 1, 20));
            assertEquals(Preset.STRICT, read(owner).presetOn(LocalDate.of(2027, 1, 31)));
            assertEquals(Preset.LIGHT, read(owner).presetOn(LocalDate.of(2027, 2, 1)));
            assertEquals(Preset.LIGHT, read(owner).promisedPreset(NOON));
            // A stronger one holds for what is not yet published; what was stays as weak as it is.
            prefer(owner, id, Preset.BALANCED, LocalDate.of(2027, 3, 1));
            assertEquals(Preset.BALANCED, read(owner).presetOn(LocalDate.of(2027, 3, 1)));
            assertEquals(Preset.LIGHT, read(owner).promisedPreset(NOON));
            prefer(owner, id, Preset.STRICT, LocalDate.of(2027, 4, 1));
            assertEquals(Preset.LIGHT, read(owner).promisedPreset(NOON));
            owner.close().await();
        } finally {
            vertx.close().await();
        }
    }

    private static void prefer(Pool owner, SiteId id, Preset preset, LocalDate today) {
        Sites.register(owner, said(id, Optional.empty(), Optional.of(preset)), today)
                .await();
    }

    private static Sites.Wanted said(SiteId id, Optional<ZoneId> zone, Optional<Preset> preset) {
        return new Sites.Wanted(id, Set.of("https://a.test"), zone, preset, false);
    }

    private static void register(Pool owner, ZoneId zone, LocalDate today, String origin) {
        Site site = new Site(new SiteId("zoned.test"), Set.of(origin), zone, Optional.empty(), Preset.BALANCED, false);
        Sites.register(owner, site, today).await();
    }

    private static Site read(Pool owner) {
        Sites sites = new Sites(owner);
        sites.refresh().await();
        return sites.find(new SiteId("zoned.test")).orElseThrow();
    }
}
