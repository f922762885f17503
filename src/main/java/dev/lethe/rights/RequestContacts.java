package dev.lethe.rights;

import dev.lethe.retention.Expiring;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Optional;

/** How to reach whoever sent a request: kept apart from it, and gone 30 days after its end. */
public final class RequestContacts {
    private static final int DAYS = 30;
    private static final ZoneOffset EARLIEST = ZoneOffset.ofHours(14);

    private RequestContacts() {}

    static Future<Void> keep(SqlClient client, RequestId id, String contact) {
        return client.preparedQuery("insert into rights.contact (request, contact) values ($1, $2)")
                .execute(Tuple.of(id.value(), contact))
                .mapEmpty();
    }

    static Future<Optional<String>> find(SqlClient client, RequestId id) {
        return client.preparedQuery("select contact from rights.contact where request = $1")
                .execute(Tuple.of(id.value()))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(rows.iterator().next().getString("contact")));
    }

    /** With the retention role, which may delete a contact and not read it. */
    public static Expiring expiring(Pool retention) {
        return new Expiring("contacts of requesters", now -> {
            LocalDate today = now.atOffset(EARLIEST).toLocalDate();
            return retention
                    .preparedQuery("""
                        delete from rights.contact
                        where request in (
                            select request
                            from rights.request
                            where closed <= $1)
                        """)
                    .execute(Tuple.of(today.minusDays(DAYS)))
                    .map(deleted -> (long) deleted.rowCount());
        });
    }
}
