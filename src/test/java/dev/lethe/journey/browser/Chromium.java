package dev.lethe.journey.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import dev.lethe.LeftOut;
import dev.lethe.TestLethe;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * The real browser of all journeys, started once and given to any test that takes it as a parameter; nothing is downloaded. Used by
 * the one thread that runs the tests, and closed after the last of them.
 */
final class Chromium implements AutoCloseable {
    private static final Path TRACKER = Path.of("tracker-js").toAbsolutePath();
    private static final Path AXE = TRACKER.resolve("node_modules/axe-core/axe.min.js");
    private static final List<String> NAMES =
            List.of("google-chrome", "google-chrome-stable", "chrome", "chromium", "chromium-browser");
    private static final List<Path> PLACES = List.of(
            Path.of("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
            Path.of("/Applications/Chromium.app/Contents/MacOS/Chromium"));
    /** As a person's: the driver would switch the browser's memory of left pages off. */
    private static final List<String> AS_A_PERSON_HAS_IT = List.of("--disable-back-forward-cache");

    private final Playwright playwright;
    private final Path program;
    private final Browser browser;

    private Chromium(Playwright playwright, Path program) {
        this.playwright = playwright;
        this.program = program;
        this.browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(program)
                        .setArgs(arguments())
                        .setIgnoreDefaultArgs(AS_A_PERSON_HAS_IT));
    }

    /** {@code @ExtendWith(Chromium.ForTests.class)}: hands the browser in, or leaves the test out where there is none. */
    static final class ForTests implements ParameterResolver {
        @Override
        public boolean supportsParameter(ParameterContext parameter, ExtensionContext test) {
            return parameter.getParameter().getType() == Chromium.class;
        }

        @Override
        public Object resolveParameter(ParameterContext parameter, ExtensionContext test) {
            return test.getRoot()
                    .getStore(ExtensionContext.Namespace.create(Chromium.class))
                    .computeIfAbsent(Chromium.class, type -> start(), Chromium.class);
        }
    }

    private static Chromium start() {
        Path node = onPath(List.of("node"))
                .orElseGet(() -> leftOut("journeys in a real browser, for want of Node.js", "install nodejs and npm"));
        Path program = find(node)
                .orElseGet(() -> leftOut(
                        "journeys in a real browser, for want of one",
                        "install Chrome or Chromium, or set LETHE_CHROMIUM, or run 'npm ci' in tracker-js"));
        // The driver's own files come with its jar; only the Node.js to run them with is the machine's.
        System.setProperty("playwright.driver.tmpdir", directory("target").toString());
        Playwright playwright = Playwright.create(new Playwright.CreateOptions()
                .setEnv(Map.of("PLAYWRIGHT_NODEJS_PATH", node.toString(), "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        return new Chromium(playwright, program);
    }

    private static Path leftOut(String what, String howToGetIt) {
        LeftOut.because(what, howToGetIt);
        throw new AssertionError("unreachable");
    }

    /** {@code LETHE_CHROMIUM}, else an installed one, else the one an npm package carries. */
    private static Optional<Path> find(Path node) {
        return Optional.ofNullable(System.getenv("LETHE_CHROMIUM"))
                .map(Path::of)
                .or(() -> onPath(NAMES))
                .or(() -> PLACES.stream().filter(Files::isExecutable).findFirst())
                .or(() -> carriedByNpm(node));
    }

    private static Optional<Path> onPath(List<String> names) {
        return Stream.of(Optional.ofNullable(System.getenv("PATH")).orElse("").split(File.pathSeparator))
                .flatMap(directory -> names.stream().map(name -> Path.of(directory, name)))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Only where the package keeps its program; its arguments would disable web security. */
    private static Optional<Path> carriedByNpm(Path node) {
        if (!Files.isDirectory(TRACKER.resolve("node_modules/@sparticuz/chromium"))) {
            return Optional.empty();
        }
        String ask = "import('@sparticuz/chromium').then(m => m.default.executablePath()).then(p => console.log(p))";
        try {
            Process process = new ProcessBuilder(node.toString(), "-e", ask)
                    .directory(TRACKER.toFile())
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String path = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0
                    ? Optional.of(Path.of(path))
                    : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static List<String> arguments() {
        // A headless browser counts as a bot, and what a page sends while it goes has the browser's agent, not its
        // context's.
        // Chromium's sandbox refuses root, and the npm package's program has none. No name is known, so nothing leaves
        // the machine;
        // intercepting requests instead would lose what a page sends while it goes.
        return List.of(
                "--headless",
                "--no-sandbox",
                "--user-agent=" + TestLethe.AGENT,
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1");
    }

    /** A fresh profile. */
    Person person(TestLethe lethe, String language) {
        return person(lethe, new Browser.NewContextOptions(), language);
    }

    Person person(TestLethe lethe, Browser.NewContextOptions options, String language) {
        return new Person(
                lethe, browser.newContext(options.setUserAgent(TestLethe.AGENT).setLocale(language)));
    }

    /** A profile kept in a directory, as the next start of the browser finds it again. */
    Person person(TestLethe lethe, Path profile, boolean scripts) {
        BrowserContext context = playwright
                .chromium()
                .launchPersistentContext(
                        profile,
                        new BrowserType.LaunchPersistentContextOptions()
                                .setExecutablePath(program)
                                .setArgs(arguments())
                                .setIgnoreDefaultArgs(AS_A_PERSON_HAS_IT)
                                .setLocale("en-GB")
                                .setJavaScriptEnabled(scripts));
        return new Person(lethe, context);
    }

    /** A browser as an operator has it. */
    BrowserContext operator(Browser.NewContextOptions options, String language) {
        return browser.newContext(options.setLocale(language));
    }

    /** The accessibility checker's script. */
    static String axe() {
        if (!Files.exists(AXE)) {
            LeftOut.because("accessibility of the pages, for want of axe-core", "run 'npm ci' in tracker-js");
        }
        try {
            return Files.readString(AXE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path directory(String first, String... more) {
        try {
            return Files.createDirectories(Path.of(first, more).toAbsolutePath());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        playwright.close();
    }
}
