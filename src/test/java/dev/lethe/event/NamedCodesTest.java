package dev.lethe.event;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.classify.Browser;
import dev.lethe.classify.Channel;
import dev.lethe.classify.Coded;
import dev.lethe.classify.Device;
import dev.lethe.classify.OperatingSystem;
import dev.lethe.classify.Screen;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code raw.event_named} gives every code of every closed list the name that the code gives it, and has none too many. */
class NamedCodesTest {
    private static WriterDatabase database;

    @BeforeAll
    static void open() {
        database = new WriterDatabase(1);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    static Stream<Arguments> lists() {
        return Stream.of(
                Arguments.of("type", EventType.values()),
                Arguments.of("channel", Channel.values()),
                Arguments.of("browser", Browser.values()),
                Arguments.of("system", OperatingSystem.values()),
                Arguments.of("device", Device.values()),
                Arguments.of("screen", Screen.values()),
                Arguments.of("metric", Metric.values()),
                Arguments.of("problem", ProblemKind.values()));
    }

    @ParameterizedTest
    @MethodSource("lists")
    void namesAreTheCodes(String column, Coded[] list) throws SQLException {
        Map<Integer, String> expected = new LinkedHashMap<>();
        for (Coded value : list) {
            expected.put((int) value.code(), value.label());
        }
        Map<Integer, String> named = new LinkedHashMap<>();
        try (Connection connection = database.server().connect();
                Statement statement = connection.createStatement()) {
            statement.execute("truncate raw.event");
            // Every column but the one in question is constant; codes on both sides of the list must have no name.
            statement.execute("""
                insert into raw.event (received_at, day, pseudonym, beacon_id, site, path, type, browser,
                  browser_major, system, device, screen, channel, metric, problem)
                select '2026-06-15 12:00Z', '2026-06-15', gen_random_uuid(), gen_random_uuid(), 'example.test', '/',
                  c.type, c.browser, 1, c.system, c.device, c.screen, c.channel, c.metric, c.problem
                from generate_series(-1, 60) as code,
                  lateral (select code as type, code as browser, code as system, code as device, code as screen,
                    code as channel, code as metric, code as problem) as c\
                """);
            try (ResultSet rows = statement.executeQuery("select e.%1$s, n.%1$s".formatted(column)
                    + " from raw.event e join raw.event_named n using (pseudonym, beacon_id, day) order by 1")) {
                while (rows.next()) {
                    if (rows.getString(2) != null) {
                        named.put(rows.getInt(1), rows.getString(2));
                    }
                }
            }
        }
        assertEquals(new TreeMap<>(expected), new TreeMap<>(named));
    }
}
