package dev.lethe.grafana;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.grafana.Boards.Board;
import dev.lethe.grafana.Boards.Panel;
import dev.lethe.grafana.Boards.Query;
import dev.lethe.grafana.Boards.Variable;
import dev.lethe.grafana.Macros.Range;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * The pictures {@code docs/images/board-*.png}: each board of published statistics has one. With {@code -Dlethe.preview=URL}, the URL
 * that {@code lethe db url --role dashboards} prints, they are drawn again from what is published there.
 */
class BoardPicturesTest {
    private static final Path IMAGES = Path.of("docs", "images");
    private static final Path SOURCE = Path.of("grafana", "preview");
    private static final Path ECHARTS = Path.of("grafana", "node_modules", "echarts", "dist", "echarts.min.js");
    private static final Path WORK = Path.of("target", "preview").toAbsolutePath();
    private static final int DAYS = 28;
    private static final int MOST_BYTES = 400_000;
    /** Of the overview as the project's README shows it: down to the first charts. */
    private static final int HEAD_HEIGHT = 1218;

    /** The site whose statistics are asked, and the 28 days that the boards show when they are opened. */
    private record Shown(String site, boolean synthetic, LocalDate until, ZoneId zone) {
        private Range range() {
            return new Range(
                    until.minusDays(DAYS - 1).atStartOfDay(zone).toInstant(),
                    until.plusDays(1).atStartOfDay(zone).toInstant().minusMillis(1));
        }

        private String where() {
            return site + (synthetic ? ", invented visitors, " : ", ") + until.minusDays(DAYS - 1) + " to " + until;
        }
    }

    @Test
    void everyBoardHasItsPicture() throws IOException {
        for (Board board : published()) {
            Path picture = picture(board);
            assertTrue(Files.exists(picture), "grafana/README.md says how to draw " + picture);
            byte[] bytes = Files.readAllBytes(picture);
            assertEquals("PNG", new String(bytes, 1, 3, StandardCharsets.US_ASCII), picture.toString());
            assertTrue(bytes.length < MOST_BYTES, picture + " has " + bytes.length + " bytes");
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "lethe.preview", matches = "postgresql://.+")
    void drawsEveryBoard() throws IOException, SQLException, InterruptedException {
        Files.createDirectories(WORK);
        Files.copy(ECHARTS, WORK.resolve("echarts.min.js"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(SOURCE.resolve("preview.js"), WORK.resolve("preview.js"), StandardCopyOption.REPLACE_EXISTING);
        URI url = URI.create(System.getProperty("lethe.preview"));
        String[] user = url.getUserInfo().split(":", 2);
        try (Connection connection = DriverManager.getConnection(
                "jdbc:postgresql://" + url.getHost() + ":" + url.getPort() + url.getPath(), user[0], user[1])) {
            Shown shown = shown(connection);
            for (Board board : published()) {
                draw(board, answered(connection, board, shown));
            }
        }
    }

    /** The internal board is not among them: it asks Prometheus. */
    private static List<Board> published() {
        return Boards.all().stream()
                .filter(board -> !board.uid().equals("lethe-internal"))
                .toList();
    }

    private static Path picture(Board board) {
        return IMAGES.resolve(board.uid().replaceFirst("^lethe-", "board-") + ".png");
    }

    private static Shown shown(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet sites =
                        statement.executeQuery("select site, synthetic, last_published_day, time_zone from stats.sites"
                                + " where last_published_day is not null order by synthetic, site")) {
            assertTrue(sites.next(), "nothing is published");
            return new Shown(
                    sites.getString(1),
                    sites.getBoolean(2),
                    sites.getObject(3, LocalDate.class),
                    ZoneId.of(sites.getString(4)));
        }
    }

    /** The board as the page draws it: variables put in, each panel with the rows of its queries. */
    private static JsonObject answered(Connection connection, Board board, Shown shown) throws SQLException {
        Map<String, String> variables = new HashMap<>();
        for (Variable variable : board.variables()) {
            String sql = Macros.expand(variable.query(), variables, shown.range());
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(sql)) {
                String first = rows.next() ? rows.getString(1) : "";
                variables.put(variable.name(), variable.name().equals("site") ? shown.site() : first);
            }
        }
        JsonArray panels = new JsonArray();
        for (Panel panel : board.panels()) {
            JsonArray frames = new JsonArray();
            for (Query query : panel.queries()) {
                try (Statement statement = connection.createStatement();
                        ResultSet rows =
                                statement.executeQuery(Macros.expand(query.text(), variables, shown.range()))) {
                    frames.add(frame(rows, panel.type().equals("timeseries")));
                }
            }
            JsonObject drawn = new JsonObject(filled(panel.json().encode(), variables));
            drawn.remove("targets");
            panels.add(drawn.put("frames", frames));
        }
        Range range = shown.range();
        return new JsonObject()
                .put("title", board.json().getString("title"))
                .put("where", shown.where())
                .put(
                        "range",
                        new JsonObject()
                                .put("from", range.from().toEpochMilli())
                                .put("to", range.to().toEpochMilli()))
                .put("panels", panels);
    }

    private static String filled(String text, Map<String, String> variables) {
        return Pattern.compile("\\$(?:\\{(\\w+)}|(?!__)(\\w+))").matcher(text).replaceAll(found -> {
            String name = Optional.ofNullable(found.group(1)).orElse(found.group(2));
            return Matcher.quoteReplacement(variables.getOrDefault(name, found.group()));
        });
    }

    private static JsonObject frame(ResultSet rows, boolean series) throws SQLException {
        ResultSetMetaData meta = rows.getMetaData();
        JsonArray columns = new JsonArray();
        for (int column = 1; column <= meta.getColumnCount(); column++) {
            columns.add(meta.getColumnLabel(column));
        }
        JsonArray cells = new JsonArray();
        while (rows.next()) {
            JsonArray row = new JsonArray();
            for (int column = 1; column <= meta.getColumnCount(); column++) {
                row.add(cell(rows.getObject(column), series));
            }
            cells.add(row);
        }
        return new JsonObject().put("columns", columns).put("rows", cells);
    }

    private static @Nullable Object cell(@Nullable Object value, boolean series) {
        return switch (value) {
            case null -> null;
            case Timestamp time when series -> time.getTime();
            case Timestamp time ->
                DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm")
                        .format(Instant.ofEpochMilli(time.getTime()).atZone(ZoneOffset.UTC));
            case Number number -> number.doubleValue();
            default -> value.toString();
        };
    }

    private static void draw(Board board, JsonObject answered) throws IOException, InterruptedException {
        Path page = WORK.resolve(board.uid() + ".html");
        String template = Files.readString(SOURCE.resolve("preview.html"));
        // No string of the data can end the script.
        String data = answered.encode().replace("<", "\\u003c");
        Files.writeString(page, template.replace("/*board*/ null", data));
        int height = 40
                + 38
                        * board.panels().stream()
                                .map(panel -> panel.json().getJsonObject("gridPos"))
                                .mapToInt(place -> place.getInteger("y") + place.getInteger("h"))
                                .max()
                                .orElseThrow();
        Path log = WORK.resolve(board.uid() + ".log");
        Process chromium = new ProcessBuilder(
                        chromium().toString(),
                        "--headless",
                        "--no-sandbox",
                        "--hide-scrollbars",
                        "--force-device-scale-factor=1",
                        "--window-size=1280," + height,
                        "--host-resolver-rules=MAP * ~NOTFOUND",
                        "--enable-logging=stderr",
                        "--virtual-time-budget=4000",
                        "--user-data-dir=" + WORK.resolve("profile"),
                        "--screenshot=" + picture(board).toAbsolutePath(),
                        page.toUri().toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertEquals(0, chromium.waitFor(), log.toString());
        List<String> said = Files.readAllLines(log).stream()
                .filter(line -> line.contains("CONSOLE"))
                .map(line -> line.replaceAll(".*CONSOLE[^\"]*\"(.*)\", source.*", "$1"))
                .toList();
        said.forEach(line -> System.out.println(board.uid() + ": " + line));
        assertFalse(said.stream().anyMatch(line -> line.contains("Uncaught")), said.toString());
        withFewColours(picture(board));
    }

    /** Keeps the 256 most frequent colours, the rest as the nearest of them: half the size, and nobody sees it. */
    private static void withFewColours(Path picture) throws IOException {
        BufferedImage full = ImageIO.read(picture.toFile());
        Map<Integer, Integer> counts = new HashMap<>();
        int[] pixels = full.getRGB(0, 0, full.getWidth(), full.getHeight(), null, 0, full.getWidth());
        for (int pixel : pixels) {
            counts.merge(pixel & 0xffffff, 1, Integer::sum);
        }
        int[] palette = counts.entrySet().stream()
                .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
                .limit(256)
                .mapToInt(Map.Entry::getKey)
                .toArray();
        Map<Integer, Integer> nearest = new HashMap<>();
        counts.keySet().forEach(colour -> nearest.put(colour, nearest(colour, palette)));
        IndexColorModel colours = new IndexColorModel(8, palette.length, palette, 0, false, -1, DataBuffer.TYPE_BYTE);
        BufferedImage small =
                new BufferedImage(full.getWidth(), full.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, colours);
        for (int at = 0; at < pixels.length; at++) {
            small.getRaster()
                    .setSample(
                            at % full.getWidth(),
                            at / full.getWidth(),
                            0,
                            Objects.requireNonNull(nearest.get(pixels[at] & 0xffffff)));
        }
        assertTrue(ImageIO.write(small, "png", picture.toFile()));
        if (picture.endsWith("board-overview.png")) {
            BufferedImage head = small.getSubimage(0, 0, small.getWidth(), HEAD_HEIGHT);
            assertTrue(ImageIO.write(
                    head, "png", IMAGES.resolve("board-overview-head.png").toFile()));
        }
    }

    private static int nearest(int colour, int[] palette) {
        int best = 0;
        int least = Integer.MAX_VALUE;
        for (int at = 0; at < palette.length; at++) {
            int distance = 0;
            for (int shift = 0; shift < 24; shift += 8) {
                int difference = (colour >> shift & 0xff) - (palette[at] >> shift & 0xff);
                distance += difference * difference;
            }
            if (distance < least) {
                least = distance;
                best = at;
            }
        }
        return best;
    }

    private static Path chromium() {
        return Stream.concat(
                        Optional.ofNullable(System.getenv("LETHE_CHROMIUM")).stream(),
                        Stream.of(System.getenv("PATH").split(File.pathSeparator))
                                .flatMap(directory -> Stream.of("chromium", "chromium-browser", "google-chrome")
                                        .map(name -> directory + File.separator + name)))
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no Chromium on the PATH; LETHE_CHROMIUM may name one"));
    }
}
