package dev.lethe.retention;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What must be provable later, as one chain of hashes in {@code registry.ledger}: whoever knows a head knows whether anything
 * before it was changed. Thread-safe; as many as wanted, in any process.
 *
 * <p>The hash of an entry is SHA-256 over these bytes, numbers big-endian:
 *
 * <pre>
 * 32 bytes  previous: the hash of the entry before, zeros for the first
 *  8 bytes  seq: 1, 2, 3 …
 *  8 bytes  at: seconds since 1970-01-01T00:00:00Z
 *  4 bytes  length of kind in bytes
 *  n bytes  kind, UTF-8
 *  m bytes  detail, UTF-8, as stored: JSON without white space, keys sorted by their UTF-16 units
 * </pre>
 *
 * <p>An entry says which deeds were done, never how many rows or visitors they met, and nothing about a person.
 */
public final class Ledger {
    private static final int HASH_BYTES = 32;
    private static final int PAGE_ROWS = 1_000;

    private final Pool pool;

    /** @param pool of a role that may read the ledger: retention, rights or publisher */
    public Ledger(Pool pool) {
        this.pool = pool;
    }

    /** The newest entry's number and hash: the promise that everything up to it stays as it is. */
    public record Head(long seq, Instant at, String hash) {}

    /**
     * Adds an entry in the caller's transaction, which is to be short and read committed. Two appenders at once cannot fork the
     * chain: the number is the primary key, so the later one waits for the earlier one's commit and then takes the next.
     */
    public static Future<Head> append(SqlConnection transaction, Instant at, Deed deed, JsonObject detail) {
        Instant second = at.truncatedTo(ChronoUnit.SECONDS);
        String text = canonical(detail);
        return transaction
                .query("select seq, hash from registry.ledger order by seq desc limit 1")
                .execute()
                .compose(newest -> {
                    Link link = newest.size() == 0
                            ? Link.FIRST
                            : Link.after(newest.iterator().next());
                    byte[] hash = hash(link.previous(), link.seq(), second, deed.kind(), text);
                    return transaction
                            .preparedQuery("""
                                insert into registry.ledger (seq, at, kind, detail, previous, hash)
                                values ($1, $2, $3, $4, $5, $6)
                                on conflict (seq) do nothing
                                """)
                            .execute(Tuple.of(
                                    link.seq(),
                                    second.atOffset(ZoneOffset.UTC),
                                    deed.kind(),
                                    text,
                                    Buffer.buffer(link.previous()),
                                    Buffer.buffer(hash)))
                            .compose(inserted -> inserted.rowCount() == 1
                                    ? Future.succeededFuture(new Head(
                                            link.seq(), second, HexFormat.of().formatHex(hash)))
                                    : append(transaction, at, deed, detail));
                });
    }

    /** The newest entry; empty when nothing was ever done. */
    public Future<Optional<Head>> head() {
        return head(Instant.MAX);
    }

    /** The newest entry written before an instant. */
    public Future<Optional<Head>> head(Instant before) {
        return pool.preparedQuery("""
            select seq, at, hash
            from registry.ledger
            where at < coalesce($1::timestamptz, 'infinity')
            order by seq desc
            limit 1
            """)
                .execute(Tuple.of(before.equals(Instant.MAX) ? null : before.atOffset(ZoneOffset.UTC)))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(head(rows.iterator().next())));
    }

    /**
     * The first number at which the chain is broken: changed, missing in the middle, or not following from the one before. What was
     * cut off at the end shows only against a {@link Head} that somebody kept.
     */
    public Future<Optional<Long>> verify() {
        return verify(pool, Link.FIRST);
    }

    /** Whether an entry that somebody kept the hash of, in hexadecimal, still stands under its number. */
    public Future<Boolean> holds(long seq, String hash) {
        return pool.preparedQuery("select from registry.ledger where seq = $1 and encode(hash, 'hex') = $2")
                .execute(Tuple.of(seq, hash))
                .map(rows -> rows.size() == 1);
    }

    private static Future<Optional<Long>> verify(SqlClient client, Link from) {
        return client.preparedQuery("""
            select seq, at, kind, detail, previous, hash
            from registry.ledger
            where seq >= $1
            order by seq
            limit $2
            """)
                .execute(Tuple.of(from.seq(), PAGE_ROWS))
                .compose(rows -> verify(client, from, rows));
    }

    private static Future<Optional<Long>> verify(SqlClient client, Link from, RowSet<Row> rows) {
        Link expected = from;
        for (Row row : rows) {
            byte[] hash = hash(
                    expected.previous(),
                    expected.seq(),
                    row.getOffsetDateTime("at").toInstant(),
                    row.getString("kind"),
                    row.getString("detail"));
            boolean follows = row.getLong("seq") == expected.seq()
                    && Arrays.equals(row.getBuffer("previous").getBytes(), expected.previous())
                    && Arrays.equals(row.getBuffer("hash").getBytes(), hash);
            if (!follows) {
                return Future.succeededFuture(Optional.of(expected.seq()));
            }
            expected = Link.after(row);
        }
        return rows.size() < PAGE_ROWS ? Future.succeededFuture(Optional.empty()) : verify(client, expected);
    }

    /** What the next entry has to be. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Link(long seq, byte[] previous) {
        private static final Link FIRST = new Link(1, new byte[HASH_BYTES]);

        private static Link after(Row row) {
            return new Link(row.getLong("seq") + 1, row.getBuffer("hash").getBytes());
        }
    }

    private static Head head(Row row) {
        return new Head(
                row.getLong("seq"),
                row.getOffsetDateTime("at").toInstant(),
                HexFormat.of().formatHex(row.getBuffer("hash").getBytes()));
    }

    static byte[] hash(byte[] previous, long seq, Instant at, String kind, String detail) {
        byte[] kindBytes = kind.getBytes(StandardCharsets.UTF_8);
        byte[] detailBytes = detail.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(
                HASH_BYTES + Long.BYTES + Long.BYTES + Integer.BYTES + kindBytes.length + detailBytes.length);
        bytes.put(previous).putLong(seq).putLong(at.getEpochSecond());
        bytes.putInt(kindBytes.length).put(kindBytes).put(detailBytes);
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes.array());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    static String canonical(JsonObject detail) {
        return sorted(detail).encode();
    }

    private static JsonObject sorted(JsonObject object) {
        JsonObject result = new JsonObject();
        for (String key : new TreeSet<>(object.fieldNames())) {
            result.put(key, sorted(object.getValue(key)));
        }
        return result;
    }

    private static JsonArray sorted(JsonArray array) {
        JsonArray result = new JsonArray();
        for (int i = 0; i < array.size(); i++) {
            result.add(sorted(array.getValue(i)));
        }
        return result;
    }

    private static @Nullable Object sorted(@Nullable Object value) {
        return switch (value) {
            case JsonObject object -> sorted(object);
            case JsonArray array -> sorted(array);
            case null -> null;
            default -> value;
        };
    }
}
