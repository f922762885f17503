package dev.lethe.statistics;

import dev.lethe.database.Journal;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/**
 * What the journal knows of publications: an intent before the noise of a period is drawn, and its rows once they are committed.
 * Whatever happens to the database, a period that has rows here is put back and never drawn again. Thread-safe; blocking.
 */
final class PublicationJournal {
    private static final String ROWS = ".json.gz";
    private static final String INTENT = ".intent";

    private final Journal journal;

    PublicationJournal(Journal journal) {
        this.journal = journal;
    }

    /**
     * A draw that was begun.
     *
     * @param draw the number that {@code registry.draw} has, unless the database is older than the draw
     * @param transaction the transaction that was to commit it, as PostgreSQL numbers them
     * @param cluster the identity of the server's data directory
     */
    record Intent(UUID draw, String transaction, String cluster) {}

    /** The files of all periods whose rows are here, by name. */
    List<String> names() {
        return journal.names("published").stream()
                .filter(name -> name.endsWith(ROWS))
                .toList();
    }

    static String nameOf(Period period) {
        return period.journalName() + ROWS;
    }

    /** The files of all draws that were begun and are neither kept nor forgotten, by name. */
    Set<String> begun() {
        return journal.names("published").stream()
                .filter(name -> name.endsWith(INTENT))
                .collect(Collectors.toUnmodifiableSet());
    }

    static String intentOf(Period period) {
        return period.journalName() + INTENT;
    }

    PublishedPeriod read(String name) {
        return PublishedPeriod.ofBytes(journal.read(name).orElseThrow());
    }

    /** The rows of a period. */
    Optional<PublishedPeriod> find(Period period) {
        return journal.read(nameOf(period)).map(PublishedPeriod::ofBytes);
    }

    Optional<Intent> intent(Period period) {
        return journal.read(intentOf(period))
                .map(bytes -> new JsonObject(new String(bytes, StandardCharsets.UTF_8)))
                .map(json -> new Intent(
                        UUID.fromString(json.getString("draw")),
                        json.getString("transaction"),
                        json.getString("cluster")));
    }

    /** Before the draw. False when another node has begun one. */
    boolean begin(Period period, Intent intent) {
        JsonObject json = new JsonObject()
                .put("draw", intent.draw().toString())
                .put("transaction", intent.transaction())
                .put("cluster", intent.cluster());
        return journal.write(intentOf(period), json.encode().getBytes(StandardCharsets.UTF_8));
    }

    /** After the commit, or when what is committed was found again. */
    void keep(PublishedPeriod published) {
        journal.write(nameOf(published.period()), published.toBytes());
        forget(published.period());
    }

    /** The draw was never committed, so nobody has seen it. */
    void forget(Period period) {
        journal.delete(intentOf(period));
    }
}
