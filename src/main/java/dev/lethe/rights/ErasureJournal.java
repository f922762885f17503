package dev.lethe.rights;

import dev.lethe.database.Journal;
import dev.lethe.retention.Expiring;
import dev.lethe.retention.RetentionPolicy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Erasures outside the database, so that one that is put back to an older state does not bring erased events back. One file for each
 * erasure and month: {@code erasures/<site>-<month>/<second>-<receipt>}. Written before the erasure is carried out, deleted when
 * everything of its month is gone. Thread-safe, also between nodes that share {@code journal.dir}.
 */
public final class ErasureJournal {
    static final String ROOT = "erasures";

    private final MonthFiles<Entry> files;

    public ErasureJournal(Vertx vertx, Journal journal) {
        this.files = new MonthFiles<>(vertx, journal, ROOT, Entry::of);
    }

    /**
     * What is to be deleted of one month.
     *
     * @param tag whose beacons are refused from then on; none when only one event was wrong
     * @param beacon the only event to delete; empty for all of them
     */
    record Entry(
            String site,
            YearMonth month,
            UUID pseudonym,
            Optional<UUID> tag,
            Optional<UUID> beacon,
            UUID receipt,
            Instant at)
            implements MonthFiles.Entry<Entry> {

        @Override
        public String file() {
            return at.getEpochSecond() + "-" + receipt;
        }

        @Override
        public JsonObject toJson() {
            JsonObject json =
                    new JsonObject().put("receipt", receipt.toString()).put("at", at.getEpochSecond());
            tag.ifPresent(code -> json.put("tag", code.toString()));
            beacon.ifPresent(id -> json.put("beacon", id.toString()));
            return json;
        }

        private static Entry of(JsonObject json) {
            return new Entry(
                    json.getString("site"),
                    YearMonth.parse(json.getString("month")),
                    UUID.fromString(json.getString("pseudonym")),
                    Optional.ofNullable(json.getString("tag")).map(UUID::fromString),
                    Optional.ofNullable(json.getString("beacon")).map(UUID::fromString),
                    UUID.fromString(json.getString("receipt")),
                    Instant.ofEpochSecond(json.getLong("at")));
        }

        @Override
        public Entry in(YearMonth otherMonth, UUID otherPseudonym) {
            return new Entry(site, otherMonth, otherPseudonym, tag, beacon, receipt, at);
        }
    }

    /** Records one erasure: completes when its entries, which differ only by month and pseudonym, are on the disk. */
    Future<Void> record(List<Entry> entries) {
        return files.record(entries);
    }

    /** All erasures that were recorded at or after an instant and whose months live. */
    Future<List<Entry>> since(Instant earliest) {
        return files.read(name -> second(name) >= earliest.getEpochSecond());
    }

    private static long second(String name) {
        String file = name.substring(name.lastIndexOf('/') + 1);
        return Long.parseLong(file.substring(0, file.indexOf('-')));
    }

    /**
     * Ends the files of months of which everything else is gone, those of {@link StandingJournal} as well: nothing is left that they
     * could erase or withhold, or be compared with.
     */
    public static Expiring expiring(Journal journal, RetentionPolicy policy) {
        return new Expiring("recorded erasures and restrictions", now -> {
            List<String> over = Stream.of(ROOT, StandingJournal.ROOT)
                    .flatMap(root -> journal.names(root).stream())
                    .filter(name -> policy.isMonthOver(MonthFiles.month(name), now))
                    .toList();
            over.forEach(journal::delete);
            return Future.succeededFuture((long) over.size());
        });
    }
}
