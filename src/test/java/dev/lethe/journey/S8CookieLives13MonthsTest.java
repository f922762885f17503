package dev.lethe.journey;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * S8: the cookie lives at most 13 months, counted from the first grant and prolonged by nothing. The server keeps to it as well: a
 * browser that sends the cookie longer is as one that has none.
 */
@Timeout(60)
class S8CookieLives13MonthsTest {
    private static final Pattern MAX_AGE = Pattern.compile("Max-Age=(\\d+)");
    private static final Instant GRANTED = Instant.parse("2026-01-31T10:00:00Z");
    /** 13 calendar months after the day of the grant, from its first minute. */
    private static final Instant END = Instant.parse("2027-02-28T00:00:00Z");

    @Test
    void endsAFixedTimeAfterTheFirstGrantWhateverHappens() {
        TestClock clock = TestClock.at(GRANTED);
        try (TestLethe lethe = TestLethe.start(clock)) {
            Visitor visitor = lethe.visitor();
            assertEndsAsPromised(visitor.grant(), clock);
            String first = token(visitor);
            assertEndsAsPromised(visitor.view("/"), clock);

            // The consent is given anew in time, which keeps the cookie and does not prolong it.
            for (String later : List.of("2026-07-15T10:00:00Z", "2026-12-31T10:00:00Z")) {
                clock.jumpTo(Instant.parse(later));
                try (TestLethe node = lethe.another()) {
                    visitor.through(node);
                    assertEndsAsPromised(visitor.grant(), clock);
                    assertEndsAsPromised(visitor.view("/"), clock);
                }
            }
            clock.jumpTo(Instant.parse("2027-01-31T10:00:00Z"));
            try (TestLethe monthTwelve = lethe.another()) {
                visitor.through(monthTwelve);
                assertEndsAsPromised(visitor.view("/"), clock);
                assertEquals(id(first), id(token(visitor)), "it is still the same cookie");
            }
            clock.jumpTo(END.minusSeconds(60));
            try (TestLethe lastMinute = lethe.another()) {
                visitor.through(lastMinute);
                assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view("/")));
                String last = token(visitor);
                clock.jumpTo(END);
                assertEquals(Optional.of("dropped; reason=no_consent"), Visitor.outcome(visitor.view("/")));
                assertTrue(visitor.lookUp().body().contains("\"unset\""));

                HttpResponse<String> again = visitor.grant();
                assertEquals(200, again.statusCode());
                assertNotEquals(id(last), id(token(visitor)), "a new consent after it is a new visitor");
                assertEquals(
                        Instant.parse("2028-03-28T00:00:00Z").getEpochSecond(),
                        endOf(again, clock).orElseThrow().getEpochSecond(),
                        2);
            }
        }
    }

    /** The control: a shorter life is kept as well, so the end really comes from the rule. */
    @Test
    void aShorterLifeIsKeptToo() {
        TestClock clock = TestClock.at(GRANTED);
        try (TestLethe lethe = TestLethe.start(clock, "--visitor.lifetime=P7D", "--consent.validity=P7D")) {
            Visitor visitor = lethe.visitor();
            visitor.grant();
            clock.jumpTo(Instant.parse("2026-02-06T23:59:00Z"));
            try (TestLethe node = lethe.another("--visitor.lifetime=P7D", "--consent.validity=P7D")) {
                visitor.through(node);
                assertEquals(Optional.of("stored"), Visitor.outcome(visitor.view("/")));
                clock.jumpTo(Instant.parse("2026-02-07T00:00:00Z"));
                assertEquals(Optional.of("dropped; reason=no_consent"), Visitor.outcome(visitor.view("/")));
            }
        }
    }

    private static void assertEndsAsPromised(HttpResponse<String> answer, TestClock clock) {
        assertTrue(answer.statusCode() < 300, answer::body);
        Optional<Instant> end = endOf(answer, clock);
        assertFalse(end.isEmpty(), "it sets the cookie");
        assertEquals(END.getEpochSecond(), end.get().getEpochSecond(), 2);
    }

    /** When the cookie that an answer sets would end. */
    private static Optional<Instant> endOf(HttpResponse<String> answer, TestClock clock) {
        return answer.headers().allValues("set-cookie").stream()
                .filter(cookie -> cookie.startsWith("lethe-"))
                .map(MAX_AGE::matcher)
                .filter(Matcher::find)
                .map(age -> clock.instant().plus(Duration.ofSeconds(Long.parseLong(age.group(1)))))
                .findFirst();
    }

    private static String token(Visitor visitor) {
        return visitor.cookies().get("lethe-" + TestLethe.SITE);
    }

    /** The first 126 of the id's 128 bits, as they are written. */
    private static String id(String token) {
        return token.substring("v1.".length(), "v1.".length() + 21);
    }
}
