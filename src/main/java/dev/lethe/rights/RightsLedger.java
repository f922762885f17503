package dev.lethe.rights;

import dev.lethe.retention.Deed;
import dev.lethe.retention.Ledger;
import dev.lethe.site.Site;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * The ledger's lines about rights: which right was exercised on which site, under a random receipt number that only the visitor is told.
 * No pseudonym, no contact, no number of rows. Thread-safe.
 */
final class RightsLedger {
    private final Pool pool;
    private final Clock clock;

    /** @param pool of the rights role */
    RightsLedger(Pool pool, Clock clock) {
        this.pool = pool;
        this.clock = clock;
    }

    /** What a receipt is for. */
    record Found(UUID receipt, Right right, Instant at, long entry) {}

    /** Adds the line of a right carried out, in the transaction that carries it out: both are true or neither. */
    Future<Void> append(SqlConnection transaction, Site site, Right right, UUID receipt) {
        return Ledger.append(
                        transaction,
                        clock.instant(),
                        Deed.RIGHT_EXERCISED,
                        line(site, right).put("receipt", receipt.toString()))
                .mapEmpty();
    }

    /**
     * Adds the line of a reading of raw events. It has no receipt: the answer is to be the same for whoever has nothing. The line is
     * written for everybody who asks, so that its absence tells nothing either.
     */
    Future<Void> appendAccess(Site site) {
        return pool.withTransaction(transaction -> Ledger.append(
                        transaction, clock.instant(), Deed.RIGHT_EXERCISED, line(site, Right.ACCESS))
                .mapEmpty());
    }

    private static JsonObject line(Site site, Right right) {
        return new JsonObject().put("right", right.word()).put("site", site.id().value());
    }

    Future<Optional<Found>> find(Site site, UUID receipt) {
        return pool.preparedQuery("""
            select seq, at, detail::jsonb ->> 'right' as word
            from registry.ledger
            where kind = 'right_exercised'
              and detail::jsonb ->> 'receipt' = $1
              and detail::jsonb ->> 'site' = $2
            """)
                .execute(Tuple.of(receipt.toString(), site.id().value()))
                .map(rows -> {
                    if (rows.size() == 0) {
                        return Optional.empty();
                    }
                    Row row = rows.iterator().next();
                    return Right.ofWord(row.getString("word"))
                            .map(right -> new Found(
                                    receipt, right, row.getOffsetDateTime("at").toInstant(), row.getLong("seq")));
                });
    }
}
