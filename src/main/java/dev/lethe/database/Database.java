package dev.lethe.database;

import dev.lethe.config.KeyDirectory;
import dev.lethe.config.KeyEncryptionKey;
import dev.lethe.config.MacKey;
import dev.lethe.config.Secret;
import dev.lethe.config.Settings;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.SqlConnection;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.time.YearMonth;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfoService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database of this installation, embedded or given by {@code database.url}: ready to use, with its roles and its newest schema,
 * once {@link #open} returns, as it was found after {@link #attach}. One a process; {@link #close} lets go of an embedded server.
 */
public final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    /** Where the migrations are noted. */
    static final String SCHEMA_TABLE = "public.lethe_schema";

    private static final String ROLE_SECRET = "roles.key";

    /** Longer than anybody waits ({@link Patience#OF_A_VISITOR}). */
    private static final Duration SILENCE = Duration.ofSeconds(15);

    /** Far above a vacuum of a large day. */
    private static final Duration LONGEST_STATEMENT = Duration.ofHours(1);

    private final Settings settings;
    private final KeyDirectory keys;
    private final Optional<EmbeddedPostgres> embedded;
    private final URI url;
    private final ServerTls tls;

    private Database(Settings settings, KeyDirectory keys, Optional<EmbeddedPostgres> embedded, URI url) {
        this.settings = settings;
        this.keys = keys;
        this.embedded = embedded;
        this.url = url;
        this.tls = ServerTls.of(url);
    }

    /** How the schema of the database stands to the migrations that this Lethe has. */
    public enum Schema {
        MISSING,
        OLDER,
        CURRENT,
        NEWER
    }

    /**
     * Starts or adopts the embedded server, or connects to the given one, and makes it ready: checks that its commits are durable and
     * that {@code keys.dir} is the one it was used with, and brings roles and schema up to date. Takes seconds: not on an event loop.
     *
     * @throws DatabaseProblem with a sentence that says what to do; nothing was changed then, unless a migration failed
     */
    public static Database open(Settings settings, KeyDirectory keys) {
        Database database = connect(settings, keys);
        try (Connection owner = database.connectAsOwner()) {
            database.prepare(owner);
            return database;
        } catch (SQLException e) {
            database.close();
            throw new DatabaseProblem(
                    "The database at " + database.place() + " cannot be prepared (" + reason(e) + ").", e);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    /**
     * The database as it is, for commands: nothing is made, checked or changed. A running node of another release or with another
     * {@code keys.dir} goes on as before.
     *
     * @throws DatabaseProblem when there is no embedded database yet
     */
    public static Database attach(Settings settings, KeyDirectory keys) {
        if (!isMade(settings)) {
            throw new DatabaseProblem("There is no database in " + settings.stateDir()
                    + " yet. Start Lethe with `lethe serve`, or register a site with `lethe site add`.");
        }
        return connect(settings, keys);
    }

    /** Whether there is a database: an embedded one is made when it is first opened. */
    public static boolean isMade(Settings settings) {
        return !settings.database().isEmbedded() || EmbeddedPostgres.isMade(settings.stateDir());
    }

    /** An embedded database is made when there is none. */
    private static Database connect(Settings settings, KeyDirectory keys) {
        if (settings.database().isEmbedded()) {
            if (!isMade(settings)) {
                keys.findOrMake(ROLE_SECRET);
            }
            EmbeddedPostgres server =
                    EmbeddedPostgres.start(settings.stateDir(), name -> new Secret(derived(keys, name)));
            return new Database(
                    settings, keys, Optional.of(server), URI.create(server.url().reveal()));
        }
        Secret url = settings.database().url().orElseThrow();
        return new Database(settings, keys, Optional.empty(), URI.create(url.reveal()));
    }

    /** What {@link #open} does once there is a connection. */
    void prepare(Connection owner) throws SQLException {
        if (settings.database().durability() == Settings.Durability.VERIFY) {
            Durability.check(owner);
        }
        // Before the roles: with another keys.dir they would get other passwords, and shut every running node out.
        requireItsKeys(owner);
        keys.findOrMake(ROLE_SECRET);
        roles().prepare(owner);
        migrate(Optional.empty());
    }

    /** Going on with another directory would give every visitor a second pseudonym. */
    private void requireItsKeys(Connection owner) throws SQLException {
        try (Statement statement = owner.createStatement();
                ResultSet table = statement.executeQuery("select to_regclass('keys.month') is not null")) {
            if (!table.next() || !table.getBoolean(1)) {
                return;
            }
        }
        Optional<YearMonth> locked = findLockedMonth(owner);
        if (locked.isPresent()) {
            throw new DatabaseProblem("The key of " + locked.get() + " lies in the database, but "
                    + keys.path().resolve(KeyEncryptionKey.fileName(locked.get()))
                    + " is missing or does not fit. Point keys.dir at the directory this database was used"
                    + " with, or restore it; if it is lost for good, docs/operations.md says what follows.");
        }
    }

    /**
     * The first month with a stored key that {@code keys.dir} does not unwrap: then this is not the directory the database was used with.
     * Months before the oldest day do not count: a backup brings back keys whose files have been destroyed since.
     */
    public Optional<YearMonth> findLockedMonth(Connection owner) throws SQLException {
        try (Statement statement = owner.createStatement();
                ResultSet rows = statement.executeQuery("""
                    select k.month, k.wrapped
                    from keys.month k
                    where not coalesce(
                      k.month + interval '1 month - 1 day' < (select min(d.day) from raw.day d), false)
                    order by k.month
                    """)) {
            while (rows.next()) {
                YearMonth month = YearMonth.from(rows.getObject(1, LocalDate.class));
                byte[] wrapped = rows.getBytes(2);
                if (KeyEncryptionKey.find(keys, month)
                        .filter(kek -> kek.unwraps(wrapped))
                        .isEmpty()) {
                    return Optional.of(month);
                }
            }
        }
        return Optional.empty();
    }

    /** How the schema stands, without touching it. */
    public Schema schema() {
        MigrationInfoService migrations = flyway(Optional.empty()).info();
        if (migrations.current() == null) {
            return Schema.MISSING;
        }
        if (Arrays.stream(migrations.all())
                .anyMatch(
                        each -> each.getState().isApplied() && !each.getState().isResolved())) {
            return Schema.NEWER;
        }
        return migrations.pending().length > 0 ? Schema.OLDER : Schema.CURRENT;
    }

    /** @throws DatabaseProblem which says what to do, when the schema is not the one this Lethe works with */
    public void requireCurrentSchema() {
        switch (schema()) {
            case CURRENT -> {}
            case MISSING ->
                throw new DatabaseProblem("The database at " + place() + " holds nothing of Lethe yet. Start Lethe with"
                        + " `lethe serve`, or register a site with `lethe site add`.");
            case OLDER ->
                throw new DatabaseProblem("The database at " + place() + " has the schema of an earlier Lethe. Use that"
                        + " one, or start this one with `lethe serve`, which brings it up to date.");
            case NEWER ->
                throw new DatabaseProblem(
                        "The database at " + place() + " has the schema of a later Lethe. Use that one.");
        }
    }

    /** From now on an embedded server that ends unasked is started again, until {@link #close}. */
    public void keepRunning() {
        embedded.ifPresent(EmbeddedPostgres::keepRunning);
    }

    /** Brings the schema to a version; empty: the newest. Only ever forward. */
    void migrate(Optional<String> version) {
        try {
            flyway(version).migrate();
        } catch (FlywayException e) {
            throw new DatabaseProblem(
                    "The schema of the database at " + place() + " could not be brought up to date: "
                            + Optional.ofNullable(e.getMessage())
                                    .orElse("")
                                    .lines()
                                    .findFirst()
                                    .orElse(""),
                    e);
        }
    }

    /** Whether this Lethe has the migration that leads to a version of the schema. */
    boolean knowsSchema(String version) {
        return Arrays.stream(flyway(Optional.empty()).info().all())
                .anyMatch(migration -> migration.getVersion() != null
                        && migration.getVersion().getVersion().equals(version)
                        && migration.getState().isResolved());
    }

    private Flyway flyway(Optional<String> version) {
        Map<String, String> roles = new HashMap<>();
        for (DutyRole role : DutyRole.values()) {
            roles.put(role.word(), role.name(settings.database().rolePrefix()));
        }
        return Flyway.configure()
                .dataSource(jdbcUrl(), user(url), password(url))
                .defaultSchema("public")
                .table("lethe_schema")
                .locations("classpath:db/migration")
                .placeholders(roles)
                .target(version.orElse("latest"))
                .load();
    }

    public Connection connectAsOwner() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", user(url));
        properties.setProperty("password", password(url));
        properties.setProperty("connectTimeout", "10");
        properties.setProperty("ApplicationName", "lethe owner");
        return DriverManager.getConnection(jdbcUrl(), properties);
    }

    /** The step before the migrations as statements for an administrator. Makes the secret that the passwords come from. */
    public String roleStatements() {
        keys.findOrMake(ROLE_SECRET);
        return roles().printStatements(name(), owner());
    }

    /** @see Roles#listOpenSideChannels */
    public List<String> listOpenSideChannels(Connection owner) throws SQLException {
        return roles().listOpenSideChannels(owner);
    }

    Roles roles() {
        return new Roles(settings.database().rolePrefix(), this::passwordOf, this::saltOf);
    }

    /** How a duty logs in. */
    public PgConnectOptions options(DutyRole duty) {
        return options(duty.name(settings.database().rolePrefix()), passwordOf(duty.word()), duty.word());
    }

    /** How the owner logs in: for sites, which no duty may change, and for what only the server's owner may do. */
    public PgConnectOptions ownerOptions() {
        return options(user(url), new Secret(password(url)), "owner");
    }

    private PgConnectOptions options(String user, Secret password, String duty) {
        PgConnectOptions options = tls.protect(PgConnectOptions.fromUri(withoutQuery() + tls.vertxQuery()));
        options.setUser(user)
                .setPassword(password.reveal())
                .setCachePreparedStatements(true)
                .setReconnectAttempts(0)
                .addProperty("application_name", "lethe " + duty);
        return options;
    }

    /**
     * A pool for jobs, with bounds on everything: at most {@code size} connections, and a queue that refuses rather than grows. A
     * statement may take long, but not for ever.
     */
    public static Pool pool(Vertx vertx, PgConnectOptions options, int size) {
        return pool(vertx, options, size, LONGEST_STATEMENT);
    }

    /**
     * A pool for what visitors wait for: a connection on which nothing arrives for {@link #SILENCE} is given up, so that silent ones
     * do not use up the pool, and the server ends what nobody waits for any more.
     */
    public static Pool visitorsPool(Vertx vertx, PgConnectOptions options, int size) {
        return pool(vertx, options, size, SILENCE);
    }

    private static Pool pool(Vertx vertx, PgConnectOptions options, int size, Duration silence) {
        return PgBuilder.pool()
                .using(vertx)
                .with(new NetClientOptions()
                        .setConnectTimeout((int) Patience.OF_A_VISITOR.toMillis())
                        .setTcpKeepAlive(true)
                        .setIdleTimeoutUnit(TimeUnit.SECONDS)
                        .setReadIdleTimeout((int) silence.toSeconds()))
                .withConnectHandler(connection -> limit(connection, silence))
                .connectingTo(options)
                .with(new PoolOptions()
                        .setMaxSize(size)
                        .setMaxWaitQueueSize(size * 100)
                        .setConnectionTimeout(10)
                        .setConnectionTimeoutUnit(TimeUnit.SECONDS)
                        .setIdleTimeout(10)
                        .setIdleTimeoutUnit(TimeUnit.MINUTES))
                .build();
    }

    /**
     * Not properties of the log-in: poolers such as PgBouncer refuse those they do not know. Each statement is planned for its values:
     * otherwise PostgreSQL tries, at a statement's sixth run on a connection, a plan over all partitions of raw events, which takes
     * longer than all the runs together.
     */
    private static void limit(SqlConnection connection, Duration silence) {
        connection
                .query("set statement_timeout = " + silence.toMillis() + "; set plan_cache_mode = force_custom_plan")
                .execute()
                .onFailure(failure ->
                        LOG.debug("A connection broke: {}", failure.getClass().getSimpleName()))
                .eventually(connection::close);
    }

    /** A URL that psql takes, password included. Empty duty: the owner. */
    public Secret url(Optional<DutyRole> duty) {
        if (duty.isEmpty()) {
            return new Secret(url.toString());
        }
        String user = duty.get().name(settings.database().rolePrefix());
        String query = url.getRawQuery() == null ? "" : "?" + url.getRawQuery();
        return new Secret("postgresql://" + user + ":"
                + URLEncoder.encode(passwordOf(duty.get().word()).reveal(), StandardCharsets.UTF_8)
                        .replace("+", "%20")
                + "@" + url.getHost() + ":" + port() + url.getRawPath() + query);
    }

    /** Where it is, without user and password. */
    public String place() {
        return embedded.map(server -> "embedded, port " + server.port()).orElseGet(() -> url.getHost() + ":" + port());
    }

    public boolean isEmbedded() {
        return embedded.isPresent();
    }

    /** Whether nobody on the way can read along or pretend to be the server: it is on this machine, or proves who it is. */
    public boolean isReachedSafely() {
        return isEmbedded() || tls.isThisMachine() || tls.isVerified();
    }

    public String owner() {
        return user(url);
    }

    public String name() {
        return url.getPath().substring(1);
    }

    @Override
    public void close() {
        embedded.ifPresent(EmbeddedPostgres::close);
    }

    private Secret passwordOf(String duty) {
        return Optional.ofNullable(settings.database().passwords().get(duty))
                .orElseGet(() -> new Secret(derived(keys, duty)));
    }

    private byte[] saltOf(String role, Secret password) {
        return Arrays.copyOf(
                secret(keys)
                        .sign(
                                "salt".getBytes(StandardCharsets.US_ASCII),
                                role.getBytes(StandardCharsets.US_ASCII),
                                password.reveal().getBytes(StandardCharsets.US_ASCII)),
                ScramVerifier.SALT_BYTES);
    }

    /** HMAC(secret in {@code keys.dir}, name): the same on every node that shares the directory. */
    private static String derived(KeyDirectory keys, String name) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(secret(keys).hmac(name));
    }

    private static MacKey secret(KeyDirectory keys) {
        // Never made here: with a secret that fits nothing, a wrong keys.dir would look like a right one.
        return new MacKey(keys.find(ROLE_SECRET)
                .orElseThrow(() -> new DatabaseProblem("There is no " + ROLE_SECRET + " in " + keys.path()
                        + ", from which the passwords of the database's roles come. Point keys.dir at the directory"
                        + " this database was used with, or restore it.")));
    }

    private String jdbcUrl() {
        return "jdbc:postgresql://" + url.getHost() + ":" + port() + url.getRawPath()
                + (isEmbedded() ? "" : tls.jdbcQuery());
    }

    private String withoutQuery() {
        return url.toString().split("\\?", 2)[0];
    }

    private int port() {
        return url.getPort() == -1 ? 5432 : url.getPort();
    }

    private static String user(URI url) {
        return decode(url.getRawUserInfo().split(":", 2)[0]);
    }

    private static String password(URI url) {
        String[] parts = url.getRawUserInfo().split(":", 2);
        return parts.length == 2 ? decode(parts[1]) : "";
    }

    private static String decode(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    private static String reason(SQLException e) {
        return Optional.ofNullable(e.getMessage())
                .orElse(e.getClass().getSimpleName())
                .lines()
                .findFirst()
                .orElse("");
    }
}
