package dev.lethe.rights;

import static dev.lethe.http.Html.escape;

import dev.lethe.config.Settings;
import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.DropReason;
import dev.lethe.consent.Granted;
import dev.lethe.consent.Notice;
import dev.lethe.consent.Refusal;
import dev.lethe.consent.Signals;
import dev.lethe.consent.VisitorCookies;
import dev.lethe.http.Html;
import dev.lethe.http.StaticFile;
import dev.lethe.rights.OwnEvents.OwnEvent;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import java.time.Clock;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The pages a visitor reads about herself, in French and English, without a script. Everything they say comes from live settings.
 * Immutable and thread-safe.
 */
final class PrivacyPage {
    static final StaticFile STYLE = StaticFile.ofResource(PrivacyPage.class, "page.css");
    /** Events on the page; the rest is in the download. */
    static final int MOST_EVENTS = 200;

    private static final String FRAME = StaticFile.textOf(PrivacyPage.class, "page.html");
    /** The five items a short notice must have. */
    private static final List<String> ITEMS = List.of("controller", "purpose", "how", "consequences", "withdrawal");

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm");

    private final Settings settings;
    private final Notice notice;
    private final VisitorCookies cookies;
    private final Texts texts;
    private final Clock clock;
    private final String base;

    PrivacyPage(Settings settings, Notice notice, VisitorCookies cookies, Texts texts, Clock clock) {
        this.settings = settings;
        this.notice = notice;
        this.cookies = cookies;
        this.texts = texts;
        this.clock = clock;
        this.base = settings.publicListener().basePath();
    }

    /**
     * What a page says beside what it always says.
     *
     * @param held the newest events, at most {@link #MOST_EVENTS}; empty without a genuine cookie
     * @param done the name of what was just done, as a link of ours carries it
     * @param receipt what the receipt in the link is for, if there is a number; an empty one is no receipt of ours
     */
    record Shown(
            ConsentGate.Verdict verdict,
            Optional<List<OwnEvent>> held,
            Optional<String> done,
            Optional<Optional<RightsLedger.Found>> receipt) {}

    /** What holds for this browser, what is held about it, and a button for each thing she can do about it. */
    String choice(Wish wish, Shown shown) {
        Site site = wish.site();
        String language = wish.language();
        StringBuilder content = new StringBuilder();
        shown.done()
                .filter(name -> texts.has("done." + name))
                .ifPresent(name -> content.append("<p class=\"state\" role=\"status\">")
                        .append(text(language, "done." + name))
                        .append("</p>\n"));
        shown.receipt().ifPresent(found -> content.append(receipt(site, language, found)));
        content.append(heading(language, "now"))
                .append("<p class=\"state\">")
                .append(state(language, wish.signals(), shown.verdict()))
                .append("</p>\n");
        rights(wish, shown, content);
        content.append(heading(language, "held"));
        shown.held()
                .ifPresentOrElse(
                        held -> content.append(events(site, language, held)),
                        () -> content.append(paragraph(text(language, "held.unknown"))));
        content.append(heading(language, "what"))
                .append(paragraph(text(language, "what.text")))
                .append(list(
                        language, "what.pages", "what.time", "what.clicks", "what.browser", "what.from", "what.speed"))
                .append(paragraph(text(language, "what.not")));
        content.append(heading(language, "kept"))
                .append(paragraph(text(language, "kept.text")))
                .append(paragraph(text(language, "place.text")));
        guarantee(site, language, content);
        code(wish, shown.held().isPresent(), content);
        content.append(heading(language, "contact"))
                .append(paragraph(text(language, "contact.text")))
                .append(authority(language))
                .append(paragraph(text(language, "free.text")));
        content.append("<p><a href=\"%s/privacy/notice?site=%s&amp;lang=%s\">%s</a></p>\n"
                .formatted(base, site.id(), language, text(language, "notice.link")));
        return page(site, language, "heading", "", content.toString());
    }

    private void rights(Wish wish, Shown shown, StringBuilder content) {
        Site site = wish.site();
        String language = wish.language();
        boolean knownHere = shown.held().isPresent();
        content.append("<div class=\"rights\">\n");
        if (shown.verdict() instanceof Granted || wish.signals().token().isPresent()) {
            content.append(button(site, language, "withdraw", "withdraw"));
        }
        if (!wish.signals().refusal().equals(Optional.of(Refusal.OBJECTED))) {
            content.append(button(site, language, "object", "opt-out"));
        }
        if (knownHere) {
            content.append(download(site, language));
            boolean restricted =
                    shown.verdict() instanceof ConsentGate.Dropped dropped && dropped.reason() == DropReason.RESTRICTED;
            content.append(
                    restricted
                            ? button(site, language, "release", "release")
                            : button(site, language, "restrict", "restrict"));
            content.append(button(site, language, "erase", "erase"));
        }
        content.append("</div>\n");
    }

    private String receipt(Site site, String language, Optional<RightsLedger.Found> found) {
        return found.map(receipt -> "<p class=\"receipt\">%s <span class=\"number\">%s</span></p>\n"
                        .formatted(
                                text(language, "receipt.found")
                                        .replace(
                                                "{right}",
                                                text(
                                                        language,
                                                        "right."
                                                                + receipt.right()
                                                                        .word()))
                                        .replace("{day}", Texts.date(site.dayOf(receipt.at()), language))
                                        .replace("{entry}", Long.toString(receipt.entry())),
                                receipt.receipt()))
                .orElseGet(() -> "<p class=\"receipt\">" + text(language, "receipt.unknown") + "</p>\n");
    }

    /** Radio buttons are one stop for the keyboard, however many events there are. */
    private String events(Site site, String language, List<OwnEvent> held) {
        if (held.isEmpty()) {
            return paragraph(text(language, "held.nothing"));
        }
        StringBuilder table = new StringBuilder();
        LocalDate oldest = held.getLast().day();
        table.append(paragraph(text(language, held.size() < MOST_EVENTS ? "held.text" : "held.newest")
                .replace("{zone}", escape(site.zoneAt(clock.instant()).getId()))));
        table.append("<form class=\"events\" method=\"post\" action=\"%s/privacy/correct\">\n".formatted(base))
                .append(hidden(site, language))
                .append("<table>\n<caption class=\"unseen\">%s</caption>\n".formatted(text(language, "held")))
                .append("<thead><tr>");
        for (String column : List.of("wrong", "day", "time", "page", "type")) {
            table.append("<th scope=\"col\"%s>%s</th>"
                    .formatted(column.equals("wrong") ? " class=\"pick\"" : "", text(language, "column." + column)));
        }
        table.append("</tr></thead>\n<tbody>\n");
        for (OwnEvent event : held) {
            String time = TIME.format(event.receivedAt().atZoneSameInstant(site.zoneOn(event.day())));
            String day = Texts.date(event.day(), language);
            String type = text(language, "type." + event.text("type")) + detail(event, language);
            String path = escape(event.text("path"));
            table.append("<tr><td class=\"pick\"><input type=\"radio\" name=\"id\" value=\"%s\" aria-label=\"%s\"></td>"
                    .formatted(
                            event.text("id"),
                            text(language, "wrong.this")
                                    .replace("{event}", type + ", " + path + ", " + day + ", " + time)));
            table.append("<td>%s</td><td>%s</td><td class=\"path\">%s</td><td>%s</td></tr>\n"
                    .formatted(day, time, path, type));
        }
        table.append("</tbody></table>\n");
        table.append("<p class=\"after\">%s</p>\n"
                .formatted(text(language, "held.until")
                        .replace("{oldest}", Texts.date(oldest, language))
                        .replace(
                                "{gone}",
                                Texts.date(
                                        oldest.plus(settings.retention().raw())
                                                .minusDays(settings.retention().backupDays()),
                                        language))));
        return table.append(
                        "<p class=\"correct\"><span id=\"correct\">%s</span> <button aria-describedby=\"correct\">%s</button></p>\n</form>\n"
                                .formatted(text(language, "correct.why"), text(language, "correct")))
                .toString();
    }

    /** What the event says beside its page: which click, which source, how long. */
    private String detail(OwnEvent event, String language) {
        String said = List.of("click", "target_host", "download", "referrer_host").stream()
                .map(event::text)
                .filter(text -> !text.isEmpty())
                .findFirst()
                .map(Html::escape)
                .or(() -> List.of("metric", "problem").stream()
                        .filter(field -> !event.text(field).isEmpty())
                        .findFirst()
                        .map(field -> text(language, field + "." + event.text(field))))
                .orElseGet(() -> event.text("seconds").isEmpty() ? "" : event.text("seconds") + " s");
        return said.isEmpty() ? "" : " (" + said + ")";
    }

    private void guarantee(Site site, String language, StringBuilder content) {
        content.append(heading(language, "guarantee"))
                .append(paragraph(points(site, text(language, "guarantee.text"))))
                .append(paragraph(points(site, text(language, "guarantee.often"))))
                .append(paragraph(text(language, "guarantee.outside")));
    }

    private String points(Site site, String sentence) {
        Preset promised = site.promisedPreset(clock.instant());
        return sentence.replace("{points}", Integer.toString(Guarantee.points(promised, 1)))
                .replace("{points5}", Integer.toString(Guarantee.points(promised, 5)))
                .replace("{points30}", Integer.toString(Guarantee.points(promised, 30)));
    }

    private void code(Wish wish, boolean knownHere, StringBuilder content) {
        Site site = wish.site();
        String language = wish.language();
        content.append(heading(language, "code.title"));
        if (knownHere) {
            content.append(button(site, language, "code", "code"));
        }
        content.append("<form method=\"post\" action=\"%s/privacy/data\">\n".formatted(base))
                .append(hidden(site, language))
                .append("<h3>%s</h3>\n<p id=\"usecode\">%s</p>\n"
                        .formatted(text(language, "usecode.name"), text(language, "usecode.why")))
                .append(("<p><label for=\"typed\">%s</label> <input id=\"typed\" name=\"code\" required"
                                + " autocomplete=\"off\" spellcheck=\"false\" autocapitalize=\"characters\""
                                + " aria-describedby=\"usecode\"></p>\n")
                        .formatted(text(language, "usecode.label")))
                .append("<p class=\"buttons\"><button name=\"format\" value=\"json\">%s</button>\n"
                        .formatted(text(language, "usecode.data")));
        for (String action : List.of("restrict", "release", "erase")) {
            content.append("<button formaction=\"%s/privacy/%s\">%s</button>\n"
                    .formatted(base, action, text(language, "usecode." + action)));
        }
        content.append("</p>\n</form>\n");
    }

    /** The visitor code, to be printed or written down: shown once, kept nowhere, in no address. */
    String visitorCode(Wish wish, String code, LocalDate validUntil) {
        String language = wish.language();
        StringBuilder content = new StringBuilder(paragraph(text(language, "code.text")));
        content.append("<p class=\"code\">").append(escape(code)).append("</p>\n");
        content.append(paragraph(text(language, "code.valid")
                .replace("{until}", Texts.date(validUntil, language))
                .replace("{site}", wish.site().id().value())));
        content.append(paragraph(text(language, "code.use")));
        content.append(paragraph(text(language, "code.secret")));
        content.append(paragraph(text(language, "contact.text"))).append(authority(language));
        content.append(back(wish.site(), language));
        return page(wish.site(), language, "code.heading", "", content.toString());
    }

    /** The notice at full length: the five items, what is collected, the cookies, how long, the rights, and whom to ask. */
    String notice(Site site, String language) {
        StringBuilder content = new StringBuilder(items(language));
        content.append(heading(language, "what"))
                .append(list(
                        language, "what.pages", "what.time", "what.clicks", "what.browser", "what.from", "what.speed"))
                .append(paragraph(text(language, "what.not")));
        content.append(heading(language, "cookies"))
                .append(
                        "<table class=\"cookies\"><thead><tr><th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr></thead><tbody>\n"
                                .formatted(
                                        text(language, "cookie"),
                                        text(language, "cookie.purpose"),
                                        text(language, "cookie.life")))
                .append(cookie(cookies.tokenName(site), language, "cookie.token", "life.token"))
                .append(cookie(cookies.refusalName(site), language, "cookie.refusal", "life.refusal"))
                .append("</tbody></table>\n");
        content.append(heading(language, "kept"))
                .append(paragraph(text(language, "kept.text")))
                .append(paragraph(text(language, "kept.more")))
                .append(paragraph(text(language, "place.text")));
        content.append(heading(language, "rights"))
                .append(paragraph(text(language, "rights.text")))
                .append(paragraph(text(language, "rights.proof")))
                .append(paragraph(text(language, "rights.published")));
        guarantee(site, language, content);
        content.append(heading(language, "contact"))
                .append(paragraph(text(language, "contact.text")))
                .append(authority(language))
                .append(paragraph(text(language, "free.text")));
        content.append(
                paragraph(text(language, "notice.version").replace("{version}", Integer.toString(notice.version()))));
        content.append(back(site, language));
        return page(site, language, "notice.heading", "/notice", content.toString());
    }

    private String back(Site site, String language) {
        return "<p><a href=\"%s/privacy?site=%s&amp;lang=%s\">%s</a></p>\n"
                .formatted(base, site.id(), language, text(language, "page.link"));
    }

    private String authority(String language) {
        return paragraph(text(language, "authority.text")
                + " <a href=\"https://www.cnil.fr/%s\">cnil.fr</a>"
                        .formatted(language.equals("fr") ? "fr/plaintes" : "en"));
    }

    private String state(String language, Signals signals, ConsentGate.Verdict verdict) {
        return switch (verdict) {
            case Granted granted ->
                text(language, "granted")
                        .replace(
                                "{expires}",
                                Texts.date(
                                        granted.token()
                                                .expiresOn(settings.consentValidity(), settings.visitorLifetime()),
                                        language))
                        .replace("{since}", Texts.date(granted.token().consented(), language))
                        .replace(
                                "{receipt}",
                                "<span class=\"number\">" + granted.token().receipt() + "</span>");
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

    private String items(String language) {
        return ITEMS.stream()
                .map(item -> paragraph(escape(notice.sentence(language, item))))
                .collect(Collectors.joining());
    }

    private String list(String language, String... names) {
        return List.of(names).stream()
                .map(name -> "<li>" + text(language, name) + "</li>\n")
                .collect(Collectors.joining("", "<ul>\n", "</ul>\n"));
    }

    private String hidden(Site site, String language) {
        return "<input type=\"hidden\" name=\"site\" value=\"%s\"><input type=\"hidden\" name=\"lang\" value=\"%s\">\n"
                .formatted(site.id(), language);
    }

    private String button(Site site, String language, String name, String path) {
        return """
            <form method="post" action="%s/privacy/%s">
            %s<h3>%s</h3>
            <p id="%s">%s</p>
            <button aria-describedby="%s">%s</button>
            </form>
            """.formatted(
                        base,
                        path,
                        hidden(site, language),
                        text(language, name + ".name"),
                        name,
                        text(language, name + ".why"),
                        name,
                        text(language, name));
    }

    private String download(Site site, String language) {
        return """
            <form method="get" action="%s/privacy/data">
            %s<h3>%s</h3>
            <p id="data">%s</p>
            <div class="buttons"><button name="format" value="json" aria-describedby="data">%s</button>
            <button name="format" value="csv" aria-describedby="data">%s</button></div>
            </form>
            """.formatted(
                        base,
                        hidden(site, language),
                        text(language, "data.name"),
                        text(language, "data.why"),
                        text(language, "data.json"),
                        text(language, "data.csv"));
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
                .replace("{site}", site.id().value())
                // Last, so that nothing a beacon sent is taken for one of these.
                .replace("{content}", content);
    }

    private String text(String language, String name) {
        return escape(texts.sentence(language, name));
    }
}
