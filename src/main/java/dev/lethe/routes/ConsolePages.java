package dev.lethe.routes;

import dev.lethe.http.Html;
import dev.lethe.http.StaticFile;
import io.vertx.core.http.Cookie;
import io.vertx.core.http.CookieSameSite;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.LanguageHeader;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The console's pages in English and French, and which of them a browser gets. Immutable and thread-safe. */
final class ConsolePages {
    private static final String LANGUAGE_COOKIE = "lethe_admin_lang";
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)}");

    /** What every page begins with, and the page's title. */
    private static final Pattern HEAD = Pattern.compile("<!--head (.*)-->\n");

    private enum Language {
        EN,
        FR;

        private String code() {
            return this == EN ? "en" : "fr";
        }
    }

    /** The pages of one language. */
    record Pages(
            StaticFile console,
            StaticFile signIn,
            StaticFile signInWrong,
            StaticFile signInLater,
            SitePage site,
            StaticFile texts,
            DeskPages desk,
            JsonObject words) {}

    private final Map<Language, Pages> pages = new EnumMap<>(Language.class);

    ConsolePages() {
        for (Language language : Language.values()) {
            pages.put(language, pages(language));
        }
    }

    /** The page's language is the one once chosen, else the first of the browser's that the console speaks, else English. */
    Pages of(RoutingContext context) {
        Pages found = pages.get(languageOf(context));
        if (found == null) {
            throw new IllegalStateException("every language has its pages");
        }
        return found;
    }

    static boolean isFrench(RoutingContext context) {
        return languageOf(context) == Language.FR;
    }

    /** @param wanted {@code fr}; anything else is English */
    static void remember(RoutingContext context, String wanted) {
        context.response()
                .addCookie(Cookie.cookie(LANGUAGE_COOKIE, wanted.equals("fr") ? "fr" : "en")
                        .setPath("/")
                        .setHttpOnly(true)
                        .setSameSite(CookieSameSite.STRICT)
                        .setMaxAge(Duration.ofDays(180).toSeconds()));
    }

    private static Language languageOf(RoutingContext context) {
        Cookie chosen = context.request().getCookie(LANGUAGE_COOKIE);
        if (chosen != null) {
            return chosen.getValue().equals("fr") ? Language.FR : Language.EN;
        }
        for (LanguageHeader accepted : context.acceptableLanguages()) {
            switch (accepted.tag()) {
                case "fr" -> {
                    return Language.FR;
                }
                case "en" -> {
                    return Language.EN;
                }
                default -> {}
            }
        }
        return Language.EN;
    }

    private static Pages pages(Language language) {
        String texts = resource("texts." + language.code() + ".json");
        JsonObject words = new JsonObject(texts);
        String signIn = template("sign-in");
        return new Pages(
                page(template("index"), words),
                page(signIn, words.copy().put("message", "")),
                page(signIn, words.copy().put("message", words.getString("token_wrong"))),
                page(signIn, words.copy().put("message", words.getString("token_later"))),
                new SitePage(filled(template("site"), words), words),
                StaticFile.ofText("texts.json", texts),
                new DeskPages(words),
                words);
    }

    private static StaticFile page(String template, JsonObject words) {
        return StaticFile.ofText("page.html", filled(template, words));
    }

    private static String filled(String template, JsonObject words) {
        return PLACEHOLDER.matcher(template).replaceAll(found -> {
            String word = words.getString(found.group(1));
            if (word == null) {
                throw new IllegalStateException("the console has no text for " + found.group());
            }
            return Matcher.quoteReplacement(Html.escape(word));
        });
    }

    /** A page with its placeholders. */
    static String template(String name) {
        String head = resource("head.html");
        return HEAD.matcher(resource(name + ".html"))
                .replaceFirst(found -> Matcher.quoteReplacement(head.replace("<!--title-->", found.group(1))));
    }

    private static String resource(String file) {
        return StaticFile.textOf(ConsolePages.class, "console/" + file);
    }
}
