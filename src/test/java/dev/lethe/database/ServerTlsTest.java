package dev.lethe.database;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.SelfSigned;
import dev.lethe.TestLethe;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.Settings;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code sslmode} of {@code database.url}, with both drivers, on a PostgreSQL whose certificate is for {@code localhost}. */
@Timeout(60)
class ServerTlsTest {

    @TempDir
    private static Path directory;

    private static TestDatabase database;
    private static Path certificate;

    @BeforeAll
    static void speakTls() throws Exception {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        SelfSigned server = SelfSigned.in(directory);
        String chain = server.certificatePem();
        String key = server.keyPem();
        certificate = Files.writeString(directory.resolve("server.crt"), chain);
        database = TestDatabase.fresh();
        // Written by the server itself: it may be another user, and takes a key that is its own only.
        write("server.crt", chain);
        write("server.key", key);
        database.execute("alter system set ssl = on", "select pg_reload_conf()");
        try (Connection owner = database.connect()) {
            while (!ask(owner, "show ssl").equals("on")) {
                Thread.onSpinWait();
            }
        }
    }

    @AfterAll
    static void speakPlainly() {
        database.execute("alter system reset ssl", "select pg_reload_conf()");
        database.close();
    }

    @ParameterizedTest
    @CsvSource({
        "prefer, '', 127.0.0.1",
        "require, '', 127.0.0.1",
        "verify-ca, server.crt, 127.0.0.1",
        "verify-ca, server.crt, localhost",
        "verify-full, server.crt, localhost"
    })
    void bothDriversReachAServerThatProvesWhoItIs(String mode, String trusted, String host) throws SQLException {
        try (Database reached = Database.attach(settings(mode, trusted, host), keys());
                Connection jdbc = reached.connectAsOwner()) {
            assertEquals("t", ask(jdbc, "select ssl from pg_stat_ssl where pid = pg_backend_pid()"));
            assertEquals("true", throughVertx(reached));
        }
    }

    @ParameterizedTest
    @CsvSource({
        // Another name than the certificate's.
        "verify-full, server.crt, 127.0.0.1",
        // Nobody whom Java trusts has signed it.
        "verify-full, '', localhost",
        "verify-ca, '', localhost"
    })
    void bothDriversRefuseAServerThatDoesNot(String mode, String trusted, String host) {
        try (Database refused = Database.attach(settings(mode, trusted, host), keys())) {
            assertThrows(SQLException.class, () -> refused.connectAsOwner().close());
            assertThrows(Exception.class, () -> throughVertx(refused));
        }
    }

    @Test
    void knowsWhichWaysAreSafe() {
        assertFalse(safe("postgresql://owner@db.invalid/lethe"));
        assertFalse(safe("postgresql://owner@db.invalid/lethe?sslmode=require"));
        assertTrue(safe("postgresql://owner@db.invalid/lethe?sslmode=verify-full"));
        assertTrue(safe("postgresql://owner@127.0.0.1/lethe"));
    }

    private static boolean safe(String url) {
        ServerTls tls = ServerTls.of(URI.create(url));
        return tls.isVerified() || tls.isThisMachine();
    }

    private static String throughVertx(Database reached) {
        Vertx vertx = Vertx.vertx();
        try {
            Pool pool = Database.pool(vertx, reached.ownerOptions(), 1);
            return String.valueOf(pool.query("select ssl from pg_stat_ssl where pid = pg_backend_pid()")
                    .execute()
                    .await()
                    .iterator()
                    .next()
                    .getBoolean("ssl"));
        } finally {
            vertx.close().await();
        }
    }

    private static Settings settings(String mode, String trusted, String host) {
        String url = database.url().reveal().replace("@" + database.host() + ":", "@" + host + ":") + "?sslmode=" + mode
                + (trusted.isEmpty() ? "" : "&sslrootcert=" + certificate);
        return TestLethe.settings(database, directory, directory.resolve("state"), "--database.url=" + url);
    }

    private static KeyDirectory keys() {
        return KeyDirectory.open(directory.resolve("keys"), new SecureRandom());
    }

    private static void write(String name, String text) throws SQLException {
        String lines = String.join("','", text.lines().toList());
        try (Connection owner = database.connect()) {
            String file = ask(owner, "show data_directory") + "/" + name;
            try (Statement statement = owner.createStatement()) {
                statement.execute(
                        "copy (select unnest(array['" + lines + "'])) to program 'umask 077; cat > \"" + file + "\"'");
            }
        }
    }

    private static String ask(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
