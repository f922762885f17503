package dev.lethe.rights;

import dev.lethe.site.SiteId;
import io.vertx.core.Future;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.SqlClient;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Requests as the database keeps them: one row for each time their clock stood still, and one for those whose never did. */
final class RequestRows {
    private static final String SELECT = """
        select
            r.request, r.site, r.kind, r.language, r.received, r.status, r.outcome, r.reason, r.earlier, r.closed, r.reminded,
            s.suspended, s.resumed
        from rights.request r
        left join rights.suspension s using (request)
        """;

    private RequestRows() {}

    /** A request and the last reminder that was given for it. */
    record Noted(Request request, int reminded) {}

    /** Those that have not ended. */
    static Future<List<Noted>> waiting(SqlClient client) {
        return read(client, "where r.status in ('open', 'suspended')", Tuple.tuple());
    }

    static Future<List<Noted>> all(SqlClient client) {
        return read(client, "", Tuple.tuple());
    }

    static Future<Optional<Request>> find(SqlClient client, RequestId id) {
        return read(client, "where r.request = $1", Tuple.of(id.value()))
                .map(found -> found.stream().map(Noted::request).findFirst());
    }

    private static Future<List<Noted>> read(SqlClient client, String where, Tuple values) {
        return client.preparedQuery(SELECT + where + "\norder by r.request, s.suspended")
                .execute(values)
                .map(rows -> {
                    Map<String, List<Row>> byId = new LinkedHashMap<>();
                    for (Row row : rows) {
                        byId.computeIfAbsent(row.getString("request"), id -> new ArrayList<>())
                                .add(row);
                    }
                    return byId.values().stream().map(RequestRows::noted).toList();
                });
    }

    private static Noted noted(List<Row> rows) {
        Row first = rows.getFirst();
        List<Deadline.Suspension> suspensions = rows.stream()
                .filter(row -> row.getLocalDate("suspended") != null)
                .map(row -> new Deadline.Suspension(
                        row.getLocalDate("suspended"), Optional.ofNullable(row.getLocalDate("resumed"))))
                .toList();
        Request request = new Request(
                new RequestId(first.getString("request")),
                new SiteId(first.getString("site")),
                RequestKind.of(first.getString("kind")),
                first.getString("language"),
                first.getLocalDate("received"),
                suspensions,
                state(first));
        return new Noted(request, first.getInteger("reminded"));
    }

    private static Request.State state(Row row) {
        return switch (row.getString("status")) {
            case "open" -> new Request.Open();
            case "suspended" -> new Request.Suspended();
            case "completed" ->
                new Request.Completed(
                        Objects.requireNonNull(row.getLocalDate("closed")), Outcome.of(row.getString("outcome")));
            case "refused" ->
                new Request.Refused(
                        Objects.requireNonNull(row.getLocalDate("closed")),
                        RefusalReason.of(row.getString("reason")),
                        Optional.ofNullable(row.getString("earlier")).map(RequestId::new));
            default -> throw new IllegalStateException("a request has no other status");
        };
    }
}
