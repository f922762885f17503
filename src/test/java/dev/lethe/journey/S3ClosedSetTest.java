package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/** S3: audience measurement and nothing else. The types and fields of a beacon are closed, and so are the columns of the database. */
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class S3ClosedSetTest {
    /** Words that a column about a person would have in its name. */
    private static final Pattern PERSONAL = Pattern.compile(
            "user|person|name|mail|phone|address|birth|gender|age|ip|agent|fingerprint|customer|account|profile"
                    + "|latitude|longitude|city|title|query|fragment|headers?|payload|properties|extra|metadata");

    private TestLethe lethe;

    @BeforeAll
    void start() {
        lethe = TestLethe.start(TestClock.now());
    }

    @AfterAll
    void stop() {
        lethe.close();
    }

    @Test
    void aFieldThatNoBeaconHasIsRefused() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        visitor.view("/docs");
        Tables tables = Tables.of(lethe);
        Map<String, String> before = tables.fingerprints();
        for (String field : List.of(
                "\"user_id\":\"u-1\"",
                "\"userId\":\"u-1\"",
                "\"email\":\"someone@example.test\"",
                "\"title\":\"Page\"",
                "\"ip\":\"192.0.2.1\"",
                "\"user_agent\":\"x\"",
                "\"fingerprint\":\"x\"",
                "\"props\":{\"plan\":\"gold\"}",
                "\"dimension1\":\"x\"",
                "\"session\":\"x\"",
                "\"timestamp\":1700000000",
                "\"URL\":\"https://www.example.test/\"",
                "\"name\":\"only clicks have one\"",
                "\"seconds\":5",
                "\"screen\":\"1920x1080\"",
                "\"screen\":{\"width\":1920}",
                "\"language\":{\"tag\":\"fr\"}")) {
            String beacon = visitor.pageview("/docs").replace("\"screen\":\"lg\",\"language\":\"fr\"", field);
            assertEquals(400, visitor.beacon(beacon).statusCode(), field);
            assertEquals(
                    400,
                    visitor.beacon("[" + visitor.pageview("/") + "," + beacon + "]")
                            .statusCode(),
                    field);
        }
        assertEquals(before, tables.fingerprints());
    }

    @Test
    void aTypeThatIsNotMeasuredIsRefused() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        visitor.view("/docs");
        Tables tables = Tables.of(lethe);
        Map<String, String> before = tables.fingerprints();
        for (String type : List.of(
                "", "identify", "page_view", "Pageview", "purchase", "custom", "event", "keypress", "form", "null")) {
            HttpResponse<String> answer =
                    visitor.beacon(visitor.pageview("/docs").replace("\"pageview\"", "\"" + type + "\""));
            assertEquals(400, answer.statusCode(), type);
            assertTrue(answer.body().contains("type"), answer::body);
        }
        assertEquals(before, tables.fingerprints());
    }

    /** The control: the beacon that all of these were made of is stored. */
    @Test
    void theSameBeaconWithoutTheAdditionIsStored() {
        Visitor visitor = lethe.visitor();
        visitor.grant();
        assertEquals(Optional.of("stored"), Visitor.outcome(visitor.beacon(visitor.pageview("/docs"))));
    }

    @Test
    void theDatabaseHasTheColumnsOfTheInventoryAndNoOther() throws IOException {
        assertEquals(inventory(), columns());
    }

    @Test
    void noTableIsAboutPersons() {
        List<String> suspicious = columns().stream()
                .map(column -> column.split(" ", 2)[0])
                .filter(column -> List.of(column.split("[._]")).stream()
                        .anyMatch(word -> PERSONAL.matcher(word).matches()))
                .toList();
        assertEquals(List.of(), suspicious);
    }

    /** {@code schema.table.column type} for everything that Lethe keeps. */
    private List<String> columns() {
        return lethe.rows("""
            select c.table_schema || '.' || c.table_name || '.' || c.column_name || ' ' || c.data_type
            from information_schema.columns c
            join information_schema.tables t using (table_schema, table_name)
            join pg_class p on p.oid = format('%I.%I', c.table_schema, c.table_name)::regclass
            where c.table_schema in ('raw', 'live', 'stats', 'registry', 'consent', 'rights', 'keys')
            and t.table_type = 'BASE TABLE' and not p.relispartition
            order by 1
            """);
    }

    private static List<String> inventory() throws IOException {
        try (InputStream list =
                Objects.requireNonNull(S3ClosedSetTest.class.getResourceAsStream("data-inventory.txt"))) {
            return new String(list.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                    .map(line -> line.split(" {2,}", 2)[0])
                    .sorted()
                    .toList();
        }
    }
}
