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
import java.time.Duration;
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
 * The pictures {@code docs/images/board-*.png}: each board has one. With {@code -Dlethe.preview=URL}, the URL that {@code lethe db url
 * --role dashboards} prints, those of published statistics are drawn again from what is published there; with {@code
 * -Dlethe.preview.live=URL}, that of the role {@code live}, and {@code -Dlethe.preview.prometheus=URL} also the internal board.
 */
class BoardPicturesTest {
    private static final Path IMAGES = Path.of("docs", "images");
    private static final Path SOURCE = Path.of("grafana", "preview");
    private static final Path ECHARTS = Path.of("grafana", "node_modules", "echarts", "dist", "echarts.min.js");
    private static final Path WORK = Path.of("target", "preview").toAbsolutePath();
    private static final String INTERNAL = "lethe-internal";
    private static final int DAYS = 28;
    /** How much of Prometheus' memory the internal board shows. */
    private static final Duration SCRAPED = Duration.ofMinutes(10);

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
        for (Board board : Boards.all()) {
            Path picture = picture(board);
            assertTrue(Files.exists(picture), "grafana/preview/README.md says how to draw " + picture);
            byte[] bytes = Files.readAllBytes(picture);
            assertEquals("PNG", new String(bytes, 1, 3, StandardCharsets.US_ASCII), picture.toString());
            assertTrue(bytes.length < MOST_BYTES, picture + " has " + bytes.length + " bytes");
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "lethe.preview", matches = "postgresql://.+")
    void drawsEveryBoard() throws IOException, SQLException, InterruptedException {
        prepare();
        try (Connection connection = connection("lethe.preview")) {
            Shown shown = shown(connection);
            for (Board board : Boards.all()) {
                if (!board.uid().equals(INTERNAL)) {
                    draw(board, answered(sql(connection), board, shown.site(), shown.range(), shown.where()));
                }
            }
        }
    }

    @Test
    @EnabledIfSystemProperty(named = "lethe.preview.live", matches = "postgresql://.+")
    void drawsTheInternalBoard() throws IOException, SQLException, InterruptedException {
        prepare();
        URI prometheus = URI.create(System.getProperty("lethe.preview.prometheus"));
        Instant now = Instant.now();
        Range range = new Range(now.minus(SCRAPED), now);
        Board board = Boards.all().stream()
                .filter(each -> each.uid().equals(INTERNAL))
                .findFirst()
                .orElseThrow();
        try (Connection connection = connection("lethe.preview.live")) {
            Source sql = sql(connection);
            Source both = (query, variables, at) ->
                    query.isSql() ? sql.frames(query, variables, at) : series(prometheus, query, at);
            draw(
                    board,
                    answered(both, board, "", range, "invented load of the last " + SCRAPED.toMinutes() + " minutes"));
        }
    }

    /** What a question brings, as the page draws it: frames of columns and rows. */
    private interface Source {
        JsonArray frames(Query query, Map<String, String> variables, Range range) throws SQLException;
    }

    private static Source sql(Connection connection) {
        return (query, variables, range) -> {
            try (Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(Macros.expand(query.text(), variables, range))) {
                return new JsonArray().add(frame(rows, query.kind().equals("timeseries")));
            }
        };
    }

    private static JsonArray series(URI prometheus, Query query, Range range) {
        JsonArray frames = new JsonArray();
        String expression = Macros.promQl(query.text(), Duration.ofSeconds(20));
        for (JsonObject series : Prometheus.over(prometheus, expression, range, Duration.ofSeconds(5))) {
            JsonObject labels = series.getJsonObject("metric");
            String name = Pattern.compile("\\{\\{(\\w+)}}")
                    .matcher(query.target().getString("legendFormat"))
                    .replaceAll(label -> Matcher.quoteReplacement(labels.getString(label.group(1))));
            JsonArray rows = new JsonArray();
            for (Object sample : series.getJsonArray("values")) {
                double value = Double.parseDouble(((JsonArray) sample).getString(1));
                rows.add(new JsonArray()
                        .add(Math.round(1000 * ((JsonArray) sample).getDouble(0)))
                        .add(Double.isFinite(value) ? value : null));
            }
            frames.add(new JsonObject()
                    .put("columns", new JsonArray().add("time").add(name))
                    .put("rows", rows));
        }
        return frames;
    }

    private static void prepare() throws IOException {
        Files.createDirectories(WORK);
        Files.copy(ECHARTS, WORK.resolve("echarts.min.js"), StandardCopyOption.REPLACE_EXISTING);
        Files.copy(SOURCE.resolve("preview.js"), WORK.resolve("preview.js"), StandardCopyOption.REPLACE_EXISTING);
    }

    private static Connection connection(String property) throws SQLException {
        URI url = URI.create(System.getProperty(property));
        String[] user = url.getUserInfo().split(":", 2);
        return DriverManager.getConnection(
                "jdbc:postgresql://" + url.getHost() + ":" + url.getPort() + url.getPath(), user[0], user[1]);
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
    private static JsonObject answered(Source source, Board board, String site, Range range, String where)
            throws SQLException {
        Map<String, String> variables = new HashMap<>();
        for (Variable variable : board.variables()) {
            JsonObject target = new JsonObject().put("rawSql", variable.query());
            JsonArray rows = source.frames(new Query(variable.name(), "table", target), variables, range)
                    .getJsonObject(0)
                    .getJsonArray("rows");
            String first = rows.isEmpty()
                    ? ""
                    : String.valueOf(rows.getJsonArray(0).getValue(0)).replaceFirst("\\.0$", "");
            variables.put(variable.name(), variable.name().equals("site") && !site.isEmpty() ? site : first);
        }
        JsonArray panels = new JsonArray();
        for (Panel panel : board.panels()) {
            String own = panel.json().getString("timeFrom");
            Range shown = own == null ? range : new Range(range.to().minus(Duration.parse("PT" + own)), range.to());
            JsonArray frames = new JsonArray();
            for (Query query : panel.queries()) {
                source.frames(query, variables, shown).forEach(frames::add);
            }
            JsonObject drawn = new JsonObject(filled(panel.json().encode(), variables));
            drawn.remove("targets");
            panels.add(drawn.put("frames", frames)
                    .put(
                            "range",
                            new JsonObject()
                                    .put("from", shown.from().toEpochMilli())
                                    .put("to", shown.to().toEpochMilli())));
        }
        return new JsonObject()
                .put("title", board.json().getString("title"))
                .put("where", where)
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

    /** Twice: the picture, and beside the page one in Grafana's dark theme, to look at. */
    private static void draw(Board board, JsonObject answered) throws IOException, InterruptedException {
        draw(board, answered.copy().put("dark", true), WORK.resolve(board.uid() + "-dark.png"));
        draw(board, answered.copy().put("dark", false), picture(board).toAbsolutePath());
        withFewColours(picture(board));
    }

    private static void draw(Board board, JsonObject answered, Path picture) throws IOException, InterruptedException {
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
                        "--screenshot=" + picture,
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
