package dev.lethe.consent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.KeyDirectory;
import dev.lethe.retention.SettableClock;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keys of the visitor cookie: a new one each month, each destroyed when the last token it signed has ended. */
class TokenKeysTest {
    private static final Period LIFETIME = Period.ofMonths(13);
    private static final SecureRandom RANDOM = new SecureRandom();

    private static Site site(ZoneId zone) {
        return new Site(
                new SiteId("example.test"),
                Set.of("https://example.test"),
                zone,
                Optional.empty(),
                Preset.BALANCED,
                false);
    }

    private static VisitorToken token(LocalDate issued) {
        return new VisitorToken(VisitorId.random(RANDOM), issued, Optional.empty(), 1, issued, new UUID(1, 2), false);
    }

    @Test
    void makesThisMonthsAndTheNextMonthsKey(@TempDir Path temp) {
        SettableClock clock = new SettableClock(Instant.parse("2026-01-31T23:59:59Z"));
        KeyDirectory files = KeyDirectory.open(temp.resolve("keys"), RANDOM);
        TokenKeys keys = new TokenKeys(files, clock, LIFETIME);
        assertThrows(IllegalStateException.class, keys::current, "before the first refresh");
        keys.refresh();
        assertEquals(List.of("token-2026-01.key", "token-2026-02.key"), files.names());
        int january = keys.current();
        // The turn of the month waits for no refresh.
        clock.advance(Duration.ofSeconds(1));
        assertEquals(january + 1, keys.current());
        keys.refresh();
        assertEquals(List.of("token-2026-01.key", "token-2026-02.key", "token-2026-03.key"), files.names());
    }

    /** A laptop that slept for a quarter, in the hour before the next refresh. */
    @Test
    void signsAfterASleepOverSeveralMonthEnds(@TempDir Path temp) {
        SettableClock clock = new SettableClock(Instant.parse("2026-01-31T12:00:00Z"));
        Site site = site(ZoneOffset.UTC);
        TokenKeys keys = new TokenKeys(KeyDirectory.open(temp.resolve("keys"), RANDOM), clock, LIFETIME);
        keys.refresh();
        int january = keys.current();
        clock.set(Instant.parse("2026-04-02T12:00:00Z"));
        VisitorTokens tokens = new VisitorTokens(keys, LIFETIME);
        VisitorToken token = token(site.dayOf(clock.instant()));
        String written = tokens.write(site, token);
        assertEquals(january + 1, keys.current(), "the nearest that was made");
        keys.refresh();
        assertEquals(january + 3, keys.current());
        assertEquals(Optional.of(token), tokens.read(site, written, clock.instant()));
    }

    @Test
    void nodesThatShareTheDirectoryShareTheKeys(@TempDir Path temp) {
        SettableClock clock = new SettableClock(Instant.parse("2026-05-04T12:00:00Z"));
        Site site = site(ZoneOffset.UTC);
        TokenKeys one = new TokenKeys(KeyDirectory.open(temp.resolve("keys"), RANDOM), clock, LIFETIME);
        TokenKeys other = new TokenKeys(KeyDirectory.open(temp.resolve("keys"), RANDOM), clock, LIFETIME);
        one.refresh();
        other.refresh();
        VisitorToken written = token(site.dayOf(clock.instant()));
        String text = new VisitorTokens(one, LIFETIME).write(site, written);
        assertEquals(Optional.of(written), new VisitorTokens(other, LIFETIME).read(site, text, clock.instant()));
    }

    /** For every zone that days are counted in: a living token is read to its last second, and then its key goes. */
    @Test
    void aKeyOutlivesItsLastTokenAndNotForLong(@TempDir Path temp) {
        int room = 0;
        for (ZoneId zone : List.of(ZoneOffset.UTC, ZoneId.of("Pacific/Kiritimati"), ZoneId.of("Pacific/Niue"))) {
            for (String signed : List.of("2026-01-31T23:59:59Z", "2026-02-28T23:59:59Z", "2026-12-01T00:00:00Z")) {
                Site site = site(zone);
                SettableClock clock = new SettableClock(Instant.parse(signed));
                KeyDirectory files = KeyDirectory.open(temp.resolve("keys-" + room++), RANDOM);
                TokenKeys keys = new TokenKeys(files, clock, LIFETIME);
                keys.refresh();
                String name = files.names().getFirst();
                VisitorTokens tokens = new VisitorTokens(keys, LIFETIME);
                VisitorToken token = token(site.dayOf(clock.instant()));
                String written = tokens.write(site, token);
                Instant end = token.endsAt(site, LIFETIME);
                while (clock.instant().isBefore(end.minusSeconds(1))) {
                    Instant next = clock.instant().plus(Duration.ofDays(5));
                    clock.set(next.isBefore(end) ? next : end.minusSeconds(1));
                    keys.refresh();
                    assertTrue(tokens.read(site, written, clock.instant()).isPresent(), zone + " " + clock.instant());
                }
                assertEquals(Optional.empty(), tokens.read(site, written, end));
                clock.set(end.plus(Duration.ofDays(35)));
                keys.refresh();
                assertTrue(!files.names().contains(name), "destroyed: " + name + " " + zone);
                assertEquals(
                        Optional.empty(), tokens.read(site, written, end.minusSeconds(1)), "nobody can read it now");
            }
        }
    }
}
