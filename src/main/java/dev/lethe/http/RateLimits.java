package dev.lethe.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.lethe.config.MacKey;
import dev.lethe.config.Settings;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import io.github.bucket4j.TimeMeter;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * How much one visitor and one network may send. Buckets are found by a code of the visitor's tag or the truncated address under a
 * random key that lives in memory for a day, so that no dump of the process tells who came. Thread-safe; one a process.
 */
public final class RateLimits {
    /** Beyond this many, the buckets longest unused are forgotten; each takes about 200 bytes. */
    private static final int MOST_BUCKETS = 200_000;

    /** A right takes reading or deleting months of events: often enough for anybody, too rare for a flood. */
    private static final int RIGHTS_PER_VISITOR_PER_MINUTE = 20;

    private static final int RIGHTS_PER_NETWORK_PER_MINUTE = 60;

    private static final int READINGS_PER_VISITOR_PER_MINUTE = 60;

    /** Further than this no clock goes back by being slewed. */
    private static final Duration PUT_BACK = Duration.ofSeconds(1);

    private final Clock clock;
    private final SecureRandom random;
    private final Buckets visitorBeacons;
    private final Buckets networkBeacons;
    private final Buckets networkGrants;
    private final Buckets networkReceipts;
    private final Buckets visitorRights;
    private final Buckets visitorReadings;
    private final Buckets networkRights;
    private volatile DailyKey dailyKey;

    public RateLimits(Settings.Limits limits, Clock clock, SecureRandom random) {
        this.clock = clock;
        this.random = random;
        this.dailyKey = newKey(today());
        Duration minute = Duration.ofMinutes(1);
        this.visitorBeacons = new Buckets(clock, minute, List.of(perMinute(limits.beaconsPerVisitorPerMinute())));
        this.networkBeacons = new Buckets(clock, minute, List.of(perMinute(limits.beaconsPerNetworkPerMinute())));
        Duration day = Duration.ofDays(1);
        List<Bandwidth> choices =
                List.of(perMinute(limits.grantsPerNetworkPerMinute()), limit(limits.grantsPerNetworkPerDay(), day));
        this.networkGrants = new Buckets(clock, day, choices);
        this.networkReceipts = new Buckets(clock, day, choices);
        this.visitorRights = new Buckets(clock, minute, List.of(perMinute(RIGHTS_PER_VISITOR_PER_MINUTE)));
        this.visitorReadings = new Buckets(clock, minute, List.of(perMinute(READINGS_PER_VISITOR_PER_MINUTE)));
        this.networkRights = new Buckets(clock, minute, List.of(perMinute(RIGHTS_PER_NETWORK_PER_MINUTE)));
    }

    private record DailyKey(LocalDate day, MacKey key) {}

    /** Takes {@code beacons} from the visitor's and the network's share; when either is used up, says how long to wait. */
    public Optional<Duration> takeBeacons(UUID visitorTag, ClientAddress from, int beacons) {
        if (from.isThisMachine()) {
            return Optional.empty();
        }
        MacKey key = key();
        return visitorBeacons
                .take(code(key, bytes(visitorTag)), beacons)
                .or(() -> networkBeacons.take(code(key, from.network()), beacons));
    }

    /** Takes one grant from the network's share; when it is used up, says how long to wait. */
    public Optional<Duration> takeGrant(ClientAddress from) {
        return from.isThisMachine() ? Optional.empty() : networkGrants.take(code(key(), from.network()), 1);
    }

    /**
     * Takes one receipt of a refusal from the network's share, which is as large as that of grants; false when it is used up. A refusal
     * itself has no limit: without its receipt it is as good.
     */
    public boolean takeReceipt(ClientAddress from) {
        return from.isThisMachine()
                || networkReceipts.take(code(key(), from.network()), 1).isEmpty();
    }

    /**
     * Takes one exercise of a right. Whoever proved to be a visitor has a share of her own, so that nobody else's requests from the same
     * network refuse her first one; the others share their network's.
     */
    public Optional<Duration> takeRight(Optional<UUID> visitorTag, ClientAddress from) {
        if (from.isThisMachine()) {
            return Optional.empty();
        }
        return visitorTag
                .map(tag -> visitorRights.take(code(key(), bytes(tag)), 1))
                .orElseGet(() -> networkRights.take(code(key(), from.network()), 1));
    }

    /** Takes one look of a visitor at what is held about her; when her share is used up, says how long to wait. */
    public Optional<Duration> takeReading(UUID visitorTag, ClientAddress from) {
        return from.isThisMachine() ? Optional.empty() : visitorReadings.take(code(key(), bytes(visitorTag)), 1);
    }

    private MacKey key() {
        DailyKey current = dailyKey;
        if (!current.day().equals(today())) {
            current = newKey(today());
            dailyKey = current;
        }
        return current.key();
    }

    private DailyKey newKey(LocalDate day) {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return new DailyKey(day, new MacKey(bytes));
    }

    private LocalDate today() {
        return clock.instant().atZone(ZoneOffset.UTC).toLocalDate();
    }

    private static UUID code(MacKey key, byte[] of) {
        ByteBuffer code = ByteBuffer.wrap(key.hmac(of));
        return new UUID(code.getLong(), code.getLong());
    }

    private static byte[] bytes(UUID tag) {
        return ByteBuffer.allocate(16)
                .putLong(tag.getMostSignificantBits())
                .putLong(tag.getLeastSignificantBits())
                .array();
    }

    private static Bandwidth perMinute(int tokens) {
        return Bandwidth.builder()
                .capacity(tokens)
                .refillGreedy(tokens, Duration.ofMinutes(1))
                .build();
    }

    /** Full again after the whole period and not little by little, which lets almost twice as many through within it. */
    private static Bandwidth limit(int tokens, Duration period) {
        return Bandwidth.builder()
                .capacity(tokens)
                .refillIntervally(tokens, period)
                .build();
    }

    /** Token buckets of one kind, forgotten once they must be full again. */
    private static final class Buckets {
        private final Cache<UUID, Bucket> buckets;
        private final List<Bandwidth> limits;
        private final TimeMeter time;
        private volatile long latestNanos;

        Buckets(Clock clock, Duration fullAgain, List<Bandwidth> limits) {
            this.buckets = Caffeine.newBuilder()
                    .maximumSize(MOST_BUCKETS)
                    .expireAfterAccess(fullAgain)
                    .build();
            this.limits = limits;
            this.time = new ClockMeter(clock);
        }

        Optional<Duration> take(UUID who, int tokens) {
            forgetWhatLiesAhead();
            Bucket bucket = buckets.get(who, unknown -> {
                var builder = Bucket.builder().withCustomTimePrecision(time);
                limits.forEach(builder::addLimit);
                return builder.build();
            });
            ConsumptionProbe probe = bucket.tryConsumeAndReturnRemaining(tokens);
            return probe.isConsumed()
                    ? Optional.empty()
                    : Optional.of(Duration.ofNanos(probe.getNanosToWaitForRefill()));
        }

        /** A bucket that was filled by a clock which has been put back since would not be filled again until that time comes. */
        private void forgetWhatLiesAhead() {
            long now = time.currentTimeNanos();
            if (now < latestNanos - PUT_BACK.toNanos()) {
                buckets.invalidateAll();
            }
            latestNanos = now;
        }
    }

    /** Bucket4j's time from the injected clock. */
    private record ClockMeter(Clock clock) implements TimeMeter {
        @Override
        public long currentTimeNanos() {
            return clock.millis() * 1_000_000;
        }

        @Override
        public boolean isWallClockBased() {
            return true;
        }
    }
}
