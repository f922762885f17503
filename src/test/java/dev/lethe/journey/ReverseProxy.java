package dev.lethe.journey;

import dev.lethe.LeftOut;
import dev.lethe.config.FreePorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A real web server in front of a Lethe, run from a snippet of {@code docs/snippets} in which only ports, paths and TLS are replaced.
 * A child process of its own in a temporary directory; {@link #close} ends it.
 */
final class ReverseProxy implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** The servers that the documentation has a snippet for. */
    enum Kind {
        NGINX("nginx.conf", List.of("nginx"), "apt-get install nginx-light"),
        CADDY("Caddyfile", List.of("caddy"), "apt-get install caddy"),
        APACHE("apache.conf", List.of("apache2", "httpd"), "apt-get install apache2");

        private final String snippet;
        private final List<String> programs;
        private final String howToGetIt;

        Kind(String snippet, List<String> programs, String howToGetIt) {
            this.snippet = snippet;
            this.programs = programs;
            this.howToGetIt = howToGetIt;
        }
    }

    private final Process process;
    private final Path directory;
    private final int port;
    private String written = "";

    private ReverseProxy(Process process, Path directory, int port) {
        this.process = process;
        this.directory = directory;
        this.port = port;
    }

    /**
     * Starts a server and waits until it answers; leaves the test out where the server is not installed.
     *
     * @param lethePort where Lethe listens on 127.0.0.1
     * @param trustsFrontProxy whether it stands behind a proxy of its own at 127.0.0.2, whose forwarded addresses it hands on
     */
    static ReverseProxy start(Kind kind, int lethePort, boolean trustsFrontProxy) {
        Optional<Path> program = program(kind);
        if (program.isEmpty()) {
            LeftOut.because("the snippet docs/snippets/" + kind.snippet + " in front of Lethe", kind.howToGetIt);
        }
        try {
            Path directory = Files.createTempDirectory(
                    "website-", PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
            Files.writeString(directory.resolve("index.html"), "the website\n");
            int port = FreePorts.choose();
            String snippet = Files.readString(Path.of("docs/snippets", kind.snippet));
            String here = snippet.replace("127.0.0.1:8080", "127.0.0.1:" + lethePort)
                    .replace("/var/www/html", directory.toString())
                    .replaceAll("/var/log/\\w+/", directory + "/");
            Path config = directory.resolve("config");
            List<String> command = switch (kind) {
                case NGINX -> {
                    Files.writeString(config, nginx(here, directory, port));
                    yield List.of("-p", directory.toString(), "-c", config.toString(), "-e", "error.log");
                }
                case CADDY -> {
                    Files.writeString(config, caddy(here, port, trustsFrontProxy));
                    yield List.of("run", "--adapter", "caddyfile", "--config", config.toString());
                }
                case APACHE -> {
                    Files.writeString(config, apache(here, directory, port));
                    yield List.of("-DFOREGROUND", "-d", directory.toString(), "-f", config.toString());
                }
            };
            List<String> words = new ArrayList<>(List.of(program.orElseThrow().toString()));
            words.addAll(command);
            ProcessBuilder builder = new ProcessBuilder(words)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("output").toFile());
            builder.environment().put("HOME", directory.toString());
            builder.environment().remove("XDG_DATA_HOME");
            builder.environment().remove("XDG_CONFIG_HOME");
            ReverseProxy proxy = new ReverseProxy(builder.start(), directory, port);
            proxy.awaitListening();
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String nginx(String snippet, Path directory, int port) {
        String server = withoutLines(snippet, "ssl_").replace("listen 443 ssl;", "listen 127.0.0.1:" + port + ";");
        return """
            daemon off;
            master_process off;
            pid %1$s/pid;
            error_log %1$s/error.log;
            events {}
            http {
                client_body_temp_path %1$s/body;
                proxy_temp_path %1$s/proxy;
                fastcgi_temp_path %1$s/fastcgi;
                uwsgi_temp_path %1$s/uwsgi;
                scgi_temp_path %1$s/scgi;
            %2$s
            }
            """.formatted(directory, server);
    }

    private static String caddy(String snippet, int port, boolean trustsFrontProxy) {
        String trusted = trustsFrontProxy ? "\ntrusted_proxies 127.0.0.2/32" : "";
        return snippet.replaceFirst("(?m)^\\{$", "{\nadmin off\ndefault_bind 127.0.0.1\n")
                .replaceFirst("reverse_proxy .*", "$0" + trusted)
                .replace("www.example.com {", "http://:" + port + " {");
    }

    private static String apache(String snippet, Path directory, int port) {
        Path modules = Stream.of("/usr/lib/apache2/modules", "/usr/lib64/httpd/modules", "/usr/libexec/apache2")
                .map(Path::of)
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow();
        String load = Stream.of(
                        "mpm_event",
                        "unixd",
                        "authz_core",
                        "log_config",
                        "setenvif",
                        "proxy",
                        "proxy_http",
                        "dir",
                        "mime")
                .filter(module -> Files.exists(modules.resolve("mod_" + module + ".so")))
                .map(module -> "LoadModule " + module + "_module " + modules.resolve("mod_" + module + ".so"))
                .collect(Collectors.joining("\n"));
        String user = "root".equals(System.getProperty("user.name")) ? "User nobody\nGroup nogroup\n" : "";
        return load + "\n" + user + """
            ServerName localhost
            Listen 127.0.0.1:%1$d
            PidFile %2$s/pid
            DefaultRuntimeDir %2$s
            Mutex pthread
            TypesConfig /dev/null
            ErrorLog %2$s/error.log
            LogFormat "%%h %%l %%u %%t \\"%%r\\" %%>s %%b \\"%%{Referer}i\\" \\"%%{User-agent}i\\"" combined
            <Directory %2$s>
                Require all granted
            </Directory>
            """.formatted(port, directory)
                + withoutLines(snippet, "SSL").replace("*:443", "127.0.0.1:" + port);
    }

    private static String withoutLines(String text, String start) {
        return text.lines().filter(line -> !line.strip().startsWith(start)).collect(Collectors.joining("\n", "", "\n"));
    }

    /** On the path, or where administrators' programs lie, which is not on everybody's path. */
    private static Optional<Path> program(Kind kind) {
        String path = System.getenv().getOrDefault("PATH", "") + ":/usr/sbin:/usr/local/sbin:/usr/local/bin:/opt/bin";
        return kind.programs.stream()
                .flatMap(name -> Stream.of(path.split(":")).map(directory -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private void awaitListening() throws IOException {
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < until && process.isAlive()) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 100);
                return;
            } catch (IOException e) {
                pause();
            }
        }
        String output = Files.readString(directory.resolve("output"));
        close();
        throw new IllegalStateException("the server does not answer: " + output);
    }

    private void pause() {
        try {
            if (process.waitFor(20, TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return port;
    }

    /** Everything the server wrote: its logs and its output. Known after {@link #close}, when nothing is buffered any more. */
    String written() {
        return written;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
        keepWhatWasWritten();
    }

    /** The directory lies outside of the checkout, where a server under another user can read it: nothing may stay there. */
    private void keepWhatWasWritten() {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                if (List.of("access.log", "error.log", "output")
                        .contains(file.getFileName().toString())) {
                    all.append(Files.readString(file));
                }
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        written = all.toString();
    }
}
