package dev.lethe.rights;

import dev.lethe.database.Journal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One wish of a visitor in the journal, as a file for each month it is about: {@code <root>/<site>-<month>/<name>}, so that each ends with
 * its month. The file of the earliest month is written first and names the later ones too: with it the whole wish is recorded, whenever
 * the process is killed. Thread-safe, also between nodes that share {@code journal.dir}.
 */
final class MonthFiles<E extends MonthFiles.Entry<E>> {
    private static final int MONTH_LENGTH = "2026-11".length();

    private final Vertx vertx;
    private final Journal journal;
    private final String root;
    private final Function<JsonObject, E> read;

    /** What a wish says of one month. */
    interface Entry<E> {
        String site();

        YearMonth month();

        UUID pseudonym();

        /** The file's name in its month's directory. */
        String file();

        JsonObject toJson();

        /** The same wish in another month. */
        E in(YearMonth month, UUID pseudonym);
    }

    /** @param read makes an entry of what {@link Entry#toJson} wrote */
    MonthFiles(Vertx vertx, Journal journal, String root, Function<JsonObject, E> read) {
        this.vertx = vertx;
        this.journal = journal;
        this.root = root;
        this.read = read;
    }

    /** Records one wish: completes when its entries, which differ only by month and pseudonym, are on the disk. */
    Future<Void> record(List<E> entries) {
        List<E> earliestFirst =
                entries.stream().sorted(Comparator.comparing(Entry::month)).toList();
        return vertx.executeBlocking(
                () -> {
                    List<E> later = earliestFirst.stream().skip(1).toList();
                    for (E entry : earliestFirst) {
                        journal.write(name(entry), content(entry, later));
                        later = List.of();
                    }
                    return null;
                },
                false);
    }

    /** Everything in files with wanted names. Writes the files of later months that a killed process no longer wrote. */
    Future<List<E>> read(Predicate<String> wanted) {
        return vertx.executeBlocking(
                () -> {
                    Map<String, E> entries = new LinkedHashMap<>();
                    List<E> later = new ArrayList<>();
                    for (String name : journal.names(root)) {
                        if (wanted.test(name)) {
                            // Another node's retention may delete it in between.
                            journal.read(name).map(this::entries).ifPresent(of -> {
                                entries.put(name, of.getFirst());
                                later.addAll(of.subList(1, of.size()));
                            });
                        }
                    }
                    for (E entry : later) {
                        if (entries.putIfAbsent(name(entry), entry) == null) {
                            journal.write(name(entry), content(entry, List.of()));
                        }
                    }
                    return List.copyOf(entries.values());
                },
                false);
    }

    private String name(E entry) {
        return root + "/" + entry.site() + "-" + entry.month() + "/" + entry.file();
    }

    static YearMonth month(String name) {
        String directory = name.substring(0, name.lastIndexOf('/'));
        return YearMonth.parse(directory.substring(directory.length() - MONTH_LENGTH));
    }

    private byte[] content(E entry, List<E> later) {
        JsonObject json = entry.toJson()
                .put("site", entry.site())
                .put("month", entry.month().toString())
                .put("pseudonym", entry.pseudonym().toString());
        JsonObject months = new JsonObject();
        later.forEach(
                other -> months.put(other.month().toString(), other.pseudonym().toString()));
        if (!months.isEmpty()) {
            json.put("later", months);
        }
        return json.toBuffer().getBytes();
    }

    /** The entry of a file, then those of later months that it names. */
    private List<E> entries(byte[] content) {
        JsonObject json = new JsonObject(Buffer.buffer(content));
        List<E> entries = new ArrayList<>();
        E first = read.apply(json);
        entries.add(first);
        json.getJsonObject("later", new JsonObject())
                .forEach(month -> entries.add(
                        first.in(YearMonth.parse(month.getKey()), UUID.fromString((String) month.getValue()))));
        return entries;
    }
}
