package dev.lethe.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class LedgerTest {
    private static final Instant AT = Instant.parse("2027-02-26T10:00:00.987Z");

    private RetentionDatabase database;
    private Pool retention;
    private Ledger ledger;

    @BeforeEach
    void open() {
        database = new RetentionDatabase();
        retention = database.as("retention");
        ledger = new Ledger(retention);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Future<Ledger.Head> append(Deed deed, JsonObject detail) {
        return retention.withTransaction(transaction -> Ledger.append(transaction, AT, deed, detail));
    }

    private void appendFive() {
        for (int i = 1; i <= 5; i++) {
            append(Deed.KEYS_DUE, new JsonObject().put("number", i)).await();
        }
    }

    /** The hash was computed by another program from the description of the bytes. */
    @Test
    void hashesTheDocumentedBytes() {
        Ledger.Head head = append(
                        Deed.DAY_DROPPED, new JsonObject().put("mebibytes", 3).put("day", "2025-01-31"))
                .await();
        assertEquals(
                new Ledger.Head(
                        1,
                        Instant.parse("2027-02-26T10:00:00Z"),
                        "e9f98ee8def52c491ea62de9373824c7c547459bb54f6bdc8240eefebd8f9b96"),
                head);
        assertEquals(Optional.of(head), ledger.head().await());
        assertEquals(Optional.empty(), ledger.verify().await());
    }

    @Test
    void sortsKeysAtEveryDepth() {
        JsonObject detail = new JsonObject()
                .put("b", new JsonArray().add(new JsonObject().put("z", 1).put("y", "é")))
                .put("a", new JsonObject().put("d", true).put("c", null));
        assertEquals("{\"a\":{\"c\":null,\"d\":true},\"b\":[{\"y\":\"é\",\"z\":1}]}", Ledger.canonical(detail));
    }

    @Test
    void anEmptyLedgerHasNoHeadAndIsWhole() {
        assertEquals(Optional.empty(), ledger.head().await());
        assertEquals(Optional.empty(), ledger.verify().await());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', textBlock = """
        update registry.ledger set detail = '{"number":33}' where seq = 3 ; 3
        update registry.ledger set kind = 'keys_du', detail = 'e' || detail where seq = 2 ; 2
        update registry.ledger set at = at + interval '1 second' where seq = 1 ; 1
        update registry.ledger set previous = decode(repeat('00', 32), 'hex') where seq = 4 ; 4
        delete from registry.ledger where seq = 2 ; 2
        delete from registry.ledger where seq = 1 ; 1
        """)
    void findsTheFirstBrokenEntry(String tampering, long broken) {
        appendFive();
        assertEquals(Optional.empty(), ledger.verify().await());
        database.execute(tampering);
        assertEquals(Optional.of(broken), ledger.verify().await());
    }

    @Test
    void appendersAtOnceDoNotForkTheChain() {
        Pool publisher = database.as("publisher");
        List<Future<Ledger.Head>> appends = IntStream.range(0, 60)
                .mapToObj(i -> (i % 2 == 0 ? retention : publisher)
                        .withTransaction(transaction ->
                                Ledger.append(transaction, AT, Deed.KEYS_DUE, new JsonObject().put("i", i))))
                .toList();
        Future.all(appends).await();
        assertEquals(60, ledger.head().await().orElseThrow().seq());
        assertEquals(Optional.empty(), ledger.verify().await());
    }

    @Test
    void verifiesMoreThanOnePage() {
        retention
                .withTransaction(transaction -> {
                    Future<Ledger.Head> last = Ledger.append(transaction, AT, Deed.KEYS_DUE, new JsonObject());
                    for (int i = 0; i < 1_500; i++) {
                        last = last.compose(done -> Ledger.append(transaction, AT, Deed.KEYS_DUE, new JsonObject()));
                    }
                    return last;
                })
                .await();
        assertEquals(Optional.empty(), ledger.verify().await());
        database.execute("update registry.ledger set detail = ' ' where seq = 1400");
        assertEquals(Optional.of(1400L), ledger.verify().await());
    }

    @Test
    void noDutyMayChangeAnEntry() {
        appendFive();
        for (String duty : List.of("retention", "publisher", "rights", "collector")) {
            Pool pool = database.as(duty);
            assertThrows(
                    Exception.class,
                    () -> pool.query("update registry.ledger set kind = 'x'")
                            .execute()
                            .await());
            assertThrows(
                    Exception.class,
                    () -> pool.query("delete from registry.ledger").execute().await());
        }
    }
}
