package dev.lethe.rights;

import dev.lethe.config.Settings;
import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.DropReason;
import dev.lethe.consent.Granted;
import dev.lethe.consent.Notice;
import dev.lethe.consent.Refusal;
import dev.lethe.consent.Signals;
import dev.lethe.consent.VisitorCookies;
import dev.lethe.http.StaticFile;
import dev.lethe.site.Site;
import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.time.LocalDate;
import java.time.Period;
import java.time.format.DateTimeFormatter;
import java.time.format.FormatStyle;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The pages a visitor reads about herself, in French and English, without a script. Everything they say comes from live settings.
 * Immutable and thread-safe.
 */
final class PrivacyPage {
    static final StaticFile STYLE = StaticFile.ofResource(PrivacyPage.class, "page.css");

    private static final String FRAME = StaticFile.textOf(PrivacyPage.class, "page.html");
    /** The five items a short notice must have. */
    private static final List<String> ITEMS = List.of("controller", "purpose", "how", "consequences", "withdrawal");

    private final Settings settings;
    private final Notice notice;
    private final VisitorCookies cookies;
    private final String base;
    private final Map<String, Properties> texts =
            Notice.LANGUAGES.stream().collect(Collectors.toUnmodifiableMap(Function.identity(), PrivacyPage::texts));

    PrivacyPage(Settings settings, Notice notice, VisitorCookies cookies) {
        this.settings = settings;
        this.notice = notice;
        this.cookies = cookies;
        this.base = settings.publicListener().basePath();
    }

    private static Properties texts(String language) {
        Properties texts = new Properties();
        try {
            texts.load(new StringReader(StaticFile.textOf(PrivacyPage.class, "page_" + language + ".properties")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return texts;
    }

    /** What holds for this browser, and a button for each thing she can do about it. */
    String choice(Site site, String language, Signals signals, ConsentGate.Verdict verdict, boolean justDone) {
        StringBuilder content = new StringBuilder();
        if (justDone) {
            content.append("<p class=\"state\" role=\"status\">")
                    .append(text(language, "done"))
                    .append("</p>\n");
        }
        content.append(heading(language, "now"))
                .append("<p class=\"state\">")
                .append(state(language, signals, verdict))
                .append("</p>\n");
        if (verdict instanceof Granted || signals.token().isPresent()) {
            content.append(button(site, language, "withdraw"));
        }
        if (!signals.refusal().equals(Optional.of(Refusal.OBJECTED))) {
            content.append(button(site, language, "object"));
        }
        content.append(heading(language, "what")).append(items(language));
        content.append("<p><a href=\"%s/privacy/notice?site=%s&amp;lang=%s\">%s</a></p>\n"
                .formatted(base, site.id(), language, text(language, "notice.link")));
        return page(site, language, "heading", "", content.toString());
    }

    /** The notice at full length: the five items, the cookies, how long, and whom to ask. */
    String notice(Site site, String language) {
        StringBuilder content = new StringBuilder(items(language));
        content.append(heading(language, "cookies"))
                .append(
                        "<table><thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>\n"
                                .formatted(
                                        text(language, "cookie"),
                                        text(language, "cookie.purpose"),
                                        text(language, "cookie.life")))
                .append(cookie(cookies.tokenName(site), language, "cookie.token", "life.token"))
                .append(cookie(cookies.refusalName(site), language, "cookie.refusal", "life.refusal"))
                .append("</tbody></table>\n");
        content.append(heading(language, "kept")).append(paragraph(text(language, "kept.text")));
        content.append(heading(language, "contact")).append(paragraph(text(language, "contact.text")));
        content.append("<p><a href=\"%s/privacy?site=%s&amp;lang=%s\">%s</a></p>\n"
                .formatted(base, site.id(), language, text(language, "page.link")));
        return page(site, language, "notice.heading", "/notice", content.toString());
    }

    private String state(String language, Signals signals, ConsentGate.Verdict verdict) {
        return switch (verdict) {
            case Granted granted ->
                text(language, "granted")
                        .replace(
                                "{expires}",
                                date(
                                        granted.token()
                                                .expiresOn(settings.consentValidity(), settings.visitorLifetime()),
                                        language));
            case ConsentGate.Dropped dropped -> text(language, reason(dropped.reason(), signals));
        };
    }

    private static String reason(DropReason reason, Signals signals) {
        return switch (reason) {
            case OPTED_OUT -> signals.refusal().equals(Optional.of(Refusal.REFUSED)) ? "refused" : "objected";
            case GPC -> "signal";
            case RESTRICTED -> "restricted";
            case UNKNOWN_SITE, FOREIGN_ORIGIN, NO_CONSENT, CONSENT_EXPIRED, NOTICE_OUTDATED, BOT -> "unset";
        };
    }

    private static String date(LocalDate day, String language) {
        return DateTimeFormatter.ofLocalizedDate(FormatStyle.LONG)
                .withLocale(Locale.forLanguageTag(language))
                .format(day);
    }

    private String items(String language) {
        return ITEMS.stream()
                .map(item -> paragraph(escape(notice.sentence(language, item))))
                .collect(Collectors.joining());
    }

    private String button(Site site, String language, String action) {
        String path = action.equals("object") ? "opt-out" : action;
        return """
            <form method="post" action="%s/privacy/%s">
            <input type="hidden" name="site" value="%s"><input type="hidden" name="lang" value="%s">
            <h3>%s</h3>
            <p id="%s">%s</p>
            <button aria-describedby="%s">%s</button>
            </form>
            """.formatted(
                        base,
                        path,
                        site.id(),
                        language,
                        text(language, action + ".name"),
                        action,
                        text(language, action + ".why"),
                        action,
                        text(language, action));
    }

    private String cookie(String name, String language, String purpose, String life) {
        return "<tr><td>%s</td><td>%s</td><td>%s</td></tr>\n"
                .formatted(escape(name), text(language, purpose), text(language, life));
    }

    private String heading(String language, String name) {
        return "<h2>" + text(language, name) + "</h2>\n";
    }

    private static String paragraph(String html) {
        return "<p>" + html + "</p>\n";
    }

    private String page(Site site, String language, String heading, String tail, String content) {
        return FRAME.replace("{heading}", text(language, heading))
                .replace("{languages}", text(language, "languages"))
                .replace("{lang}", language)
                .replace("{" + language + "}", " aria-current=\"true\"")
                .replace(language.equals("fr") ? "{en}" : "{fr}", "")
                .replace("{tail}", tail)
                .replace("{base}", base)
                .replace("{content}", content)
                .replace("{site}", site.id().value());
    }

    /** A sentence as HTML, its periods and names filled in from the settings. */
    private String text(String language, String name) {
        String pattern = Objects.requireNonNull(
                Objects.requireNonNull(texts.get(language)).getProperty(name), name);
        return escape(pattern.replace("{lifetime}", months(settings.visitorLifetime()))
                .replace("{retention}", months(settings.retention().raw()))
                .replace("{controller}", settings.controllerName().orElse(unnamed(language)))
                .replace(
                        "{contact}",
                        settings.controllerContact()
                                .map(contact -> contact + ".")
                                .orElse("")));
    }

    private String unnamed(String language) {
        return Objects.requireNonNull(
                Objects.requireNonNull(texts.get(language)).getProperty("controller.unnamed"));
    }

    private static String months(Period period) {
        return Long.toString(period.toTotalMonths());
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
