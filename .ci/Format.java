import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.JavaFormatterOptions.Style;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Formats every Java file, or with {@code --check} only says which are not formatted. Started by Maven on the toolchain's JDK. */
class Format {
    /** {@code validate} selects the toolchain's JDK. */
    private static final String COMMAND = "mvn -q validate exec:exec@format";

    public static void main(String[] arguments) throws Exception {
        if (Runtime.version().feature() < 21) {
            System.err.println(
                    "Java " + Runtime.version().feature() + " cannot read these files: run '" + COMMAND + "'.");
            System.exit(1);
        }
        boolean isCheck = List.of(arguments).contains("--check");
        Formatter formatter = Formatter.createFormatter(
                JavaFormatterOptions.builder().style(Style.PALANTIR).build());
        List<Path> unformatted = new ArrayList<>();
        for (Path file : javaFiles(Path.of("src"), Path.of(".ci"))) {
            String text = Files.readString(file);
            String formatted = formatter.formatSourceAndFixImports(text);
            if (!formatted.equals(text)) {
                unformatted.add(file);
                if (!isCheck) {
                    Files.writeString(file, formatted);
                }
            }
        }
        if (isCheck && !unformatted.isEmpty()) {
            unformatted.forEach(System.err::println);
            System.err.println("These files are not formatted: run '" + COMMAND + "'.");
            System.exit(1);
        }
    }

    private static List<Path> javaFiles(Path... directories) throws Exception {
        List<Path> files = new ArrayList<>();
        for (Path directory : directories) {
            try (Stream<Path> below = Files.walk(directory)) {
                below.filter(file -> file.toString().endsWith(".java")).sorted().forEach(files::add);
            }
        }
        return files;
    }
}
