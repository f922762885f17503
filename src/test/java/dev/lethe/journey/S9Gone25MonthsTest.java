package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.KeyDirectory;
import dev.lethe.retention.Expiry;
import dev.lethe.retention.Ledger;
import dev.lethe.retention.Report;
import dev.lethe.retention.Retention;
import dev.lethe.retention.RetentionDatabase;
import dev.lethe.retention.RetentionPolicy;
import dev.lethe.retention.SettableClock;
import dev.lethe.retention.StoredMonthKeys;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * S9: personal data is kept for at most 25 months. Five years pass over a database in steps of some days; the days are spread over the
 * years, with the awkward ends of months among them. P10 tries every single day of the rule without a database.
 */
@Timeout(300)
class S9Gone25MonthsTest {
    private static final LocalDate BEGIN = LocalDate.of(2026, 1, 1);
    private static final LocalDate END = BEGIN.plusYears(5);
    private static final Period STEP = Period.ofDays(12);

    @TempDir
    private Path keysDir;

    @Test
    void nothingIsEverOlderThan25MonthsAndNothingGoesEarly() {
        try (RetentionDatabase database = new RetentionDatabase()) {
            Pool pool = database.as("retention");
            KeyDirectory files = KeyDirectory.open(keysDir.resolve("keys"), new SecureRandom());
            SettableClock clock = new SettableClock(noon(BEGIN));
            Retention retention = new Retention(
                    RetentionPolicy.DEFAULT,
                    pool,
                    new StoredMonthKeys(pool, files, month -> {}),
                    List.of(Expiry.receipts(pool, Period.ofMonths(6)), Expiry.tags(pool), Expiry.seen(pool)),
                    () -> Future.succeededFuture(),
                    clock);

            Set<LocalDate> standing = new TreeSet<>();
            Set<YearMonth> months = new TreeSet<>();
            int dropped = 0;
            LocalDate lastMade = BEGIN.minusDays(1);
            for (LocalDate today : BEGIN.datesUntil(END, STEP).toList()) {
                for (LocalDate day : seededDays(lastMade, today)) {
                    database.makeDay(day, 2);
                    standing.add(day);
                    months.add(YearMonth.from(day));
                    files.findOrMake(StoredMonthKeys.fileName(YearMonth.from(day)));
                }
                lastMade = today;

                Instant now = noon(today);
                clock.set(now);
                Report.Done done = assertInstanceOf(Report.Done.class, retention.run(now, false, false));
                dropped += done.days().size();

                // Written down a second time, from the promise and not from the class under test.
                standing.removeIf(day -> !now.isBefore(day.plusMonths(25)
                        .atStartOfDay(ZoneOffset.ofHours(14))
                        .toInstant()
                        .minus(Duration.ofHours(24))));
                List<LocalDate> tables = database.tables();
                assertEquals(List.copyOf(standing), tables, "on " + today);
                LocalDate tooOld = today.minusMonths(25);
                assertTrue(tables.stream().allMatch(day -> day.isAfter(tooOld)), "on " + today);

                Set<YearMonth> withDays = standing.stream().map(YearMonth::from).collect(Collectors.toSet());
                months.removeIf(month -> !withDays.contains(month)
                        && today.isAfter(month.plusMonths(25).atEndOfMonth()));
                Set<String> expected =
                        months.stream().map(StoredMonthKeys::fileName).collect(Collectors.toSet());
                assertTrue(expected.containsAll(files.names()), "keys of living months only, on " + today);
                assertTrue(
                        files.names()
                                .containsAll(withDays.stream()
                                        .map(StoredMonthKeys::fileName)
                                        .toList()),
                        "every day that stands has its key, on " + today);
            }
            assertTrue(dropped > 100, "dropped " + dropped);
            assertEquals(Optional.empty(), new Ledger(pool).verify().await());
        }
    }

    /** After one day and up to another: the ends and the beginnings of months, and one day in between. */
    private static List<LocalDate> seededDays(LocalDate after, LocalDate upTo) {
        return after.plusDays(1)
                .datesUntil(upTo.plusDays(1))
                .filter(day -> day.getDayOfMonth() == 1 || day.getDayOfMonth() == 15 || day.getDayOfMonth() >= 28)
                .toList();
    }

    private static Instant noon(LocalDate day) {
        return day.atTime(12, 0).toInstant(ZoneOffset.UTC);
    }
}
