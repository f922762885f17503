package dev.lethe.rights;

import dev.lethe.database.Journal;
import dev.lethe.retention.Expiring;
import dev.lethe.retention.RetentionPolicy;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Erasures outside the database, so that one that is put back to an older state does not bring erased events back. One file for each
 * erasure and month: {@code erasures/<site>-<month>/<second>-<receipt>}. Written before the erasure is carried out, deleted when
 * everything of its month is gone. Thread-safe, also between nodes that share {@code journal.dir}.
 *
 * <p>The file of the earliest month is written first and names the later ones too: with it the whole erasure is recorded, whenever the
 * process is killed, and each month's file still ends with its month.
 */
public final class ErasureJournal {
    static final String ROOT = "erasures";
    private static final int MONTH_LENGTH = "2026-11".length();

    private final Vertx vertx;
    private final Journal journal;

    public ErasureJournal(Vertx vertx, Journal journal) {
        this.vertx = vertx;
        this.journal = journal;
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
            Instant at) {

        private String name() {
            return ROOT + "/" + site + "-" + month + "/" + at.getEpochSecond() + "-" + receipt;
        }

        /** @param later what else belongs to this erasure and has a file of its own */
        private byte[] content(List<Entry> later) {
            JsonObject json = new JsonObject()
                    .put("site", site)
                    .put("month", month.toString())
                    .put("pseudonym", pseudonym.toString())
                    .put("receipt", receipt.toString())
                    .put("at", at.getEpochSecond());
            tag.ifPresent(code -> json.put("tag", code.toString()));
            beacon.ifPresent(id -> json.put("beacon", id.toString()));
            JsonObject months = new JsonObject();
            later.forEach(entry -> months.put(entry.month.toString(), entry.pseudonym.toString()));
            if (!months.isEmpty()) {
                json.put("later", months);
            }
            return json.toBuffer().getBytes();
        }

        /** The entry of a file, then those of later months that it names. */
        private static List<Entry> of(byte[] content) {
            JsonObject json = new JsonObject(Buffer.buffer(content));
            List<Entry> entries = new ArrayList<>();
            entries.add(new Entry(
                    json.getString("site"),
                    YearMonth.parse(json.getString("month")),
                    UUID.fromString(json.getString("pseudonym")),
                    Optional.ofNullable(json.getString("tag")).map(UUID::fromString),
                    Optional.ofNullable(json.getString("beacon")).map(UUID::fromString),
                    UUID.fromString(json.getString("receipt")),
                    Instant.ofEpochSecond(json.getLong("at"))));
            json.getJsonObject("later", new JsonObject())
                    .forEach(month -> entries.add(entries.getFirst()
                            .in(YearMonth.parse(month.getKey()), UUID.fromString((String) month.getValue()))));
            return entries;
        }

        private Entry in(YearMonth otherMonth, UUID otherPseudonym) {
            return new Entry(site, otherMonth, otherPseudonym, tag, beacon, receipt, at);
        }
    }

    /** Records one erasure: completes when its entries, which differ only by month and pseudonym, are on the disk. */
    Future<Void> record(List<Entry> entries) {
        List<Entry> earliestFirst =
                entries.stream().sorted(Comparator.comparing(Entry::month)).toList();
        return vertx.executeBlocking(
                () -> {
                    List<Entry> later = earliestFirst.stream().skip(1).toList();
                    for (Entry entry : earliestFirst) {
                        journal.write(entry.name(), entry.content(later));
                        later = List.of();
                    }
                    return null;
                },
                false);
    }

    /**
     * All erasures that were recorded at or after an instant and whose months live. Writes the files of later months that a killed
     * process no longer wrote.
     */
    Future<List<Entry>> since(Instant earliest) {
        return vertx.executeBlocking(
                () -> {
                    Map<String, Entry> entries = new LinkedHashMap<>();
                    List<Entry> later = new ArrayList<>();
                    for (String name : names(file -> second(file) >= earliest.getEpochSecond())) {
                        // Another node's retention may delete it in between.
                        journal.read(name).map(Entry::of).ifPresent(of -> {
                            entries.put(name, of.getFirst());
                            later.addAll(of.subList(1, of.size()));
                        });
                    }
                    for (Entry entry : later) {
                        if (entries.putIfAbsent(entry.name(), entry) == null) {
                            journal.write(entry.name(), entry.content(List.of()));
                        }
                    }
                    return List.copyOf(entries.values());
                },
                false);
    }

    private List<String> names(Predicate<String> wanted) {
        return journal.names(ROOT).stream().filter(wanted).toList();
    }

    private static long second(String name) {
        String file = name.substring(name.lastIndexOf('/') + 1);
        return Long.parseLong(file.substring(0, file.indexOf('-')));
    }

    static YearMonth month(String name) {
        String directory = name.substring(0, name.lastIndexOf('/'));
        return YearMonth.parse(directory.substring(directory.length() - MONTH_LENGTH));
    }

    /**
     * Ends the files of months of which everything else is gone, those of {@link StandingJournal} as well: nothing is left that they
     * could erase or withhold, or be compared with.
     */
    public static Expiring expiring(Journal journal, RetentionPolicy policy) {
        return new Expiring() {
            @Override
            public String what() {
                return "recorded erasures and restrictions";
            }

            @Override
            public Future<Long> expire(Instant now) {
                List<String> over = Stream.of(ROOT, StandingJournal.ROOT)
                        .flatMap(root -> journal.names(root).stream())
                        .filter(name -> policy.isMonthOver(month(name), now))
                        .toList();
                over.forEach(journal::delete);
                return Future.succeededFuture((long) over.size());
            }
        };
    }
}
