package dev.lethe.attack.address;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Addresses without anything personal, in the shapes that real sites have: shops, news, documentation, wikis, forums,
 * administrations, several scripts. They must come out as they went in, or a site's own pages could not be told apart.
 */
final class CleanAddresses {

    private static final int EACH = 12;
    private static final int EACH_HELD_OUT = 12;

    private static final List<String> WORDS = Draw.words("""
        garden winter bicycle kitchen oak linen solar guide coffee market budget transport reform library festival
        recipe lamp running shoes review analysis energy school election harbour vélo maison été forêt économie
        retraite lycée straße übersicht münchen küche zahlung año niño città\
        """);
    private static final List<String> IDENTIFIERS = Draw.words("""
        ConcurrentHashMap getElementsByClassName AbstractSingletonProxyFactoryBean useLayoutEffect __init__
        std::vector HttpServletRequest kubernetes.io x86_64-unknown-linux-gnu ISO8601DateFormat utf8mb4_unicode_ci
        SHA-256 Base64UrlEncoder IPv6AddressParser OAuth2AuthorizationCodeGrant MD5Checksum2
        TransactionAwareDataSourceProxy i18n a11y WebGL2RenderingContext\
        """);
    private static final List<String> SCRIPTS = Draw.words("""
        日本語の記事 会社概要 новости-дня о-компании καλημέρα العربية שלום-עולם 한국어-문서 हिन्दी tiếng-việt ไทย česká-republika\
        """);
    private static final List<String> SKUS = Draw.words("""
        WH-1000XM5 KD-55X85K SKU-10234 B0EXAMPL12 MK2X3FN-A RTX-4090-24G A2338 SM-G991B GDX-7700-BLK TL-WR841N
        EN-10025-2 DIN-912-M8x20 LED-E27-9W-2700K 205-55-R16-91V\
        """);

    /** A shape and the words in braces that are drawn: {w} a word, {s} a slug, {y} {m} {d} a day … */
    private static final List<String> SHAPES = Draw.words("""
        / /{w} /{w}/ /{w}/{w}/{s} /{y}/{m}/{d}/{s}/ /{y}/{m}/{s}.html /news/{y}-{m}-{d}-{s}
        /news/world-europe-{n8} /article/{n7} /politique/article/{y}/{m}/{d}/{s}_{n7}_{n4}.html /archive/{y}{m}{d}
        /{s}-{n6}.html /blog/page/{n2} /blog/{s} /tag/{w} /category/{w}/{w} /author/{w} /p/{s}/{sku} /dp/{sku}
        /product/{sku}?utm_source=newsletter&utm_medium=email /c/{n5}-{s} /{s}/p-{n6} /shop/{w}/color={w}/size=m
        /shop/{w}?page={n2}&sort=price /en/{w}/{s} /fr-FR/{w} /zh-hans/{script} /{script} /wiki/{script}
        /{lang}/{script}/{script} /wiki/{Wiki} /wiki/Special:RecentChanges /wiki/Talk:{Wiki} /wiki/C%2B%2B
        /wiki/100%25 /docs/{v}/{w}/{s} /docs/{v}/api/{id}.html /reference/{id} /java.base/java/util/{id}.html
        /api/v{n1}/{w} /download/{w}-{v}.tar.gz /releases/tag/v{v} /changelog#v{v} /{w}/{w}/issues/{n4}
        /{w}/{w}/pull/{n3}/files /questions/{n7}/{s} /t/{s}/{n5} /forum/viewtopic.php?t={n5} /rfc/rfc{n4}.html
        /security/CVE-{y}-{n5} /abs/{y2}{m}.{n5} /doi/10.5555/{n7} /eli/reg/{y}/679/oj /isbn/{isbn}
        /livre/{isbn}/{s} /jobs/{s}-m-f-d-{n5} /annonces/{n7} /hotel/{s}.{lang}.html /paris-75{n3}/{w}
        /agence/69003-lyon/{w} /meteo/lyon-69000 /weather/{w}/{y}-{m}-{d} /events/{y}/{w}-{y}
        /agenda?from={y}-{m}-{d} /match/{w}-vs-{w}-{n6} /video/{s}-{n6} /s{n1}e{n2}/{s} /{w}-{y}-{y}
        /prix/{n3}-{n4}-eur /images/1920x1080/{s} /iso-27001-2022 /{w}.php /index.php/{w}/{s} /{w}.aspx?id={n3}
        /{w}/default.htm /?p={n4} /?utm_source=linkedin&utm_medium=social&utm_campaign={w2}-{y}
        /{s}?utm_campaign=black-friday-{y}&utm_source=ads /a?utm_source=newsletter_{n2}&utm_campaign=q{n1}_{y}
        /login /reset-password /account/orders /users /profile/settings /my-account/addresses /customers/new
        /user/login /invite/friends /orders/history /checkout/payment /contact/thank-you /help/article/{n6}-{s}
        /hc/en-us/articles/{s} /e-mail-marketing /guide/what-is-an-iban /phone/{w}-{n2} /telephone/fixe/offres
        /token/pricing /session/{y}/agenda /carte/{w} /address/change /search/{w} /map/{w} /plan-du-site
        /sitemap.xml /feed/rss /404.html /{lang}/faq#q{n2} /course/{w}/lesson-{n2}/quiz /schedule/{y}-w{m}
        /time/10-30-00 /recettes/recette_{s}_{n6}.aspx /people /members/benefits
        /nom-de-domaine /key-figures/{y} /code/review /state/california /client/solutions /candidates/advice\
        """);

    private static final Pattern SLOT = Pattern.compile("\\{(\\w+)}");

    private CleanAddresses() {}

    static List<Address> make(long seed, boolean heldOut) {
        Draw draw = new Draw(seed);
        List<Address> addresses = new ArrayList<>();
        List<String> shapes = IntStream.range(0, SHAPES.size())
                .filter(i -> i % 3 == 2 == heldOut)
                .mapToObj(SHAPES::get)
                .toList();
        for (String shape : shapes) {
            int each = SLOT.matcher(shape).find() ? (heldOut ? EACH_HELD_OUT : EACH) : 1;
            for (int i = 0; i < each; i++) {
                Matcher slots = SLOT.matcher(shape);
                String path = slots.replaceAll(slot -> Matcher.quoteReplacement(drawn(slot.group(1), draw)));
                addresses.add(new Address(shape, "https://www.example.com" + path, List.of()));
            }
        }
        return addresses;
    }

    private static String drawn(String slot, Draw draw) {
        Function<List<String>, String> encoded = of -> URLEncoder.encode(draw.one(of), StandardCharsets.UTF_8);
        return switch (slot) {
            case "w", "w2" -> slot.equals("w") ? encoded.apply(WORDS) : draw.one("spring", "summer", "sale", "launch");
            case "s" -> slug(draw);
            case "Wiki" ->
                draw.one(
                        "Ada_Lovelace",
                        "Jean_Moulin",
                        "Treaty_of_Rome_(1957)",
                        "R%C3%A9volution_fran%C3%A7aise",
                        "ISO_3166-1_alpha-2",
                        "1984_(novel)",
                        "List_of_rivers_of_Europe");
            case "y" ->
                Integer.toString(draw.between(2010, 2026)); // an earlier day may be somebody's birthday: not claimed
            case "y2" -> "%02d".formatted(draw.between(10, 26));
            case "m" -> "%02d".formatted(draw.between(1, 12));
            case "d" -> "%02d".formatted(draw.between(1, 28));
            case "v" ->
                draw.between(0, 21) + "." + draw.between(0, 30)
                        + draw.one("", "." + draw.between(0, 12), ".x", "-rc.1");
            case "id" -> encoded.apply(IDENTIFIERS);
            case "script" -> encoded.apply(SCRIPTS);
            case "sku" -> draw.one(SKUS);
            case "lang" -> draw.one("en", "fr", "de", "pt-br", "zh-cn", "en-GB");
            case "isbn" -> isbn(draw);
            default -> draw.number(Integer.parseInt(slot.substring(1)));
        };
    }

    private static String slug(Draw draw) {
        StringBuilder slug = new StringBuilder(
                draw.one("how-to-choose-", "les-", "the-10-best-", "what-is-", "", "top-5-", "2024-", "a-"));
        int words = draw.between(2, 6);
        for (int i = 0; i < words; i++) {
            slug.append(i == 0 ? "" : "-")
                    .append(URLEncoder.encode(draw.one(WORDS).toLowerCase(Locale.ROOT), StandardCharsets.UTF_8));
        }
        return slug.append(draw.one("", "", "-2025", "-part-2", "-vs-2")).toString();
    }

    /** ISBN-13: the prefix of books and weights 1 and 3. */
    private static String isbn(Draw draw) {
        String body = "9782" + draw.digits(8);
        int sum = 0;
        for (int i = 0; i < body.length(); i++) {
            sum += (body.charAt(i) - '0') * (i % 2 == 0 ? 1 : 3);
        }
        return body + (10 - sum % 10) % 10;
    }
}
