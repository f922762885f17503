package dev.lethe.database;

import dev.lethe.database.BackupFile.Manifest;
import dev.lethe.database.BackupFile.Part;
import io.vertx.core.json.JsonObject;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies the database into a file and back: into the same database, another one, or a server of another version. Keys that lie in
 * {@code keys.dir} are never part of it, so a backup by itself links nobody, nor is the live plane, which ends after two days.
 * Blocking; one at a time.
 */
public final class Backup {
    private static final Logger LOG = LoggerFactory.getLogger(Backup.class);

    /** Somebody who waits for a lock is told, not kept waiting. */
    private static final String LOCK_TIMEOUT = "set local lock_timeout = '10s'";

    private final Database database;
    private final Progress progress;

    public Backup(Database database, Progress progress) {
        this.database = database;
        this.progress = progress;
    }

    /** Is told after each table and each day. */
    public interface Progress {
        void report(String table, int done, int all);
    }

    /**
     * What was copied.
     *
     * @param at when the backup was made
     * @param days days of raw events
     * @param leftOut days that were due for destruction, so that they were not brought back
     * @param replacedHead number and hash of the newest entry of the ledger that was there before
     */
    public record Summary(
            Instant at, String schema, int tables, int days, int leftOut, long rows, Optional<String> replacedHead) {}

    // Writing
    // ---------------------------------------------------------------------------------------------------------------

    /**
     * Writes everything as it is at one moment. The file appears when it is whole; only its owner may read it.
     *
     * @throws DatabaseProblem when the file exists or cannot be written
     */
    public Summary write(Path file, Instant now) {
        Path target = file.toAbsolutePath();
        if (Files.exists(target)) {
            throw new DatabaseProblem(target + " exists. A backup never replaces a file: choose another name.");
        }
        Path draft = target.resolveSibling("." + target.getFileName() + ".part");
        try {
            Files.deleteIfExists(draft);
            try {
                Files.createFile(
                        draft, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
                Summary summary;
                try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE);
                        Connection owner = database.connectAsOwner()) {
                    ZipOutputStream zip = new ZipOutputStream(Channels.newOutputStream(channel));
                    summary = write(owner, zip, now.truncatedTo(ChronoUnit.SECONDS));
                    zip.finish();
                    channel.force(true);
                }
                Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE);
                return summary;
            } finally {
                Files.deleteIfExists(draft);
            }
        } catch (FileAlreadyExistsException e) {
            throw new DatabaseProblem("Another backup to " + target + " is under way.", e);
        } catch (IOException e) {
            throw new DatabaseProblem(
                    "The backup cannot be written to " + target + " (" + StateDirectory.reason(e) + ").", e);
        } catch (SQLException e) {
            throw new DatabaseProblem("The database cannot be read (" + StateDirectory.reason(e) + ").", e);
        }
    }

    private Summary write(Connection owner, ZipOutputStream zip, Instant now) throws SQLException, IOException {
        owner.setAutoCommit(false);
        owner.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        execute(owner, LOCK_TIMEOUT);
        // Before the snapshot is taken: no day that it shows is dropped before it is copied. Retention waits and tries
        // again.
        execute(owner, "lock table " + Tables.RAW_EVENTS + " in access share mode");
        execute(owner, "set local timezone = 'UTC'");
        execute(owner, "set local datestyle = 'ISO'");
        List<Part> parts = Tables.parts(owner);
        Manifest manifest = new Manifest(now, schema(owner), text(owner, "show server_version"), parts);
        entry(zip, BackupFile.MANIFEST, manifest.toJson());
        JsonObject hashes = new JsonObject();
        long rows = 0;
        int done = 0;
        for (Part part : parts) {
            zip.putNextEntry(new ZipEntry(part.entry()));
            Hashing hashing = new Hashing(zip);
            rows += owner.unwrap(PGConnection.class).getCopyAPI().copyOut(select(part), hashing);
            zip.closeEntry();
            hashes.put(part.entry(), hashing.sha256());
            progress.report(part.entry(), ++done, parts.size());
        }
        entry(zip, BackupFile.END, new JsonObject().put("rows", rows).put("sha256", hashes));
        owner.rollback();
        return summary(manifest, rows, 0, Optional.empty());
    }

    private static String select(Part part) {
        String where = part.day().map(day -> " where day = '" + day + "'").orElse("");
        return "copy (select " + part.columnList() + " from " + part.table() + where + ") to stdout";
    }

    private static void entry(ZipOutputStream zip, String name, JsonObject content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content.encodePrettily().getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
    }

    /** Passes bytes on and remembers them by their hash. */
    private static final class Hashing extends FilterOutputStream {
        private final MessageDigest digest = BackupFile.digest();

        Hashing(OutputStream out) {
            super(out);
        }

        @Override
        public void write(int each) throws IOException {
            digest.update((byte) each);
            out.write(each);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            digest.update(bytes, offset, length);
            out.write(bytes, offset, length);
        }

        String sha256() {
            return HexFormat.of().formatHex(digest.digest());
        }
    }

    // Reading back
    // ----------------------------------------------------------------------------------------------------------

    /**
     * Puts a backup into the database, in one transaction: all of it or nothing. The file is checked before anything is touched; then
     * roles and schema are made ready as at a start, so that an empty database will do.
     *
     * @param isReplacing whether what the database holds may go
     * @param isOver whether a day is due for destruction, so that it does not come back
     * @throws DatabaseProblem when the file is not whole, the database holds something, or somebody uses it
     */
    public Summary restore(Path file, boolean isReplacing, Predicate<LocalDate> isOver) {
        try (BackupFile backup = BackupFile.open(file);
                Connection owner = database.connectAsOwner()) {
            refuseWhileUsed(owner);
            database.prepare(owner);
            Optional<String> used = Tables.inUse(owner);
            if (used.isPresent() && !isReplacing) {
                throw new DatabaseProblem("The database at " + database.place() + " is not empty (" + used.get()
                        + " has rows). Say --replace if all of it may go, or restore into another one.");
            }
            String wanted = backup.manifest().schema();
            if (!database.knowsSchema(wanted)) {
                throw new DatabaseProblem(file + " was made by a later Lethe (its schema is " + wanted
                        + "). Restore it with that one, or a later one.");
            }
            Optional<String> head = head(owner);
            if (wanted.equals(schema(owner))) {
                return load(owner, backup, isOver, head);
            }
            return loadOlder(owner, backup, isOver, head);
        } catch (IOException e) {
            throw new DatabaseProblem(file + " cannot be read (" + StateDirectory.reason(e) + ").", e);
        } catch (SQLException e) {
            throw new DatabaseProblem(
                    "The backup could not be put back, and the database is as it was (" + StateDirectory.reason(e)
                            + ").",
                    e);
        }
    }

    /** A backup of an earlier release goes into the schema of its time, which is then brought up to date like any other. */
    private Summary loadOlder(Connection owner, BackupFile backup, Predicate<LocalDate> isOver, Optional<String> head)
            throws SQLException, IOException {
        owner.setAutoCommit(false);
        execute(owner, LOCK_TIMEOUT);
        execute(owner, "drop schema " + String.join(", ", Tables.SCHEMAS) + " cascade");
        execute(owner, "drop table " + Database.SCHEMA_TABLE);
        owner.commit();
        owner.setAutoCommit(true);
        try {
            database.migrate(Optional.of(backup.manifest().schema()));
            Summary summary = load(owner, backup, isOver, head);
            database.migrate(Optional.empty());
            return summary;
        } catch (SQLException | IOException | RuntimeException e) {
            throw new DatabaseProblem(
                    "The backup, which is of an earlier schema, could not be put back (" + StateDirectory.reason(e)
                            + "). The database is empty now; mend the cause and run the same command again.",
                    e);
        }
    }

    private static void refuseWhileUsed(Connection owner) throws SQLException {
        String sql = """
            select count(*)
            from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and application_name like 'lethe %'
            """;
        if (!text(owner, sql).equals("0")) {
            throw new DatabaseProblem("A Lethe is using this database. Stop every node, then restore.");
        }
    }

    private Summary load(Connection owner, BackupFile backup, Predicate<LocalDate> isOver, Optional<String> head)
            throws SQLException, IOException {
        Set<String> tables = Tables.inLoadingOrder(owner).keySet();
        List<Part> parts = new ArrayList<>();
        int leftOut = 0;
        for (Part part : backup.manifest().parts()) {
            if (!tables.contains(part.table())) {
                throw new DatabaseProblem("The backup holds " + part.table() + ", which its schema does not have.");
            }
            if (part.day().filter(isOver).isPresent()) {
                leftOut++;
            } else if (!Tables.isLive(part.table())) {
                // Earlier releases copied the live plane too.
                parts.add(part);
            }
        }
        Summary summary;
        owner.setAutoCommit(false);
        try {
            execute(owner, LOCK_TIMEOUT);
            execute(owner, "set local timezone = 'UTC'");
            execute(owner, "set local datestyle = 'ISO'");
            empty(owner, tables);
            long rows = 0;
            int done = 0;
            for (Part part : parts) {
                if (part.day().isPresent()) {
                    execute(owner, "select raw.make_day('" + part.day().get() + "')");
                }
                try (InputStream in = backup.rows(part)) {
                    rows += owner.unwrap(PGConnection.class)
                            .getCopyAPI()
                            .copyIn("copy " + part.table() + " (" + part.columnList() + ") from stdin", in);
                }
                progress.report(part.entry(), ++done, parts.size());
            }
            owner.commit();
            summary = summary(backup.manifest(), rows, leftOut, head);
        } catch (SQLException | IOException | RuntimeException e) {
            owner.rollback();
            throw e;
        } finally {
            owner.setAutoCommit(true);
        }
        analyze(owner);
        return summary;
    }

    /** Everything is back by now: without it PostgreSQL plans badly for a while, and does it by itself later. */
    private static void analyze(Connection owner) {
        try {
            execute(owner, "analyze");
        } catch (SQLException e) {
            LOG.warn(
                    "The backup is back, but PostgreSQL could not count what is in its tables ({}): run `analyze`",
                    StateDirectory.reason(e));
        }
    }

    /** Published statistics never change, so their tables refuse to be emptied, but here another state is put in their place. */
    private static void empty(Connection owner, Set<String> tables) throws SQLException {
        List<String> guarded =
                tables.stream().filter(table -> table.startsWith("stats.")).toList();
        for (String table : guarded) {
            execute(owner, "alter table " + table + " disable trigger user");
        }
        execute(owner, "truncate " + String.join(", ", tables));
        for (String table : guarded) {
            execute(owner, "alter table " + table + " enable trigger user");
        }
    }

    private static Summary summary(Manifest manifest, long rows, int leftOut, Optional<String> head) {
        int days = (int)
                manifest.parts().stream().filter(part -> part.day().isPresent()).count();
        int tables = manifest.parts().size() - days;
        return new Summary(manifest.at(), manifest.schema(), tables, days - leftOut, leftOut, rows, head);
    }

    private static Optional<String> head(Connection owner) throws SQLException {
        try (Statement statement = owner.createStatement();
                ResultSet row = statement.executeQuery(
                        "select seq || ':' || encode(hash, 'hex') from registry.ledger order by seq desc limit 1")) {
            return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
        }
    }

    private static String schema(Connection owner) throws SQLException {
        return text(
                owner,
                "select version from " + Database.SCHEMA_TABLE
                        + " where success and version is not null order by installed_rank desc limit 1");
    }

    private static String text(Connection owner, String sql) throws SQLException {
        try (Statement statement = owner.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private static void execute(Connection owner, String sql) throws SQLException {
        try (Statement statement = owner.createStatement()) {
            statement.execute(sql);
        }
    }
}
