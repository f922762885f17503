package dev.lethe.fault;

import dev.lethe.config.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * {@code lethe serve} in a JVM and a process group of its own, with an embedded PostgreSQL and the demo site. For one test, on its
 * thread; {@link #close} ends what is left.
 */
final class ServeProcess implements AutoCloseable {
    private static final long START_SECONDS = 60;

    private final Process process;
    private final Path log;
    private final URI publicUrl;

    private ServeProcess(Process process, Path log, URI publicUrl) {
        this.process = process;
        this.log = log;
        this.publicUrl = publicUrl;
    }

    /** Returns when it says where the demo site is. {@code flags} are settings as {@code --key=value}. */
    static ServeProcess start(Path state, String... flags) throws IOException {
        ServeProcess started = begin(state, flags);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!started.output().contains("Ctrl-C ends it")) {
            if (!started.process.isAlive() || System.nanoTime() > deadline) {
                started.close();
                throw new IllegalStateException("it did not start:\n" + started.output());
            }
            LockSupport.parkNanos(20_000_000);
        }
        return started;
    }

    /** Returns at once. */
    static ServeProcess begin(Path state, String... flags) throws IOException {
        Path log = Files.createTempFile(state.getParent(), "serve-", ".log");
        int port = FreePorts.choose();
        List<String> command = new ArrayList<>(List.of(
                // A shell's background job ignores SIGINT, and so would whatever it starts.
                "env",
                "--default-signal=INT",
                "setsid",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                // A test that is killed leaves nothing behind.
                "-Dlethe.exit-with-parent=true",
                "-Dlethe.demo-without-past=true",
                "-classpath",
                System.getProperty("java.class.path"),
                "dev.lethe.Main",
                "serve",
                "--state-dir=" + state,
                "--public.port=" + port,
                "--admin.port=0"));
        command.addAll(List.of(flags));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .directory(state.getParent().toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("LETHE_"));
        return new ServeProcess(builder.start(), log, URI.create("http://127.0.0.1:" + port));
    }

    URI publicUrl() {
        return publicUrl;
    }

    long pid() {
        return process.pid();
    }

    String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code setsid} makes the JVM the leader of a group; what it starts belongs to it, unless it leaves. */
    void signalGroup(String signal) throws IOException, InterruptedException {
        int code = new ProcessBuilder("kill", "-" + signal, "--", "-" + process.pid())
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IllegalStateException("kill: " + code);
        }
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** SIGKILL, of the JVM alone: it runs nothing more. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
    }

    /** The exit code. */
    int awaitEnd(int seconds) throws InterruptedException {
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            throw new IllegalStateException("it does not end:\n" + output());
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
