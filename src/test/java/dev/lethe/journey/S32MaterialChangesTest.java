package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** S32: material changes are notified. A new version of the notice asks everybody again; what was consented to before no longer counts. */
@Timeout(60)
class S32MaterialChangesTest {
    @Test
    void aNewNoticeVersionAsksAgain() {
        try (TestLethe before = TestLethe.start(TestClock.now())) {
            Visitor visitor = before.visitor();
            visitor.grant();
            // The control: until the notice changes, the consent counts.
            assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view("/")));
            Map<String, String> cookies = Map.copyOf(visitor.cookies());

            try (TestLethe after = before.another("--notice.version=2", "--controller.name=Another Ltd")) {
                visitor.through(after);
                Tables tables = Tables.of(after);
                Map<String, String> held = tables.fingerprints();
                HttpResponse<String> dropped = visitor.view("/");
                assertEquals(Optional.of("dropped; reason=notice_outdated"), Visitor.outcome(dropped));
                assertEquals(List.of(), dropped.headers().allValues("set-cookie"));
                assertEquals(
                        "{\"choice\":\"unset\",\"notice\":2,\"expires_on\":null}",
                        visitor.lookUp().body());

                // A banner that still shows the old notice cannot be used to consent, nor to refuse.
                for (String choice : List.of("granted", "refused")) {
                    HttpResponse<String> old = visitor.choose(choice, "");
                    assertEquals(409, old.statusCode());
                    assertTrue(old.body().contains("version 2"), old::body);
                    assertEquals(List.of(), old.headers().allValues("set-cookie"));
                }
                assertEquals(cookies, visitor.cookies());
                assertEquals(held, tables.fingerprints());

                HttpResponse<String> asked = visitor.send(
                        "POST",
                        "/api/consent",
                        "{\"site\":\"%s\",\"choice\":\"granted\",\"notice\":2,\"method\":\"banner\"}"
                                .formatted(TestLethe.SITE),
                        "application/json");
                assertEquals(200, asked.statusCode(), asked::body);
                assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view("/")));
                assertEquals(
                        List.of("1|t|1", "2|t|1"),
                        after.rows("select r.notice_version, n.text is not null, count(*) from consent.receipt r"
                                + " left join consent.notice n on n.version = r.notice_version"
                                + " and n.sha256 = r.notice_sha256 group by 1, 2 order by 1"),
                        "each receipt leads to the words that were shown");
            }
        }
    }

    /** A refusal is no consent to anything, so a new notice does not undo it: nobody is asked again before its time. */
    @Test
    void anObjectionOutlivesTheNotice() {
        try (TestLethe before = TestLethe.start(TestClock.now())) {
            Visitor visitor = before.visitor();
            visitor.form("/privacy/opt-out", "site=" + TestLethe.SITE);
            try (TestLethe after = before.another("--notice.version=2")) {
                visitor.through(after);
                assertEquals(Optional.of("dropped; reason=opted_out"), Visitor.outcome(visitor.view("/")));
            }
        }
    }
}
