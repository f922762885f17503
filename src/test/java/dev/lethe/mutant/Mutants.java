package dev.lethe.mutant;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * {@code mvn -Pmutants}: for each mutant a folder below {@code target/mutants} with the sources compiled, one of them changed, put
 * before Lethe's own classes; then the test that must fail. Prints a table, writes it to {@code docs/mutants.md}, and fails when
 * a mutant survived or no longer applies. Names of mutants as arguments run only those; the lines of the others stay.
 */
public final class Mutants {

    private static final Path WORK = Path.of("target/mutants");
    private static final Path DOCUMENT = Path.of("docs/mutants.md");
    private static final long MOST_MINUTES = 10;

    private enum Verdict {
        CAUGHT,
        SURVIVED,
        /** Neither: the fault does not compile, or the test did not run. */
        BROKEN
    }

    private record Result(Mutant mutant, Verdict verdict, String by) {}

    private Mutants() {}

    public static void main(String[] names) throws IOException, InterruptedException {
        List<Mutant> chosen = names.length == 0
                ? List.of(Mutant.values())
                : Stream.of(names)
                        .map(name -> Mutant.valueOf(name.toUpperCase(Locale.ROOT)))
                        .toList();
        List<Result> results = new ArrayList<>();
        for (Mutant mutant : chosen) {
            Result result = run(mutant);
            System.out.printf("%-28s %-40s %s%n", mutant, simpleName(mutant.test), result.verdict);
            results.add(result);
        }
        Files.writeString(DOCUMENT, document(results));
        if (results.stream().anyMatch(result -> result.verdict != Verdict.CAUGHT)) {
            System.exit(1);
        }
    }

    private static Result run(Mutant mutant) throws IOException, InterruptedException {
        Path folder = WORK.resolve(mutant.name().toLowerCase(Locale.ROOT));
        Path classes = Files.createDirectories(folder.resolve("classes"));
        Path changed = folder.resolve("sources").resolve(Path.of("src/main").relativize(mutant.file));
        Files.createDirectories(changed.getParent());
        Files.writeString(changed, mutant.source());
        if (mutant.file.toString().endsWith(".java")) {
            String problems = compile(mutant, changed, classes);
            if (!problems.isEmpty()) {
                return new Result(mutant, Verdict.BROKEN, problems);
            }
        } else {
            Path resource = classes.resolve(Path.of("src/main/resources").relativize(mutant.file));
            Files.createDirectories(resource.getParent());
            Files.copy(changed, resource, StandardCopyOption.REPLACE_EXISTING);
        }
        Path log = folder.resolve("test.log");
        Process test = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Duser.timezone=Pacific/Auckland",
                        "-classpath",
                        classes + System.getProperty("path.separator") + System.getProperty("java.class.path"),
                        RunTest.class.getName(),
                        mutant.test)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean ended = test.waitFor(MOST_MINUTES, TimeUnit.MINUTES);
        if (!ended) {
            test.destroyForcibly().waitFor();
        }
        // A test that hangs has noticed too, as an ordinary run would.
        Verdict verdict = !ended || test.exitValue() == 1
                ? Verdict.CAUGHT
                : test.exitValue() == 0 ? Verdict.SURVIVED : Verdict.BROKEN;
        return new Result(mutant, verdict, ended ? failures(log) : "did not end");
    }

    /** Compiles all sources, because constants are copied into the classes that use them. Empty, or what the compiler says. */
    private static String compile(Mutant mutant, Path changed, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter problems = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null);
                Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            List<Path> all = sources.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("module-info.java"))
                    .map(file -> file.equals(mutant.file) ? changed : file)
                    .toList();
            List<String> options = List.of(
                    "-proc:none",
                    "-nowarn",
                    "-d",
                    classes.toString(),
                    "-classpath",
                    System.getProperty("java.class.path"));
            boolean compiled = compiler.getTask(
                            problems, files, null, options, null, files.getJavaFileObjectsFromPaths(all))
                    .call();
            return compiled ? "" : problems.toString();
        }
    }

    private static String failures(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines.filter(line -> line.startsWith("failed: "))
                    .map(line -> line.substring("failed: ".length()).replaceFirst("\\(.*", ""))
                    .findFirst()
                    .orElse("");
        }
    }

    private static String document(List<Result> results) throws IOException {
        List<String> before = Files.exists(DOCUMENT) ? Files.readAllLines(DOCUMENT) : List.of();
        StringBuilder text = new StringBuilder("""
            # Faults that a test must notice

            Each line is a change to Lethe's sources that would break a promise, and the test that fails because of it. `mvn -Pmutants`
            makes the changes one at a time in a copy, runs the tests and writes this page; every ordinary run checks that the
            changes still fit the sources. The faults are in `src/test/java/dev/lethe/mutant/Mutant.java`.

            | Lethe … | Test | Noticed | First by |
            |---|---|---|---|
            """);
        for (Mutant mutant : Mutant.values()) {
            String start = "| " + mutant.fault + " |";
            results.stream()
                    .filter(result -> result.mutant == mutant)
                    .map(Mutants::line)
                    .findFirst()
                    .or(() -> before.stream()
                            .filter(line -> line.startsWith(start))
                            .findFirst())
                    .ifPresentOrElse(
                            line -> text.append(line).append('\n'),
                            () -> text.append(start + " `" + simpleName(mutant.test) + "` | not run yet | |\n"));
        }
        return text.toString();
    }

    private static String line(Result result) {
        return "| %s | `%s` | %s | `%s` |"
                .formatted(
                        result.mutant.fault,
                        simpleName(result.mutant.test),
                        result.verdict == Verdict.CAUGHT ? "yes" : "**no**",
                        result.by.lines().findFirst().orElse("").replace("|", "/"));
    }

    private static String simpleName(String test) {
        return test.substring(test.lastIndexOf('.') + 1);
    }
}
