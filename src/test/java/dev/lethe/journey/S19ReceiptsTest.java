package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** S19: each right that was carried out gives a random receipt, which anybody who has its number can verify, and which says not whose. */
@Timeout(60)
class S19ReceiptsTest {
    @Test
    void eachRightGivesAReceiptThatTheLedgerKnows() {
        try (TestLethe lethe = TestLethe.start(TestClock.now())) {
            List<String> receipts = new ArrayList<>();
            Visitor reader = OwnData.reader(lethe, "/a", "/b");
            String pseudonym = lethe.text("select pseudonym from raw.event limit 1");
            String id = OwnData.ids(reader).iterator().next();
            for (List<String> right : List.of(
                    List.of("correct", "correction"),
                    List.of("restrict", "restriction"),
                    List.of("release", "end of a restriction"),
                    List.of("erase", "erasure"))) {
                JsonObject answer = OwnData.exercise(reader, "/privacy/" + right.getFirst(), "&id=" + id);
                String receipt = answer.getString("receipt");
                receipts.add(receipt);
                // Anybody may verify it, with no cookie at all.
                String page = OwnData.page(lethe.visitor(), "&lang=en&receipt=" + receipt);
                assertTrue(page.contains("exercised on this site: " + right.getLast() + ", carried out on"), page);
                assertTrue(page.contains(receipt));
            }
            Visitor other = OwnData.reader(lethe, "/c");
            receipts.add(OwnData.exercise(other, "/privacy/withdraw", "").getString("receipt"));
            assertEquals(5, receipts.stream().distinct().count());
            for (String unknown : List.of("00000000-0000-4000-8000-000000000000", "rubbish")) {
                assertTrue(OwnData.page(lethe.visitor(), "&lang=en&receipt=" + unknown)
                        .contains("There is no receipt with this number"));
            }
            lethe.addSite("other.test", "UTC", false, "https://other.test");
            assertTrue(
                    lethe.send("GET", "/privacy?site=other.test&lang=en&receipt=" + receipts.getFirst(), null)
                            .body()
                            .contains("There is no receipt"),
                    "a receipt belongs to its site");
            // The ledger says which right and which number, and nothing about whom.
            List<String> lines =
                    lethe.rows("select detail from registry.ledger where kind = 'right_exercised' order by seq");
            for (String line : lines) {
                assertTrue(
                        line.matches(
                                "\\{(\"receipt\":\"[0-9a-f-]{36}\",)?\"right\":\"[a-z]+\",\"site\":\"example.test\"}"),
                        line);
                assertFalse(line.contains(pseudonym));
            }
            assertEquals(6, lines.size(), "five, and the copy that the test took");
        }
    }
}
