package dev.lethe.retention;

import dev.lethe.database.TestDatabase;
import dev.lethe.fault.FaultProxy;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A database of its own with Lethe's schema and roles, and a pool for each of the duties that retention meets. */
public final class RetentionDatabase implements AutoCloseable {
    private static final String PASSWORD = "test";
    private static final List<String> DUTIES = List.of("collector", "publisher", "retention", "rights");

    private final TestDatabase database = TestDatabase.fresh();
    private final Vertx vertx = Vertx.vertx();
    private final Pool owner = pool(database.user(), database.password().reveal(), database.port());

    public RetentionDatabase() {
        for (String duty : DUTIES) {
            // Roles belong to the server and not to the database: an earlier test has made them.
            database.execute(
                    """
                    do $$ begin
                        if to_regrole('retention_test_%1$s') is null then
                            create role retention_test_%1$s login password '%2$s';
                        end if;
                    end $$\
                    """.formatted(duty, PASSWORD),
                    "grant connect on database " + database.name() + " to retention_test_" + duty,
                    "grant create on database " + database.name() + " to retention_test_" + duty);
        }
        database.execute(schema());
    }

    private static String schema() {
        try (InputStream file = RetentionDatabase.class.getResourceAsStream("/db/migration/V1__spine.sql")) {
            String sql = new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8);
            for (String duty : DUTIES) {
                sql = sql.replace("${" + duty + "}", "retention_test_" + duty);
            }
            return sql;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public Vertx vertx() {
        return vertx;
    }

    public Pool owner() {
        return owner;
    }

    public Pool as(String duty) {
        return pool("retention_test_" + duty, PASSWORD, database.port());
    }

    /** By a way of the test's own. */
    public Pool as(String duty, FaultProxy proxy) {
        return pool("retention_test_" + duty, PASSWORD, proxy.port());
    }

    public FaultProxy proxy() {
        return FaultProxy.to(database.host(), database.port());
    }

    private Pool pool(String user, String password, int port) {
        return PgBuilder.pool()
                .connectingTo(new PgConnectOptions()
                        .setHost(database.host())
                        .setPort(port)
                        .setDatabase(database.name())
                        .setUser(user)
                        .setPassword(password))
                .with(new PoolOptions().setMaxSize(6))
                .using(vertx)
                .build();
    }

    public void execute(String... statements) {
        database.execute(statements);
    }

    /** Makes a day with some events of one site. */
    public void makeDay(LocalDate day, int events) {
        execute("select raw.make_day('" + day + "')", events(day, events, "/page"));
    }

    static String events(LocalDate day, int events, String path) {
        return """
            insert into raw.event (received_at, day, pseudonym, beacon_id, type, browser, browser_major, system, device, site, path)
            select '%1$s 12:00:00+00', '%1$s', gen_random_uuid(), gen_random_uuid(), 1, 1, 120, 1, 1, 'example.com', '%3$s'
            from generate_series(1, %2$d)\
            """.formatted(day, events, path);
    }

    /** The days of which a table is left, attached or not. */
    public List<LocalDate> tables() {
        return list("""
            select to_date(right(relname, 8), 'YYYYMMDD') as value
            from pg_class
            where relnamespace = 'raw'::regnamespace and relkind = 'r' and relname ~ '^event_'
            order by 1\
            """, LocalDate.class);
    }

    public long count(String table) {
        return list("select count(*) as value from " + table, Long.class).getFirst();
    }

    public <T> List<T> list(String sql, Class<T> type) {
        List<T> values = new ArrayList<>();
        for (Row row : owner.query(sql).execute().await()) {
            values.add(row.get(type, 0));
        }
        return values;
    }

    /** Where the server keeps its files. */
    public Path dataDirectory() {
        return Path.of(list("select current_setting('data_directory') as value", String.class)
                .getFirst());
    }

    @Override
    public void close() {
        vertx.close().await();
        database.close();
    }
}
