package dev.lethe.rights;

import dev.lethe.database.Journal;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.List;
import java.util.UUID;

/**
 * Restrictions, their ends, and objections that kept what there was, outside the database, so that one that is put back to an older
 * state uses nobody's events against her wish. One file for each wish and month: {@code standings/<site>-<month>/<receipt>}. Written
 * in the transaction that carries the wish out, deleted when everything of its month is gone. Thread-safe, also between nodes that
 * share {@code journal.dir}.
 */
final class StandingJournal {
    static final String ROOT = "standings";

    private final MonthFiles<Entry> files;

    StandingJournal(Vertx vertx, Journal journal) {
        this.files = new MonthFiles<>(vertx, journal, ROOT, Entry::of);
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
            String site, YearMonth month, UUID pseudonym, UUID tag, Kind kind, UUID receipt, LocalDate day, Instant at)
            implements MonthFiles.Entry<Entry> {

        @Override
        public String file() {
            return receipt.toString();
        }

        @Override
        public JsonObject toJson() {
            return new JsonObject()
                    .put("tag", tag.toString())
                    .put("kind", kind.word())
                    .put("receipt", receipt.toString())
                    .put("day", day.toString())
                    .put("at", at.toString());
        }

        private static Entry of(JsonObject json) {
            return new Entry(
                    json.getString("site"),
                    YearMonth.parse(json.getString("month")),
                    UUID.fromString(json.getString("pseudonym")),
                    UUID.fromString(json.getString("tag")),
                    Kind.ofWord(json.getString("kind")),
                    UUID.fromString(json.getString("receipt")),
                    LocalDate.parse(json.getString("day")),
                    Instant.parse(json.getString("at")));
        }

        @Override
        public Entry in(YearMonth otherMonth, UUID otherPseudonym) {
            return new Entry(site, otherMonth, otherPseudonym, tag, kind, receipt, day, at);
        }
    }

    /** Records one wish: completes when its entries, which differ only by month and pseudonym, are on the disk. */
    Future<Void> record(List<Entry> entries) {
        return files.record(entries);
    }

    /** Everything whose months live. */
    Future<List<Entry>> all() {
        return files.read(name -> true);
    }
}
