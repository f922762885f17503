package dev.lethe.consent;

import dev.lethe.TestLethe;
import dev.lethe.Visitor;
import dev.lethe.config.KeyDirectory;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import java.security.SecureRandom;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;

/** The visitor code that a visitor's browser would be shown, made of its cookie with the installation's own keys. */
public final class TestCodes {
    private TestCodes() {}

    /** The code of whoever consented on {@link TestLethe#SITE}. */
    public static String of(TestLethe lethe, Visitor visitor) {
        return of(lethe, visitor, TestLethe.SITE);
    }

    public static String of(TestLethe lethe, Visitor visitor, String siteName) {
        Site site = new Site(
                new SiteId(siteName),
                Set.of(TestLethe.ORIGIN),
                ZoneOffset.UTC,
                Optional.empty(),
                Preset.BALANCED,
                false);
        KeyDirectory keys = KeyDirectory.open(lethe.keysDir(), new SecureRandom());
        Period lifetime = Period.ofMonths(13);
        TokenKeys tokenKeys = new TokenKeys(keys, lethe.clock(), lifetime);
        tokenKeys.refresh();
        String cookie = visitor.cookies().entrySet().stream()
                .filter(each -> each.getKey().endsWith("lethe-" + siteName))
                .findFirst()
                .orElseThrow()
                .getValue();
        VisitorToken token = new VisitorTokens(tokenKeys, lifetime)
                .read(site, cookie, lethe.clock().instant())
                .orElseThrow();
        return new VisitorCodes(keys)
                .write(
                        new Possession(site, token.id()),
                        site.dayOf(lethe.clock().instant()));
    }
}
