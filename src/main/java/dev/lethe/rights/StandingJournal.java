package dev.lethe.rights;

import dev.lethe.database.Journal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Restrictions, their ends, and objections that kept what there was, outside the database, so that one that is put back to an older
 * state uses nobody's events against her wish. One file for each wish and month: {@code standings/<site>-<month>/<receipt>}. Written
 * in the transaction that carries the wish out, deleted when everything of its month is gone. Thread-safe, also between nodes that
 * share {@code journal.dir}.
 *
 * <p>As in {@link ErasureJournal}, the file of the earliest month is written first and names the later ones, so that a process that is
 * killed leaves the whole wish or nothing.
 */
final class StandingJournal {
    static final String ROOT = "standings";

    private final Vertx vertx;
    private final Journal journal;

    StandingJournal(Vertx vertx, Journal journal) {
        this.vertx = vertx;
        this.journal = journal;
    }

    /** What was wished; the words are those of {@code rights.tag}. */
    enum Kind {
        OBJECTED("objected"),
        RESTRICTED("restricted"),
        RELEASED("released");

        private final String word;

        Kind(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }

        private static Kind ofWord(String word) {
            for (Kind kind : values()) {
                if (kind.word.equals(word)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("no standing is called " + word);
        }
    }

    /**
     * What holds for the events of one month.
     *
     * @param day the site's, on which the wish was made: the tag expires by it
     * @param at by the database's clock while the tag was held, so that of two wishes the later one is known, whichever node took them
     */
    record Entry(
            String site,
            YearMonth month,
            UUID pseudonym,
            UUID tag,
            Kind kind,
            UUID receipt,
            LocalDate day,
            Instant at) {

        private String name() {
            return ROOT + "/" + site + "-" + month + "/" + receipt;
        }

        /** @param later what else belongs to this wish and has a file of its own */
        private byte[] content(List<Entry> later) {
            JsonObject json = new JsonObject()
                    .put("site", site)
                    .put("month", month.toString())
                    .put("pseudonym", pseudonym.toString())
                    .put("tag", tag.toString())
                    .put("kind", kind.word())
                    .put("receipt", receipt.toString())
                    .put("day", day.toString())
                    .put("at", at.toString());
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
                    UUID.fromString(json.getString("tag")),
                    Kind.ofWord(json.getString("kind")),
                    UUID.fromString(json.getString("receipt")),
                    LocalDate.parse(json.getString("day")),
                    Instant.parse(json.getString("at"))));
            json.getJsonObject("later", new JsonObject())
                    .forEach(month -> entries.add(entries.getFirst()
                            .in(YearMonth.parse(month.getKey()), UUID.fromString((String) month.getValue()))));
            return entries;
        }

        private Entry in(YearMonth otherMonth, UUID otherPseudonym) {
            return new Entry(site, otherMonth, otherPseudonym, tag, kind, receipt, day, at);
        }
    }

    /** Records one wish: completes when its entries, which differ only by month and pseudonym, are on the disk. */
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

    /** Everything whose months live. Writes the files of later months that a killed process no longer wrote. */
    Future<List<Entry>> all() {
        return vertx.executeBlocking(
                () -> {
                    Map<String, Entry> entries = new LinkedHashMap<>();
                    List<Entry> later = new ArrayList<>();
                    for (String name : journal.names(ROOT)) {
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
}
