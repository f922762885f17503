package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** P14, the rows: of an erased visitor none is left, in any month and by any way to erase. Published statistics are proved elsewhere. */
class P14ErasureTest {
    @Test
    void noRowIsLeftWhateverTheWay() {
        TestClock clock = TestClock.at(Instant.parse("2026-03-30T12:00:00Z"));
        try (TestLethe lethe = TestLethe.start(clock)) {
            Visitor control = lethe.visitor();
            control.grant();
            control.view("/control");
            for (String way : List.of("erase", "withdraw", "opt-out", "code")) {
                Visitor visitor = lethe.visitor();
                visitor.grant();
                clock.jumpTo(Instant.parse("2026-03-30T12:00:00Z"));
                visitor.view("/march");
                clock.jumpTo(Instant.parse("2026-04-02T12:00:00Z"));
                visitor.view("/april");
                List<String> pseudonyms =
                        lethe.rows("select distinct pseudonym from raw.event where path <> '/control'");
                assertEquals(2, pseudonyms.size(), "the control: two months, two pseudonyms");
                String form = "site=" + TestLethe.SITE;
                if (way.equals("code")) {
                    String page = visitor.form("/privacy/code", form).body();
                    String code = page.replaceAll("(?s).*<p class=\"code\">([^<]*)<.*", "$1");
                    lethe.visitor().form("/privacy/erase", form + "&code=" + code);
                } else {
                    visitor.form("/privacy/" + way, form);
                }
                for (String pseudonym : pseudonyms) {
                    assertEquals(
                            0,
                            lethe.count("select count(*) from raw.event where pseudonym = '"
                                    + UUID.fromString(pseudonym) + "'"),
                            way);
                }
                assertTrue(lethe.count("select count(*) from raw.event") >= 1, "the control stays");
            }
        }
    }
}
