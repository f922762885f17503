package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.config.KeyDirectory;
import dev.lethe.consent.VisitorToken;
import dev.lethe.consent.VisitorTokens;
import dev.lethe.site.Site;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * P21: who holds the raw events of two sites, or of two months, and nothing else pairs their visitors no better than by chance.
 * Visitors differ in nothing but their pseudonyms here; published statistics have none at all.
 *
 * <p>A browser has another id on each site. Here it has the same one everywhere, by tokens signed with the installation's own key, so
 * that nothing but the key of each site and month keeps its visits apart. The control is a third site, which has the first one's key in
 * both months.
 */
@Timeout(300)
class P21LinkingTest {
    private static final int FULL = 400;
    private static final String OTHER = "other.test";
    private static final String OTHER_ORIGIN = "https://www.other.test";
    private static final String SAME_KEY = "samekey.test";
    private static final String SAME_KEY_ORIGIN = "https://www.samekey.test";

    @Test
    void pseudonymsPairNobodyAcrossSitesOrMonths() throws GeneralSecurityException {
        int visitors = Boolean.getBoolean("lethe.full") ? FULL : FULL / 10;
        TestClock clock = TestClock.at(Instant.parse("2026-06-29T10:00:00Z"));
        try (TestLethe lethe = TestLethe.start(clock)) {
            lethe.addSite(OTHER, "UTC", false, OTHER_ORIGIN);
            giveKeys(lethe);
            lethe.addSite(SAME_KEY, "UTC", false, SAME_KEY_ORIGIN);
            VisitorTokens tokens = Tokens.of(lethe.keysDir(), clock);
            List<Visitor> browsers = new ArrayList<>();
            for (int i = 0; i < visitors; i++) {
                Visitor here = lethe.visitor();
                here.grant();
                VisitorToken token = tokens.read(
                                Tokens.site(TestLethe.SITE),
                                here.cookies().get("lethe-" + TestLethe.SITE),
                                clock.instant())
                        .orElseThrow();
                browsers.add(here);
                browsers.add(withToken(lethe.visitor(OTHER, OTHER_ORIGIN), tokens, Tokens.site(OTHER), token));
                browsers.add(withToken(lethe.visitor(SAME_KEY, SAME_KEY_ORIGIN), tokens, Tokens.site(SAME_KEY), token));
            }
            // Each on a page of her own, so that the test knows who is who; the attack does not look at it.
            for (int day = 0; day < 3; day++) {
                for (int i = 0; i < browsers.size(); i++) {
                    assertEquals(
                            Optional.of("stored"),
                            Visitor.outcome(browsers.get(i).view("/v" + i / 3)));
                }
                clock.jump(Duration.ofDays(1));
            }
            List<UUID> june = pseudonyms(lethe, TestLethe.SITE, "2026-06-29");
            List<UUID> sameMonth = pseudonyms(lethe, TestLethe.SITE, "2026-06-30");
            List<UUID> july = pseudonyms(lethe, TestLethe.SITE, "2026-07-01");
            long months = paired(june, july);
            long sites = paired(june, pseudonyms(lethe, OTHER, "2026-06-29"));
            System.out.printf(
                    "P21: of %d visitors (in full: %d, -Dlethe.full=true) %d are paired across months, %d across"
                            + " sites; by chance: 1%n",
                    visitors, FULL, months, sites);
            // The number paired by chance is about Poisson of mean 1: more than 8 comes once in a million times.
            assertTrue(months <= 8, months + " across months");
            assertTrue(sites <= 8, sites + " across sites");
            assertEquals(visitors, paired(june, sameMonth), "the control: within a month they are the same");
            List<UUID> juneThere = pseudonyms(lethe, SAME_KEY, "2026-06-29");
            assertEquals(visitors, paired(june, juneThere), "the control: with one key for two sites all are paired");
            assertEquals(
                    visitors,
                    paired(juneThere, pseudonyms(lethe, SAME_KEY, "2026-07-01")),
                    "the control: with one key for two months all are paired");
        }
    }

    /** The browser of this token on another site. */
    private static Visitor withToken(Visitor browser, VisitorTokens tokens, Site site, VisitorToken token) {
        browser.cookies().put("lethe-" + site.id().value(), tokens.write(site, token));
        return browser;
    }

    /** Before anybody looks for its keys, {@link #SAME_KEY} has the June key of the first site, for June and for July. */
    private static void giveKeys(TestLethe lethe) throws GeneralSecurityException {
        Visitor first = lethe.visitor();
        first.grant();
        // Its key is made with its first event, which is then taken away.
        first.view("/");
        lethe.database().execute("delete from raw.event");
        KeyDirectory directory = KeyDirectory.open(lethe.keysDir(), new SecureRandom());
        Cipher wrap = Cipher.getInstance("AESWrap");
        wrap.init(Cipher.UNWRAP_MODE, new SecretKeySpec(directory.findOrMake("month-2026-06.kek"), "AES"));
        byte[] wrapped = HexFormat.of()
                .parseHex(lethe.text("select encode(wrapped, 'hex') from keys.month where site = '" + TestLethe.SITE
                        + "' and month = '2026-06-01'"));
        var key = wrap.unwrap(wrapped, "HmacSHA256", Cipher.SECRET_KEY);
        for (String month : List.of("2026-06", "2026-07")) {
            wrap.init(Cipher.WRAP_MODE, new SecretKeySpec(directory.findOrMake("month-" + month + ".kek"), "AES"));
            lethe.database()
                    .execute("insert into keys.month (site, month, wrapped) values ('" + SAME_KEY + "', '" + month
                            + "-01', '\\x" + HexFormat.of().formatHex(wrap.wrap(key)) + "')");
        }
    }

    private static List<UUID> pseudonyms(TestLethe lethe, String site, String day) {
        return lethe
                .rows("select pseudonym from raw.event where site = '" + site + "' and day = '" + day
                        + "' order by length(path), path")
                .stream()
                .map(UUID::fromString)
                .toList();
    }

    /** Pairs each with the nearest of the others; how many are right. */
    private static long paired(List<UUID> ones, List<UUID> others) {
        assertEquals(ones.size(), others.size());
        long right = 0;
        for (int i = 0; i < ones.size(); i++) {
            UUID one = ones.get(i);
            UUID nearest = others.stream()
                    .min(Comparator.comparingInt(other -> distance(one, other)))
                    .orElseThrow();
            right += others.get(i).equals(nearest) ? 1 : 0;
        }
        return right;
    }

    private static int distance(UUID one, UUID other) {
        return Long.bitCount(one.getMostSignificantBits() ^ other.getMostSignificantBits())
                + Long.bitCount(one.getLeastSignificantBits() ^ other.getLeastSignificantBits());
    }
}
