package dev.lethe.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.Settings;
import dev.lethe.retention.SettableClock;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** How much one visitor and one network may send, on a clock that stands still between requests. */
class RateLimitsTest {
    private final SettableClock clock = new SettableClock(Instant.parse("2026-05-04T12:00:00Z"));
    private final RateLimits limits = new RateLimits(
            new Settings.Limits(120, 3_000, 30, 500, 20_000, Duration.ofSeconds(8), 16_384, 10_000),
            clock,
            new SecureRandom());

    private static ClientAddress from(String address) {
        try {
            return new ClientAddress(InetAddress.getByName(address), false);
        } catch (UnknownHostException e) {
            throw new IllegalStateException(e);
        }
    }

    /** How many pass until one is told to wait; and for how long. */
    private record Passed(int requests, Duration pause) {}

    private static Passed until(Supplier<Optional<Duration>> request) {
        for (int passed = 0; passed < 100_000; passed++) {
            Optional<Duration> wait = request.get();
            if (wait.isPresent()) {
                return new Passed(passed, wait.get());
            }
        }
        throw new AssertionError("no limit");
    }

    @Test
    void aVisitorHas120BeaconsAMinute() {
        UUID visitor = new UUID(1, 1);
        ClientAddress from = from("203.0.113.7");
        Passed first = until(() -> limits.takeBeacons(visitor, from, 1));
        assertEquals(120, first.requests());
        assertTrue(first.pause().compareTo(Duration.ofMillis(500)) <= 0, "two a second come back: " + first.pause());
        // From another network it is still the same visitor; in the same network another is not.
        assertTrue(limits.takeBeacons(visitor, from("198.51.100.1"), 1).isPresent());
        assertEquals(Optional.empty(), limits.takeBeacons(new UUID(1, 2), from, 1));
        clock.advance(first.pause());
        assertEquals(new Passed(1, Duration.ofMillis(500)), until(() -> limits.takeBeacons(visitor, from, 1)));
        clock.advance(Duration.ofMinutes(5));
        assertEquals(120, until(() -> limits.takeBeacons(visitor, from, 1)).requests());
    }

    /** A clock that was a day fast and is put right: nobody waits for a day. */
    @Test
    void aClockThatIsPutBackRefusesNobody() {
        UUID visitor = new UUID(1, 3);
        ClientAddress from = from("203.0.113.8");
        clock.advance(Duration.ofDays(1));
        assertEquals(120, until(() -> limits.takeBeacons(visitor, from, 1)).requests());
        clock.advance(Duration.ofDays(-1));
        assertEquals(120, until(() -> limits.takeBeacons(visitor, from, 1)).requests());
        // The control: a second is no step back.
        clock.advance(Duration.ofSeconds(-1));
        assertTrue(limits.takeBeacons(visitor, from, 1).isPresent());
    }

    @Test
    void anArrayCountsAsManyAsItHolds() {
        ClientAddress from = from("203.0.113.7");
        UUID visitor = new UUID(2, 1);
        assertEquals(2, until(() -> limits.takeBeacons(visitor, from, 50)).requests());
        assertEquals(20, until(() -> limits.takeBeacons(visitor, from, 1)).requests());
    }

    @Test
    void aNetworkHas3000BeaconsAMinute() {
        int[] visitors = {0};
        Passed passed =
                until(() -> limits.takeBeacons(new UUID(3, visitors[0]++), from("203.0.113." + visitors[0] % 250), 1));
        assertEquals(3_000, passed.requests());
        assertEquals(Optional.empty(), limits.takeBeacons(new UUID(3, 9_999), from("203.0.114.1"), 1));
        Passed six = until(() -> limits.takeBeacons(
                new UUID(4, visitors[0]++), from("2001:db8:1:" + Integer.toHexString(visitors[0] % 999) + "::1"), 1));
        assertEquals(3_000, six.requests(), "an IPv6 customer's whole range is one network");
    }

    @Test
    void aNetworkHas30GrantsAMinuteAnd500ADay() {
        ClientAddress from = from("203.0.113.7");
        int granted = 0;
        Passed passed = until(() -> limits.takeGrant(from));
        assertEquals(30, passed.requests());
        assertTrue(passed.pause().compareTo(Duration.ofSeconds(2)) <= 0);
        granted += passed.requests();
        for (int minute = 0; minute < 30; minute++) {
            clock.advance(Duration.ofMinutes(1));
            granted += until(() -> limits.takeGrant(from)).requests();
        }
        assertEquals(500, granted, "nothing comes back before the day is over");
        assertEquals(Duration.ofHours(24), limits.takeGrant(from).orElseThrow().plusMinutes(30));
        assertEquals(Optional.empty(), limits.takeGrant(from("203.0.112.7")));
    }

    /** The codes under which buckets are kept change at midnight: nobody can be followed from one day to the next. */
    @Test
    void aNewDayForgetsWhoCame() {
        ClientAddress from = from("203.0.113.7");
        UUID visitor = new UUID(5, 1);
        clock.set(Instant.parse("2026-05-04T23:59:59.999Z"));
        until(() -> limits.takeBeacons(visitor, from, 1));
        until(() -> limits.takeGrant(from));
        clock.advance(Duration.ofMillis(1));
        assertEquals(120, until(() -> limits.takeBeacons(visitor, from, 1)).requests());
        assertEquals(30, until(() -> limits.takeGrant(from)).requests());
    }

    @Test
    void thisMachineHasNoLimit() {
        ClientAddress here = new ClientAddress(InetAddress.getLoopbackAddress(), true);
        for (int i = 0; i < 5_000; i++) {
            assertEquals(Optional.empty(), limits.takeBeacons(new UUID(6, 1), here, 50));
            assertEquals(Optional.empty(), limits.takeGrant(here));
        }
        // A proxy on this machine vouches for somebody else; what it says may be this machine's address too.
        assertEquals(30, until(() -> limits.takeGrant(from("127.0.0.1"))).requests());
    }
}
