package dev.lethe.database;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;

/**
 * What a backup is: a ZIP archive with one entry for each table, and for each day of raw events, as PostgreSQL's COPY writes text, so
 * that any version reads it; first {@code backup.json}, which says what comes, last {@code end.json} with the SHA-256 of each entry.
 * Without the last one the backup is not whole. Immutable once {@link #open} has checked every byte.
 */
final class BackupFile implements AutoCloseable {
    static final String MANIFEST = "backup.json";
    static final String END = "end.json";
    static final int FORMAT = 1;

    private final ZipFile zip;
    private final Manifest manifest;

    private BackupFile(ZipFile zip, Manifest manifest) {
        this.zip = zip;
        this.manifest = manifest;
    }

    /** @param parts in the order in which they can be loaded: no row comes before one that it refers to */
    record Manifest(Instant at, String schema, String server, List<Part> parts) {
        JsonObject toJson() {
            JsonArray list = new JsonArray();
            parts.forEach(part -> list.add(part.toJson()));
            return new JsonObject()
                    .put("format", FORMAT)
                    .put("at", at.toString())
                    .put("schema", schema)
                    .put("server", server)
                    .put("parts", list);
        }

        static Manifest of(JsonObject json) {
            List<Part> parts = new ArrayList<>();
            for (int i = 0; i < json.getJsonArray("parts").size(); i++) {
                parts.add(Part.of(json.getJsonArray("parts").getJsonObject(i)));
            }
            return new Manifest(
                    Instant.parse(json.getString("at")), json.getString("schema"), json.getString("server"), parts);
        }
    }

    /**
     * The rows of one table, or of one day of a table that is partitioned by day.
     *
     * @param table with its schema, as in {@code consent.receipt}
     */
    record Part(String table, List<String> columns, Optional<LocalDate> day) {
        String entry() {
            return table + day.map(date -> "/" + date).orElse("") + ".copy";
        }

        /** Quoted and separated by commas. */
        String columnList() {
            return String.join(", ", columns.stream().map(Tables::quote).toList());
        }

        private JsonObject toJson() {
            JsonObject json = new JsonObject().put("table", table).put("columns", new JsonArray(columns));
            day.ifPresent(date -> json.put("day", date.toString()));
            return json;
        }

        private static Part of(JsonObject json) {
            JsonArray names = json.getJsonArray("columns");
            List<String> columns = new ArrayList<>();
            for (int i = 0; i < names.size(); i++) {
                columns.add(names.getString(i));
            }
            return new Part(
                    json.getString("table"),
                    columns,
                    Optional.ofNullable(json.getString("day")).map(LocalDate::parse));
        }
    }

    /**
     * Opens a backup after reading all of it once.
     *
     * @throws DatabaseProblem when it is no backup, not whole, changed, or of a later Lethe
     */
    static BackupFile open(Path file) {
        try {
            ZipFile zip = new ZipFile(file.toFile());
            try {
                JsonObject json = read(zip, MANIFEST, file);
                if (json.getInteger("format", 0) != FORMAT) {
                    throw new DatabaseProblem(file + " was made by another version of Lethe, whose format "
                            + json.getValue("format") + " this one does not read.");
                }
                Manifest manifest = Manifest.of(json);
                JsonObject hashes = read(zip, END, file).getJsonObject("sha256");
                for (Part part : manifest.parts()) {
                    if (!sha256(zip, part, file).equals(hashes.getString(part.entry()))) {
                        throw damaged(file, part.entry() + " is not what was written", null);
                    }
                }
                return new BackupFile(zip, manifest);
            } catch (IOException | RuntimeException e) {
                zip.close();
                throw e;
            }
        } catch (DatabaseProblem e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw damaged(file, StateDirectory.reason(e), e);
        }
    }

    private static DatabaseProblem damaged(Path file, String why, @Nullable Exception cause) {
        String sentence = file + " is not a whole backup (" + why + "). Nothing was changed.";
        return cause == null ? new DatabaseProblem(sentence) : new DatabaseProblem(sentence, cause);
    }

    private static JsonObject read(ZipFile zip, String name, Path file) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) {
            throw damaged(file, name + " is missing", null);
        }
        try (InputStream in = zip.getInputStream(entry)) {
            return new JsonObject(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static String sha256(ZipFile zip, Part part, Path file) throws IOException {
        ZipEntry entry = zip.getEntry(part.entry());
        if (entry == null) {
            throw damaged(file, part.entry() + " is missing", null);
        }
        try (DigestInputStream in = new DigestInputStream(zip.getInputStream(entry), digest())) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(in.getMessageDigest().digest());
        }
    }

    static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    Manifest manifest() {
        return manifest;
    }

    InputStream rows(Part part) throws IOException {
        return zip.getInputStream(Objects.requireNonNull(zip.getEntry(part.entry()), part.entry()));
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
