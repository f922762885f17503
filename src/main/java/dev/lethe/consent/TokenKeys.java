package dev.lethe.consent;

import dev.lethe.config.KeyDirectory;
import dev.lethe.config.MacKey;
import java.time.Clock;
import java.time.LocalDate;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The keys that sign visitor tokens, one a calendar month (UTC), numbered by it. A key lives as long as a token signed with it may:
 * 13 months after its own month, then its file is destroyed. Thread-safe; event loops only read memory.
 */
public final class TokenKeys {
    private static final String PREFIX = "token-";
    private static final String SUFFIX = ".key";

    private final KeyDirectory directory;
    private final Clock clock;
    private final Period lifetime;
    private final Map<Integer, MacKey> keys = new ConcurrentHashMap<>();

    public TokenKeys(KeyDirectory directory, Clock clock, Period visitorLifetime) {
        this.directory = directory;
        this.clock = clock;
        this.lifetime = visitorLifetime;
    }

    /**
     * Makes this month's and the next month's key when they are missing, reads all, and destroys those no living token was signed
     * with. Reads and writes files: at start and every hour, off the event loops.
     */
    public void refresh() {
        YearMonth now = month();
        directory.findOrMake(name(now));
        directory.findOrMake(name(now.plusMonths(1)));
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        for (String name : directory.names()) {
            if (name.startsWith(PREFIX) && name.endsWith(SUFFIX)) {
                YearMonth month = YearMonth.parse(name.substring(PREFIX.length(), name.length() - SUFFIX.length()));
                // Where days begin early, the last token of the month was issued on the next month's first day.
                if (today.isAfter(month.plusMonths(1).atDay(1).plus(lifetime))) {
                    keys.remove(number(month));
                    directory.destroy(name);
                } else {
                    keys.computeIfAbsent(
                            number(month),
                            number -> new MacKey(directory.find(name).orElseThrow()));
                }
            }
        }
    }

    /**
     * The number of the key to sign with now: this month's. After a sleep over more than a month's end that key is not read before the
     * next {@link #refresh}; until then it is the nearest there is. A token's end stands in the token, so another key never prolongs
     * it.
     */
    int current() {
        int number = number(month());
        if (keys.containsKey(number)) {
            return number;
        }
        return keys.keySet().stream()
                .min(Comparator.comparingInt(known -> Math.abs(known - number)))
                .orElseThrow(() ->
                        new IllegalStateException("no token key for " + month() + ": keys.dir was not refreshed"));
    }

    Optional<MacKey> find(int number) {
        return Optional.ofNullable(keys.get(number));
    }

    private YearMonth month() {
        return YearMonth.from(clock.instant().atZone(ZoneOffset.UTC));
    }

    private static int number(YearMonth month) {
        return month.getYear() * 12 + month.getMonthValue() - 1;
    }

    private static String name(YearMonth month) {
        return PREFIX + month + SUFFIX;
    }
}
