package dev.lethe.database;

import dev.lethe.config.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The step before the migrations: makes the duty roles and takes from everybody what nobody needs. Immutable and safe
 * from any thread; running it again changes nothing, two nodes may run it at once.
 *
 * <p>What the duty roles may do with which table stands in the migrations, beside the tables.
 */
public final class Roles {
    private static final Pattern PREFIX = Pattern.compile("[a-z][a-z0-9_]{0,40}");

    /** SCRAM prepares other text (RFC 4013) in ways this does not implement. */
    private static final Pattern PASSWORD = Pattern.compile("[\\x20-\\x7e]{8,200}");

    private static final String ATTRIBUTES =
            "login noinherit nosuperuser nocreatedb nocreaterole noreplication nobypassrls";

    /**
     * What readers' sessions begin with. People write their own queries there: they end by themselves and write
     * nothing.
     */
    private static final Map<String, String> READER_SETTINGS = new TreeMap<>(Map.of(
            "default_transaction_read_only", "on",
            "statement_timeout", "15s",
            "idle_in_transaction_session_timeout", "60s"));

    /** PostgreSQL's insufficient_privilege, and its two ways to refuse a log-in. */
    private static final String DENIED = "42501";

    private static final String LOG_IN_REFUSED = "28";

    /** Any number that no other program on the server uses for its advisory locks; from "lethe" in ASCII. */
    private static final long ONE_AT_A_TIME = 0x6c65746865L;

    private final String prefix;
    private final Function<String, Secret> passwords;
    private final Salts salts;

    /** The salts of the roles' verifiers. */
    interface Salts {
        /**
         * {@value ScramVerifier#SALT_BYTES} bytes, the same at each start, which nobody can tell who does not know both {@code keys.dir}
         * and the password.
         */
        byte[] of(String role, Secret password);
    }

    /**
     * @param prefix {@code database.role-prefix}
     * @param passwords gives a duty's password for its word, {@code "collector"}: printable ASCII, the same at each
     *     start
     */
    Roles(String prefix, Function<String, Secret> passwords, Salts salts) {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new DatabaseProblem(
                    "database.role-prefix must begin with a small letter and hold only small letters, digits"
                            + " and underscores, at most 41.");
        }
        this.prefix = prefix;
        this.passwords = passwords;
        this.salts = salts;
    }

    /**
     * Brings the server to the wanted state, in one transaction of the owner's connection.
     *
     * @throws DatabaseProblem when the owner may not do what is missing; it names {@code lethe db roles --print}
     */
    public void prepare(Connection owner) throws SQLException {
        boolean autoCommit = owner.getAutoCommit();
        owner.setAutoCommit(false);
        try {
            execute(owner, "select pg_advisory_xact_lock(" + ONE_AT_A_TIME + ")");
            Login login = Login.read(owner);
            for (DutyRole duty : DutyRole.values()) {
                prepareRole(owner, login, duty);
            }
            letOwnerBecomeRetention(owner, login);
            closeDatabase(owner, login);
            if (login.superuser()) {
                execute(owner, closingStatement(login.databaseOwner()));
            }
            owner.commit();
        } catch (SQLException e) {
            owner.rollback();
            if (DENIED.equals(e.getSQLState())) {
                throw mayNot("prepare the database (" + StateDirectory.reason(e) + ")", e);
            }
            throw e;
        } catch (RuntimeException e) {
            owner.rollback();
            throw e;
        } finally {
            owner.setAutoCommit(autoCommit);
        }
    }

    /**
     * The whole step as statements for a database administrator, who runs them in that database with psql. Holds
     * verifiers, from which nobody learns a password.
     *
     * @param owner the role that {@code database.url} logs in as
     */
    public String printStatements(String database, String owner) {
        List<String> statements = new ArrayList<>();
        for (DutyRole duty : DutyRole.values()) {
            statements.add("create role " + duty.name(prefix) + " " + ATTRIBUTES + " password '"
                    + verifier(duty).text() + "'");
            settings(duty).forEach((name, value) -> statements.add(set(duty, name, value)));
        }
        statements.add("grant " + DutyRole.RETENTION.name(prefix) + " to " + quote(owner));
        statements.add("grant create on database " + quote(database) + " to " + quote(owner));
        statements.addAll(databaseStatements(database));
        String closing = closingStatement(owner);
        return "-- For a superuser, in the database " + database + ", before Lethe's first start.\n"
                + statements.stream().map(statement -> statement + ";\n").collect(Collectors.joining())
                + "\n-- Readers of published statistics must not see sizes, counters and estimates of raw tables.\n"
                + closing
                + ";\n";
    }

    /** What the owner's connection says about itself. */
    private record Login(
            String name,
            boolean superuser,
            boolean createRole,
            int version,
            String database,
            String databaseOwner,
            boolean ownsDatabase) {
        static Login read(Connection owner) throws SQLException {
            String sql = """
                select
                  r.rolname,
                  r.rolsuper,
                  r.rolcreaterole,
                  current_setting('server_version_num')::int,
                  d.datname,
                  pg_get_userbyid(d.datdba),
                  pg_has_role(r.oid, d.datdba, 'usage')
                from pg_roles r, pg_database d
                where r.rolname = current_user and d.datname = current_database()
                """;
            try (Statement statement = owner.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                if (!row.next()) {
                    throw new SQLException("no current role");
                }
                return new Login(
                        row.getString(1),
                        row.getBoolean(2),
                        row.getBoolean(3),
                        row.getInt(4),
                        row.getString(5),
                        row.getString(6),
                        row.getBoolean(7));
            }
        }

        boolean mayCreateRoles() {
            return superuser || createRole;
        }
    }

    private void prepareRole(Connection owner, Login login, DutyRole duty) throws SQLException {
        String role = duty.name(prefix);
        Optional<Existing> existing = Existing.find(owner, role);
        if (existing.isEmpty()) {
            if (!login.mayCreateRoles()) {
                throw mayNot("create the role " + role, null);
            }
            execute(
                    owner,
                    "create role " + role + " " + ATTRIBUTES + " password '"
                            + verifier(duty).text() + "'");
        } else {
            if (!existing.get().isPlain()) {
                if (!login.superuser()) {
                    throw mayNot(
                            "take from the role " + role + " the rights that make it more than a plain log-in", null);
                }
                execute(owner, "alter role " + role + " " + ATTRIBUTES);
            }
            if (!hasPassword(owner, login, duty)) {
                if (!login.mayCreateRoles()) {
                    throw new DatabaseProblem("The role " + role
                            + " does not accept the password that this keys.dir gives. Set"
                            + " keys.dir to the one the role was made with, give the password by"
                            + " LETHE_DATABASE_PASSWORD_" + duty.name() + "_FILE, or let an administrator run what"
                            + " `lethe db roles --print` prints.");
                }
                execute(
                        owner,
                        "alter role " + role + " password '" + verifier(duty).text() + "'");
            }
        }
        List<String> present = existing.map(Existing::settings).orElse(List.of());
        for (Map.Entry<String, String> setting : settings(duty).entrySet()) {
            if (!present.contains(setting.getKey() + "=" + setting.getValue())) {
                execute(owner, set(duty, setting.getKey(), setting.getValue()));
            }
        }
    }

    /** A role that is there. Plain: it can log in and has no right over the server. */
    private record Existing(boolean isPlain, List<String> settings) {
        static Optional<Existing> find(Connection owner, String role) throws SQLException {
            String sql = """
                select
                  rolcanlogin
                    and not (rolinherit or rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls),
                  coalesce(rolconfig, '{}')
                from pg_roles
                where rolname = ?
                """;
            try (PreparedStatement statement = owner.prepareStatement(sql)) {
                statement.setString(1, role);
                try (ResultSet row = statement.executeQuery()) {
                    if (!row.next()) {
                        return Optional.empty();
                    }
                    String[] settings = (String[]) row.getArray(2).getArray();
                    return Optional.of(new Existing(row.getBoolean(1), Arrays.asList(settings)));
                }
            }
        }
    }

    /** A superuser reads the verifier; anybody else can only try the door. */
    private boolean hasPassword(Connection owner, Login login, DutyRole duty) throws SQLException {
        if (!login.superuser()) {
            return logsIn(owner, duty);
        }
        try (PreparedStatement statement =
                owner.prepareStatement("select rolpassword from pg_authid where rolname = ?")) {
            statement.setString(1, duty.name(prefix));
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        && Optional.ofNullable(row.getString(1))
                                .filter(verifier -> isOfPassword(verifier, duty))
                                .isPresent();
            }
        }
    }

    /** One with Lethe's salt was made here, of this password: working it out again for each role takes a good part of a start. */
    private boolean isOfPassword(String verifier, DutyRole duty) {
        return ScramVerifier.salt(verifier)
                .filter(salt -> MessageDigest.isEqual(salt, salt(duty))
                        || ScramVerifier.of(password(duty), salt).text().equals(verifier))
                .isPresent();
    }

    private ScramVerifier verifier(DutyRole duty) {
        return ScramVerifier.of(password(duty), salt(duty));
    }

    private byte[] salt(DutyRole duty) {
        return salts.of(duty.name(prefix), password(duty));
    }

    private boolean logsIn(Connection owner, DutyRole duty) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", duty.name(prefix));
        properties.setProperty("password", password(duty).reveal());
        try (Connection connection =
                DriverManager.getConnection(owner.getMetaData().getURL(), properties)) {
            return connection.isValid(10);
        } catch (SQLException e) {
            @Nullable String state = e.getSQLState();
            if (state != null && state.startsWith(LOG_IN_REFUSED)) {
                return false;
            }
            if (DENIED.equals(state)) {
                // The password was right; the right to connect comes with the next statements.
                return true;
            }
            throw e;
        }
    }

    /**
     * For migrations, which give the raw tables to retention and change them later. A membership inherits in 15; from
     * 16 on, creating a role no longer allows becoming it, and both have to be asked for.
     */
    private void letOwnerBecomeRetention(Connection owner, Login login) throws SQLException {
        if (login.superuser()) {
            return;
        }
        String role = DutyRole.RETENTION.name(prefix);
        boolean since16 = login.version() >= 160_000;
        try (PreparedStatement statement = owner.prepareStatement(
                "select pg_has_role(current_user, ?, 'usage') and pg_has_role(current_user, ?, ?)")) {
            statement.setString(1, role);
            statement.setString(2, role);
            statement.setString(3, since16 ? "set" : "member");
            try (ResultSet row = statement.executeQuery()) {
                if (row.next() && row.getBoolean(1)) {
                    return;
                }
            }
        }
        if (!login.createRole()) {
            throw mayNot("become " + role, null);
        }
        execute(
                owner,
                "grant " + role + " to " + quote(login.name()) + (since16 ? " with inherit true, set true" : ""));
    }

    /**
     * Only Lethe's roles come into Lethe's database. Where the owner of {@code database.url} does not own it: what is
     * there must do.
     */
    private void closeDatabase(Connection owner, Login login) throws SQLException {
        if (login.superuser() || login.ownsDatabase()) {
            for (String statement : databaseStatements(login.database())) {
                execute(owner, statement);
            }
            return;
        }
        try (PreparedStatement statement =
                owner.prepareStatement("select has_database_privilege(?, current_database(), 'connect')")) {
            for (DutyRole duty : DutyRole.values()) {
                statement.setString(1, duty.name(prefix));
                try (ResultSet row = statement.executeQuery()) {
                    if (!row.next() || !row.getBoolean(1)) {
                        throw mayNot("let " + duty.name(prefix) + " connect to the database", null);
                    }
                }
            }
        }
    }

    private List<String> databaseStatements(String database) {
        return List.of(
                "revoke connect, temporary on database " + quote(database) + " from public",
                "grant connect on database " + quote(database) + " to " + names(Arrays.stream(DutyRole.values())),
                "revoke create on schema public from public");
    }

    private Map<String, String> settings(DutyRole duty) {
        return duty.isReader() ? READER_SETTINGS : Map.of();
    }

    private String set(DutyRole duty, String name, String value) {
        return "alter role " + duty.name(prefix) + " set " + name + " = '" + value + "'";
    }

    /** Takes the side channels from everybody and leaves them to those whose work they are. */
    private String closingStatement(String databaseOwner) {
        String keepers = Stream.concat(
                        Arrays.stream(DutyRole.values())
                                .filter(duty -> !duty.isReader())
                                .map(duty -> duty.name(prefix)),
                        Stream.of(databaseOwner))
                .map(name -> "'" + name.replace("'", "''") + "'")
                .collect(Collectors.joining(", "));
        try (InputStream file = Roles.class.getResourceAsStream("/sql/database.close-side-channels.sql")) {
            if (file == null) {
                throw new IllegalStateException("sql/database.close-side-channels.sql is not in this build");
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .strip()
                    .replace("array['keepers']", "array[" + keepers + "]");
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * What a reader of published statistics could still ask the server about raw tables, each by its name in the catalog: empty where
     * {@link #prepare} was allowed to close all of it, which takes a superuser.
     */
    public List<String> listOpenSideChannels(Connection owner) throws SQLException {
        String closing = closingStatement("");
        String query = """
            with reader as (
              select r.oid from pg_roles r where r.rolname = any (?)
            )
            select p.oid::regprocedure::text
            from pg_proc p
            where p.pronamespace = 'pg_catalog'::regnamespace
              and (p.proname ~ (%s) or p.oid = 'pg_catalog.age(xid)'::regprocedure)
              and exists (select from reader where has_function_privilege(reader.oid, p.oid, 'execute'))
            union
            select c.oid::regclass::text
            from pg_class c
            where c.relnamespace = 'pg_catalog'::regnamespace and c.relkind = 'v' and c.relname ~ (%s)
              and exists (select from reader where has_table_privilege(reader.oid, c.oid, 'select'))
            union
            select 'pg_class.' || a.attname
            from pg_attribute a
            where a.attrelid = 'pg_catalog.pg_class'::regclass and a.attname = any (%s)
              and exists (select from reader where has_column_privilege(reader.oid, a.attrelid, a.attnum, 'select'))
            order by 1
            """.formatted(
                constant(closing, "telling"), constant(closing, "telling_views"), constant(closing, "telling_columns"));
        List<String> open = new ArrayList<>();
        try (PreparedStatement statement = owner.prepareStatement(query)) {
            Object[] readers = Arrays.stream(DutyRole.values())
                    .filter(DutyRole::isReader)
                    .map(duty -> duty.name(prefix))
                    .toArray();
            statement.setArray(1, owner.createArrayOf("text", readers));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    open.add(rows.getString(1));
                }
            }
        }
        return open;
    }

    /** The lists stand once, in the statement that closes what they name. */
    private static String constant(String statement, String name) {
        Matcher declared = Pattern.compile("\\b" + name + " constant [a-z\\[\\]]+ := ([^;]*);")
                .matcher(statement);
        if (!declared.find()) {
            throw new IllegalStateException("no constant " + name + " in sql/database.close-side-channels.sql");
        }
        return declared.group(1);
    }

    private String names(Stream<DutyRole> duties) {
        return duties.map(duty -> duty.name(prefix)).collect(Collectors.joining(", "));
    }

    private Secret password(DutyRole duty) {
        Secret password = passwords.apply(duty.word());
        if (!PASSWORD.matcher(password.reveal()).matches()) {
            throw new DatabaseProblem("The database password for " + duty.word()
                    + " must have 8 to 200 characters, all of them printable ASCII.");
        }
        return password;
    }

    private static DatabaseProblem mayNot(String what, @Nullable Exception cause) {
        String message =
                "The log-in of database.url may not " + what + ". Run `lethe db roles --print` and let an administrator"
                        + " of the database run what it prints; then start Lethe again.";
        return cause == null ? new DatabaseProblem(message) : new DatabaseProblem(message, cause);
    }

    private static String quote(String identifier) {
        return "\"" + identifier.replace("\"", "\"\"") + "\"";
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
