package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.KeyDirectory;
import dev.lethe.config.MacKey;
import dev.lethe.consent.TokenKeys;
import dev.lethe.consent.VisitorId;
import dev.lethe.consent.VisitorToken;
import dev.lethe.consent.VisitorTokens;
import dev.lethe.database.Database;
import dev.lethe.database.DutyRole;
import dev.lethe.retention.Expiry;
import dev.lethe.retention.Ledger;
import dev.lethe.retention.Report;
import dev.lethe.retention.Retention;
import dev.lethe.retention.RetentionPolicy;
import dev.lethe.retention.SettableClock;
import dev.lethe.retention.StoredMonthKeys;
import dev.lethe.rights.ErasureJournal;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.statistics.Publisher;
import dev.lethe.statistics.StatisticsDatabase;
import dev.lethe.visitor.KeyRing;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Time passes over a site day by day: visitors come, days are published, days and keys are destroyed; and on every day the
 * promises about time are looked at, written down here a second time. Without {@code -Dlethe.full=true} the first two years are
 * crossed in steps of fifteen days, and the ends of the first day and of the first month day by day; with it, all days of five
 * years.
 */
@Timeout(3_600)
class TimeMachineTest {
    private static final boolean FULL = Boolean.getBoolean("lethe.full");
    private static final LocalDate BEGIN = LocalDate.of(2026, 1, 1);
    private static final LocalDate EDGE = BEGIN.plusMonths(25).minusDays(3);
    private static final int VISITORS = 3;

    /** Where days begin first on Earth: the promise holds there too. */
    private static final ZoneOffset FIRST_ON_EARTH = ZoneOffset.ofHours(14);

    private static final Site SITE = new Site(
            new SiteId(StatisticsDatabase.SITE),
            Set.of("https://" + StatisticsDatabase.SITE),
            ZoneId.of("Europe/Paris"),
            Optional.empty(),
            Preset.BALANCED,
            true);

    private static final String TOTALS = """
        select grain || ' ' || period, md5(string_agg(measure || noisy, ',' order by measure)), count(*)
        from stats.total
        group by grain, period
        order by 1\
        """;
    private static final String BREAKDOWNS = """
        select
          grain || ' ' || period,
          md5(string_agg(dimension || key || key2 || noisy, ',' order by dimension, key, key2))
        from stats.breakdown
        group by grain, period
        order by 1\
        """;

    @TempDir
    private Path directory;

    private final SecureRandom random = new SecureRandom();
    private final Set<LocalDate> standing = new TreeSet<>();
    private final Map<LocalDate, String> cookies = new TreeMap<>();
    private final Map<String, String> published = new TreeMap<>();
    private final Map<String, String> breakdowns = new TreeMap<>();
    private int destroyedDays;
    private int destroyedMonths;

    @Test
    void everyPromiseAboutTimeHoldsOnEveryDay() {
        LocalDate measuredFrom = FULL ? BEGIN : EDGE.minusDays(7);
        try (StatisticsDatabase db = new StatisticsDatabase(25, SITE.zone().getId(), measuredFrom)) {
            standing.add(measuredFrom);
            SettableClock clock = new SettableClock(noon(BEGIN));
            Pool pool = Database.pool(db.vertx(), db.database().options(DutyRole.RETENTION), 4);
            Pool collector = Database.pool(db.vertx(), db.database().options(DutyRole.COLLECTOR), 2);
            Pool statistics = Database.pool(db.vertx(), db.database().options(DutyRole.PUBLISHER), 4);
            KeyDirectory files = KeyDirectory.open(directory.resolve("keys"), random);
            KeyRing ring = new KeyRing(db.vertx(), collector, files, random);
            TokenKeys tokenKeys = new TokenKeys(files, clock, Period.ofMonths(13));
            VisitorTokens tokens = new VisitorTokens(tokenKeys, Period.ofMonths(13));
            Retention retention = new Retention(
                    RetentionPolicy.DEFAULT,
                    pool,
                    new StoredMonthKeys(pool, files, ring::forget),
                    List.of(
                            Expiry.receipts(pool, Period.ofMonths(6)),
                            Expiry.tags(pool),
                            Expiry.seen(pool),
                            Expiry.withheld(pool, RetentionPolicy.DEFAULT),
                            ErasureJournal.expiring(db.journal(), RetentionPolicy.DEFAULT)),
                    Future::succeededFuture,
                    clock);
            Publisher publisher = new Publisher(statistics, db.journal(), random);

            int days = 0;
            Instant began = Instant.now();
            for (LocalDate today : days()) {
                Instant now = noon(today);
                clock.set(now);
                tokenKeys.refresh();
                visit(db, ring, today);
                cookies.put(today, tokens.write(SITE, token(today)));

                publisher.publish(now, () -> true, left -> {});
                Report.Done done = assertInstanceOf(Report.Done.class, retention.run(now, false, false));
                destroyedDays += done.days().size();
                destroyedMonths += done.keys().size();

                assertRawDays(db, now);
                assertKeys(db, files, now);
                assertCookies(tokens, now);
                assertPublished(db, today);
                assertReceipts(db, now);
                assertEquals(Optional.empty(), new Ledger(pool).verify().await(), "the chain, on " + today);
                days++;
            }
            System.out.println(days + " days in "
                    + Duration.between(began, Instant.now()).toSeconds() + " s; destroyed "
                    + destroyedDays + " days and " + destroyedMonths + " months' keys; published " + published.size()
                    + " periods");
            assertTrue(destroyedDays >= 5 && destroyedMonths >= 1 && published.size() >= 20, "the edge was crossed");
            assertEquals(
                    db.rows("select count(*) from registry.ledger where kind = 'day_dropped'"),
                    List.of(Integer.toString(destroyedDays)));
        }
    }

    private static List<LocalDate> days() {
        if (FULL) {
            return BEGIN.datesUntil(BEGIN.plusYears(5)).toList();
        }
        List<LocalDate> days =
                new ArrayList<>(BEGIN.datesUntil(BEGIN.plusDays(5)).toList());
        days.addAll(BEGIN.plusDays(15).datesUntil(EDGE, Period.ofDays(15)).toList());
        // Around the end of the first day, and of the first month.
        days.addAll(EDGE.datesUntil(EDGE.plusDays(8)).toList());
        days.addAll(BEGIN.plusMonths(26)
                .minusDays(5)
                .datesUntil(BEGIN.plusMonths(26).plusDays(3))
                .toList());
        return days;
    }

    /** The site's local noon is on the same day. */
    private static Instant noon(LocalDate day) {
        return day.atTime(12, 0).toInstant(ZoneOffset.UTC);
    }

    private VisitorToken token(LocalDate today) {
        return new VisitorToken(VisitorId.random(random), today, Optional.empty(), 1, today, UUID.randomUUID(), false);
    }

    private void visit(StatisticsDatabase db, KeyRing ring, LocalDate today) {
        ring.makeAhead(SITE, YearMonth.from(today)).await();
        MacKey key = ring.find(SITE, YearMonth.from(today)).await().orElseThrow();
        db.makeDay(today);
        standing.add(today);
        for (int i = 0; i < VISITORS; i++) {
            ByteBuffer code = ByteBuffer.wrap(key.hmac(VisitorId.random(random).toBytes()));
            db.event(new UUID(code.getLong(), code.getLong()), today + "T10:0" + i + ":00")
                    .page("/page-" + i)
                    .store();
        }
        db.journal()
                .write(
                        "erasures/" + StatisticsDatabase.SITE + "-" + YearMonth.from(today) + "/"
                                + noon(today).getEpochSecond() + "-" + UUID.randomUUID(),
                        new byte[] {'x'});
        db.server()
                .execute("insert into consent.receipt (receipt, site, notice_version, notice_sha256, choice, method,"
                        + " first_choice, day) values (gen_random_uuid(), '" + StatisticsDatabase.SITE
                        + "', 1, sha256('notice'), 'granted', 'banner', true, '" + today + "')");
    }

    /** The end of a day's 25 months where they end first; the run of the day before has dropped it. */
    private static Instant over(LocalDate day) {
        return day.plusMonths(25).atStartOfDay(FIRST_ON_EARTH).toInstant();
    }

    private void assertRawDays(StatisticsDatabase db, Instant now) {
        List<LocalDate> tables = db
                .rows("select to_date(right(relname, 8), 'YYYYMMDD') from pg_class where relkind = 'r'"
                        + " and relnamespace = 'raw'::regnamespace and relname ~ '^event_[0-9]{8}$' order by 1")
                .stream()
                .map(LocalDate::parse)
                .toList();
        assertTrue(
                tables.stream().allMatch(day -> now.isBefore(over(day))),
                "nothing older than 25 months anywhere on Earth, at " + now + ": " + tables.getFirst());
        standing.removeIf(day -> !now.isBefore(over(day).minus(Duration.ofHours(24))));
        assertEquals(List.copyOf(standing), tables, "and nothing gone early, at " + now);
    }

    private void assertKeys(StatisticsDatabase db, KeyDirectory files, Instant now) {
        Set<YearMonth> inDatabase = db.rows("select distinct month from keys.month").stream()
                .map(day -> YearMonth.from(LocalDate.parse(day)))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<YearMonth> inFiles = files.names().stream()
                .filter(name -> name.endsWith(".kek"))
                .map(name -> YearMonth.parse(name.substring("month-".length(), "month-2026-01".length())))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(inDatabase, inFiles, "a key and what unwraps it go together, at " + now);
        assertTrue(
                inFiles.stream().allMatch(month -> now.isBefore(over(month.atEndOfMonth()))),
                "no key older than 25 months, at " + now + ": " + inFiles);
        Set<YearMonth> erasures = db.journal().names("erasures").stream()
                .map(name -> YearMonth.parse(name.split("/", 3)[1].substring(StatisticsDatabase.SITE.length() + 1)))
                .collect(Collectors.toSet());
        assertTrue(inFiles.containsAll(erasures), "recorded erasures go with their month's key, at " + now);
        Set<YearMonth> needed = standing.stream()
                .filter(day -> !day.isAfter(LocalDate.ofInstant(now, ZoneOffset.UTC)))
                .filter(day -> cookies.containsKey(day))
                .map(YearMonth::from)
                .collect(Collectors.toSet());
        assertTrue(inFiles.containsAll(needed), "every day that stands has its key, at " + now);
    }

    /** The server refuses what a browser should have thrown away. */
    private void assertCookies(VisitorTokens tokens, Instant now) {
        cookies.forEach((issued, cookie) -> {
            boolean lives =
                    now.isBefore(issued.plusMonths(13).atStartOfDay(SITE.zone()).toInstant());
            assertEquals(lives, tokens.read(SITE, cookie, now).isPresent(), "issued " + issued + ", at " + now);
        });
    }

    private void assertPublished(StatisticsDatabase db, LocalDate today) {
        assertUnchanged(published, db.rows(TOTALS), today);
        // These are many.
        if (today.getDayOfMonth() % 14 == 1) {
            assertUnchanged(breakdowns, db.rows(BREAKDOWNS), today);
        }
    }

    private static void assertUnchanged(Map<String, String> known, List<String> rows, LocalDate today) {
        Map<String, String> current =
                rows.stream().map(row -> row.split("\\|", 2)).collect(Collectors.toMap(row -> row[0], row -> row[1]));
        known.forEach((period, numbers) ->
                assertEquals(numbers, current.get(period), period + " is as it was published, on " + today));
        known.putAll(current);
    }

    private static void assertReceipts(StatisticsDatabase db, Instant now) {
        LocalDate oldest =
                LocalDate.parse(db.rows("select min(day) from consent.receipt").getFirst());
        LocalDate furthest = now.atOffset(FIRST_ON_EARTH).toLocalDate();
        assertTrue(oldest.plusMonths(31).isAfter(furthest), "receipts end after validity and 25 months, at " + now);
    }
}
