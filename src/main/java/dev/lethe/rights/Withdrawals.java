package dev.lethe.rights;

import dev.lethe.consent.Erasure;
import dev.lethe.consent.Possession;
import dev.lethe.consent.Tags;
import dev.lethe.database.Journal;
import dev.lethe.retention.Vacuums;
import dev.lethe.rights.ErasureJournal.Entry;
import dev.lethe.rights.StandingJournal.Kind;
import dev.lethe.site.Site;
import dev.lethe.visitor.Pseudonym;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.IntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out what a visitor asks for: ends the collecting, deletes her raw events, keeps them out of use, lets them be used again, or
 * removes a wrong one. Each leaves a line in the ledger under a random receipt number. Thread-safe.
 *
 * <p>An erasure is written to the journal before anything of it happens, so that neither a killed process nor a database put back to an
 * older state leaves it half done. A beacon in flight at that moment, from any tab and on any node, leaves no row: then the tag is
 * committed, which every insert that begins afterwards obeys; {@link Purge} waits for those that began before.
 */
public final class Withdrawals implements Erasure {
    private static final Logger LOG = LoggerFactory.getLogger(Withdrawals.class);
    /** How often {@link #repeatRecent} is to be called, in milliseconds. */
    public static final long REPEAT_MILLIS = 60_000;

    /** A node that was killed leaves its second deletions to whoever looks next: far longer than an insert may take. */
    private static final Duration RECENT = Duration.ofMinutes(5);

    private final Pool rights;
    private final Tags tags;
    private final Pseudonymiser pseudonymiser;
    private final ErasureJournal journal;
    private final StandingJournal standings;
    private final Purge purge;
    private final RightsLedger ledger;
    private final SecureRandom random;
    private final Clock clock;

    /**
     * Makes the one of the process.
     *
     * @param rights the role that may read and delete raw events
     * @param vacuums take deleted rows out of their partition's file
     */
    public Withdrawals(
            Vertx vertx,
            Pool rights,
            Vacuums vacuums,
            Tags tags,
            Pseudonymiser pseudonymiser,
            Journal journal,
            SecureRandom random,
            Clock clock) {
        this.rights = rights;
        this.tags = tags;
        this.pseudonymiser = pseudonymiser;
        this.journal = new ErasureJournal(vertx, journal);
        this.standings = new StandingJournal(vertx, journal);
        this.purge = new Purge(vertx, rights, vacuums);
        this.ledger = new RightsLedger(rights, clock);
        this.random = random;
        this.clock = clock;
    }

    @Override
    public Future<Void> withdraw(Possession visitor, boolean erase) {
        return end(visitor, Right.WITHDRAWAL, erase).mapEmpty();
    }

    /**
     * Ends the collecting; deletes what was collected, or else keeps it out of statistics. Gives the receipt's number; empty when all of it
     * was done before, however often it is asked for again: journal and ledger grow by deeds, not by requests.
     */
    Future<Optional<UUID>> end(Possession visitor, Right right, boolean erase) {
        return pseudonymiser
                .pseudonyms(visitor)
                .compose(pseudonyms -> tags.hasObjected(visitor.site(), visitor.visitor())
                        .compose(objected -> erase
                                ? erase(visitor, right, pseudonyms, objected)
                                : objected
                                        ? Future.succeededFuture(Optional.empty())
                                        : objectAndKeep(visitor, right, pseudonyms)
                                                .map(Optional::of)));
    }

    private Future<Optional<UUID>> erase(
            Possession visitor, Right right, Map<YearMonth, Pseudonym> pseudonyms, boolean objected) {
        return monthsOfRows(pseudonyms)
                .compose(months -> objected && months.isEmpty()
                        ? Future.succeededFuture(Optional.empty())
                        : erase(visitor, right, orRecent(visitor.site(), pseudonyms, months))
                                .map(Optional::of));
    }

    private Future<UUID> erase(Possession visitor, Right right, Map<YearMonth, Pseudonym> months) {
        UUID receipt = number();
        Instant now = clock.instant();
        List<Entry> entries = new ArrayList<>();
        months.forEach(
                (month, pseudonym) -> entries.add(entry(visitor, month, pseudonym, Optional.empty(), receipt, now)));
        return journal.record(entries)
                .compose(recorded -> rights.withTransaction(transaction -> tag(transaction, visitor, "objected")))
                .compose(tagged -> tags.refresh())
                .compose(known -> purge.delete(
                        entries, deleted -> ledger.append(deleted.transaction(), visitor.site(), right, receipt)))
                .map(receipt);
    }

    private Entry entry(
            Possession visitor, YearMonth month, Pseudonym pseudonym, Optional<UUID> beacon, UUID receipt, Instant at) {
        Site site = visitor.site();
        Optional<UUID> tag = beacon.isPresent() ? Optional.empty() : Optional.of(tags.tag(site, visitor.visitor()));
        return new Entry(site.id().value(), month, pseudonym.value(), tag, beacon, receipt, at);
    }

    /**
     * The months that have or may still get rows: only these need an entry in a journal, and files of months without rows would say
     * for 25 months that she had none.
     */
    private Future<Map<YearMonth, Pseudonym>> monthsWithRows(Site site, Map<YearMonth, Pseudonym> pseudonyms) {
        return monthsOfRows(pseudonyms).map(months -> orRecent(site, pseudonyms, months));
    }

    private Map<YearMonth, Pseudonym> orRecent(
            Site site, Map<YearMonth, Pseudonym> pseudonyms, Set<YearMonth> monthsOfRows) {
        Instant now = clock.instant();
        Set<YearMonth> months = new TreeSet<>(monthsOfRows);
        months.add(site.monthOf(now));
        // An insert under way may belong to the other side of a month's end.
        months.add(site.monthOf(now.minus(RECENT)));
        months.add(site.monthOf(now.plus(RECENT)));
        Map<YearMonth, Pseudonym> found = new LinkedHashMap<>(pseudonyms);
        found.keySet().retainAll(months);
        return found;
    }

    private Future<Set<YearMonth>> monthsOfRows(Map<YearMonth, Pseudonym> pseudonyms) {
        Set<YearMonth> months = new TreeSet<>();
        return rights.withConnection(connection -> {
                    List<Future<?>> looked = new ArrayList<>();
                    // One way to the server and back for all of them.
                    pseudonyms.forEach((month, pseudonym) -> looked.add(connection
                            .preparedQuery("""
                                select exists (
                                  select from raw.event
                                  where pseudonym = $1 and day between $2 and $3) as found
                                """)
                            .execute(Tuple.of(pseudonym.value(), month.atDay(1), month.atEndOfMonth()))
                            .onSuccess(rows -> {
                                if (rows.iterator().next().getBoolean("found")) {
                                    months.add(month);
                                }
                            })));
                    return Future.all(looked);
                })
                .map(months);
    }

    /** She wants nothing more collected and what there is kept: nobody may use it either (GDPR Art. 21(1)). */
    private Future<UUID> objectAndKeep(Possession visitor, Right right, Map<YearMonth, Pseudonym> pseudonyms) {
        return withhold(visitor, right, Kind.OBJECTED, pseudonyms);
    }

    /** Keeps her events and leaves them out of everything (GDPR Art. 18); collects no more until {@link #release}. */
    Future<UUID> restrict(Possession visitor) {
        return pseudonymiser
                .pseudonyms(visitor)
                .compose(pseudonyms -> withhold(visitor, Right.RESTRICTION, Kind.RESTRICTED, pseudonyms));
    }

    private Future<UUID> withhold(Possession visitor, Right right, Kind kind, Map<YearMonth, Pseudonym> pseudonyms) {
        UUID receipt = number();
        return monthsWithRows(visitor.site(), pseudonyms)
                .compose(months -> rights.withTransaction(transaction -> tag(transaction, visitor, kind.word())
                        .compose(tagged -> withhold(transaction, visitor.site(), months))
                        .compose(withheld -> record(transaction, visitor, kind, months, receipt))
                        .compose(recorded -> ledger.append(transaction, visitor.site(), right, receipt))))
                .compose(committed -> tags.refresh())
                .map(receipt);
    }

    /** Ends a restriction; empty when there was none. An objection is none: it stands. */
    Future<Optional<UUID>> release(Possession visitor) {
        return pseudonymiser
                .pseudonyms(visitor)
                .compose(pseudonyms -> monthsWithRows(visitor.site(), pseudonyms)
                        .compose(months -> rights.withTransaction(
                                transaction -> release(transaction, visitor, pseudonyms, months))))
                .compose(released -> tags.refresh().map(released));
    }

    private Future<Optional<UUID>> release(
            SqlConnection transaction,
            Possession visitor,
            Map<YearMonth, Pseudonym> pseudonyms,
            Map<YearMonth, Pseudonym> months) {
        Site site = visitor.site();
        UUID receipt = number();
        return transaction
                .preparedQuery("""
                    update rights.tag
                    set kind = 'released', changed_at = clock_timestamp()
                    where tag = $1 and site = $2 and kind = 'restricted'
                    """)
                .execute(Tuple.of(tags.tag(site, visitor.visitor()), site.id().value()))
                .compose(updated -> updated.rowCount() == 0
                        ? Future.succeededFuture(Optional.empty())
                        : transaction
                                .preparedQuery("delete from rights.withheld where pseudonym = any ($1) and site = $2")
                                .execute(Tuple.tuple()
                                        .addArrayOfUUID(values(pseudonyms))
                                        .addString(site.id().value()))
                                .compose(deleted -> record(transaction, visitor, Kind.RELEASED, months, receipt))
                                .compose(recorded -> ledger.append(transaction, site, Right.RELEASE, receipt))
                                .map(Optional.of(receipt)));
    }

    /**
     * Writes a standing to the journal, last before the ledger and the commit: who is told that it holds finds it after any restore.
     * The tag's row is held, so no other wish of hers gets an earlier time afterwards.
     */
    private Future<Void> record(
            SqlConnection transaction, Possession visitor, Kind kind, Map<YearMonth, Pseudonym> months, UUID receipt) {
        Site site = visitor.site();
        UUID tag = tags.tag(site, visitor.visitor());
        LocalDate day = site.dayOf(clock.instant());
        return transaction.query("select clock_timestamp() as at").execute().compose(rows -> {
            Instant at = rows.iterator().next().getOffsetDateTime("at").toInstant();
            List<StandingJournal.Entry> entries = new ArrayList<>();
            months.forEach((month, pseudonym) -> entries.add(new StandingJournal.Entry(
                    site.id().value(), month, pseudonym.value(), tag, kind, receipt, day, at)));
            return standings.record(entries);
        });
    }

    /** Removes the one event of hers with this beacon id (GDPR Art. 16); empty when she has none such. */
    Future<Optional<UUID>> correct(Possession visitor, UUID beacon) {
        UUID receipt = number();
        return pseudonymiser
                .pseudonyms(visitor)
                .compose(pseudonyms -> find(pseudonyms, beacon).compose(month -> {
                    if (month.isEmpty()) {
                        return Future.succeededFuture(Optional.<UUID>empty());
                    }
                    List<Entry> wrong = List.of(entry(
                            visitor,
                            month.get().getKey(),
                            month.get().getValue(),
                            Optional.of(beacon),
                            receipt,
                            clock.instant()));
                    return journal.record(wrong)
                            .compose(recorded -> purge.delete(
                                    wrong,
                                    deleted -> ledger.append(
                                            deleted.transaction(), visitor.site(), Right.RECTIFICATION, receipt)))
                            .map(Optional.of(receipt));
                }));
    }

    private Future<Optional<Map.Entry<YearMonth, Pseudonym>>> find(Map<YearMonth, Pseudonym> pseudonyms, UUID beacon) {
        return rights.preparedQuery("select day from raw.event where pseudonym = any ($1) and beacon_id = $2")
                .execute(Tuple.tuple().addArrayOfUUID(values(pseudonyms)).addUUID(beacon))
                .map(rows -> {
                    if (rows.size() == 0) {
                        return Optional.empty();
                    }
                    YearMonth month = YearMonth.from(rows.iterator().next().getLocalDate("day"));
                    return pseudonyms.entrySet().stream()
                            .filter(entry -> entry.getKey().equals(month))
                            .findFirst();
                });
    }

    private Future<Void> tag(SqlConnection transaction, Possession visitor, String kind) {
        Site site = visitor.site();
        // An objection is never weakened to a restriction.
        return transaction
                .preparedQuery("""
                    insert into rights.tag (site, tag, kind, day)
                    values ($1, $2, $3, $4)
                    on conflict (tag, site) do update
                    set kind = excluded.kind, day = excluded.day, changed_at = clock_timestamp()
                    where rights.tag.kind <> 'objected' or excluded.kind = 'objected'
                    """)
                .execute(Tuple.of(
                        site.id().value(), tags.tag(site, visitor.visitor()), kind, site.dayOf(clock.instant())))
                .mapEmpty();
    }

    private static Future<Void> withhold(SqlConnection transaction, Site site, Map<YearMonth, Pseudonym> pseudonyms) {
        return transaction
                .preparedQuery("""
                    insert into rights.withheld (site, pseudonym, month)
                    select $1, w.pseudonym, w.month
                    from unnest($2::uuid[], $3::date[]) as w (pseudonym, month)
                    on conflict do nothing
                    """)
                .execute(Tuple.tuple()
                        .addString(site.id().value())
                        .addArrayOfUUID(values(pseudonyms))
                        .addArrayOfLocalDate(pseudonyms.keySet().stream()
                                .map(month -> month.atDay(1))
                                .toArray(LocalDate[]::new)))
                .mapEmpty();
    }

    private static UUID[] values(Map<YearMonth, Pseudonym> pseudonyms) {
        return pseudonyms.values().stream().map(Pseudonym::value).toArray(UUID[]::new);
    }

    private UUID number() {
        return new UUID(random.nextLong(), random.nextLong());
    }

    /**
     * Repeats every recorded erasure, restriction and end of one. To be called at start, before the first request is served: the database
     * may be an older one that was put back, or the last process may have been killed between a deletion and its second pass.
     */
    public Future<Void> repeatAll() {
        return journal.since(Instant.EPOCH)
                .compose(entries -> restoreTags(entries)
                        .compose(tagged -> standings.all())
                        .compose(this::restoreStandings)
                        .compose(standing -> purge.repeat(entries))
                        .compose(cameBack -> {
                            if (cameBack) {
                                LOG.info("Events of visitors who had them erased were in the database again; they are"
                                        + " deleted");
                            }
                            Instant recent = clock.instant().minus(RECENT);
                            purge.deleteAgainLater(entries.stream()
                                    .filter(entry -> !entry.at().isBefore(recent))
                                    .toList());
                            return tags.refresh();
                        }));
    }

    /** Repeats the erasures of the last minutes, whichever node recorded them: it may have been killed at any point. */
    public Future<Void> repeatRecent() {
        return journal.since(clock.instant().minus(RECENT))
                .compose(entries -> entries.isEmpty()
                        ? Future.succeededFuture()
                        : restoreTags(entries).compose(tagged -> purge.repeat(entries)))
                .mapEmpty();
    }

    /** An older database does not know either who is not to be collected any more. */
    private Future<Void> restoreTags(List<Entry> entries) {
        List<Entry> tagged =
                entries.stream().filter(entry -> entry.tag().isPresent()).toList();
        return rights.preparedQuery("""
            insert into rights.tag (site, tag, kind, day)
            select distinct on (w.tag, w.site) w.site, w.tag, 'objected', w.day
            from unnest($1::text[], $2::uuid[], $3::date[]) as w (site, tag, day)
            on conflict (tag, site) do update
            set kind = excluded.kind, changed_at = clock_timestamp()
            where rights.tag.kind <> 'objected'
            """)
                .execute(Tuple.tuple()
                        .addArrayOfString(tagged.stream().map(Entry::site).toArray(String[]::new))
                        .addArrayOfUUID(tagged.stream()
                                .map(entry -> entry.tag().orElseThrow())
                                .toArray(UUID[]::new))
                        .addArrayOfLocalDate(tagged.stream()
                                .map(entry -> LocalDate.ofInstant(entry.at(), clock.getZone()))
                                .toArray(LocalDate[]::new)))
                .mapEmpty();
    }

    /** Of each visitor the latest standing; nothing changes where the database knows it, or a later one. */
    private Future<Void> restoreStandings(List<StandingJournal.Entry> entries) {
        List<StandingJournal.Entry> byTime = entries.stream()
                .sorted(Comparator.comparing(StandingJournal.Entry::at))
                .toList();
        Map<UUID, StandingJournal.Entry> ofTag = new LinkedHashMap<>();
        Map<UUID, StandingJournal.Entry> ofPseudonym = new LinkedHashMap<>();
        for (StandingJournal.Entry entry : byTime) {
            // An objection is never weakened.
            ofTag.merge(entry.tag(), entry, (before, after) -> before.kind() == Kind.OBJECTED ? before : after);
            ofPseudonym.merge(
                    entry.pseudonym(), entry, (before, after) -> before.kind() == Kind.OBJECTED ? before : after);
        }
        return rights.withTransaction(transaction -> restoreTagsOf(transaction, List.copyOf(ofTag.values()))
                .compose(tagged -> restoreWithheld(transaction, List.copyOf(ofPseudonym.values()))));
    }

    private static Future<Void> restoreTagsOf(SqlConnection transaction, List<StandingJournal.Entry> entries) {
        return transaction
                .preparedQuery("""
                    insert into rights.tag (site, tag, kind, day, changed_at)
                    select w.site, w.tag, w.kind, w.day, w.changed_at
                    from unnest($1::text[], $2::uuid[], $3::text[], $4::date[], $5::timestamptz[])
                      as w (site, tag, kind, day, changed_at)
                    on conflict (tag, site) do update
                    set kind = excluded.kind, day = excluded.day, changed_at = clock_timestamp()
                    where rights.tag.kind not in ('objected', excluded.kind)
                      and rights.tag.changed_at < excluded.changed_at
                    """)
                .execute(Tuple.tuple()
                        .addArrayOfString(array(entries, StandingJournal.Entry::site, String[]::new))
                        .addArrayOfUUID(array(entries, StandingJournal.Entry::tag, UUID[]::new))
                        .addArrayOfString(array(entries, entry -> entry.kind().word(), String[]::new))
                        .addArrayOfLocalDate(array(entries, StandingJournal.Entry::day, LocalDate[]::new))
                        .addArrayOfOffsetDateTime(
                                array(entries, entry -> entry.at().atOffset(ZoneOffset.UTC), OffsetDateTime[]::new)))
                .mapEmpty();
    }

    /**
     * By what the tags say, which the statement before has locked: on a running node a visitor may have wished something else since the
     * journal was read.
     */
    private static Future<Void> restoreWithheld(SqlConnection transaction, List<StandingJournal.Entry> entries) {
        Tuple ofEntries = Tuple.tuple()
                .addArrayOfString(array(entries, StandingJournal.Entry::site, String[]::new))
                .addArrayOfUUID(array(entries, StandingJournal.Entry::pseudonym, UUID[]::new))
                .addArrayOfUUID(array(entries, StandingJournal.Entry::tag, UUID[]::new));
        return transaction
                .preparedQuery("""
                    delete from rights.withheld h
                    using unnest($1::text[], $2::uuid[], $3::uuid[]) as w (site, pseudonym, tag)
                    join rights.tag t on t.site = w.site and t.tag = w.tag and t.kind = 'released'
                    where h.site = w.site and h.pseudonym = w.pseudonym
                    """)
                .execute(ofEntries)
                .compose(deleted -> transaction
                        .preparedQuery("""
                            insert into rights.withheld (site, pseudonym, month)
                            select w.site, w.pseudonym, w.month
                            from unnest($1::text[], $2::uuid[], $3::uuid[], $4::date[]) as w (site, pseudonym, tag, month)
                            join rights.tag t on t.site = w.site and t.tag = w.tag and t.kind <> 'released'
                            on conflict do nothing
                            """)
                        .execute(ofEntries.addArrayOfLocalDate(
                                array(entries, entry -> entry.month().atDay(1), LocalDate[]::new))))
                .mapEmpty();
    }

    private static <T> T[] array(
            List<StandingJournal.Entry> entries, Function<StandingJournal.Entry, T> part, IntFunction<T[]> make) {
        return entries.stream().map(part).toArray(make);
    }

    /** Does at once what would be done later; for a node that stops, when nothing is written any more. */
    public Future<Void> close() {
        return purge.close();
    }
}
