package dev.lethe.routes;

import static dev.lethe.http.Html.escape;

import dev.lethe.consent.Notice;
import dev.lethe.rights.CopyFormat;
import dev.lethe.rights.Deadline;
import dev.lethe.rights.DeskClerk;
import dev.lethe.rights.Outcome;
import dev.lethe.rights.RefusalReason;
import dev.lethe.rights.Request;
import dev.lethe.rights.RequestKind;
import dev.lethe.routes.ConsoleData.RequestView;
import dev.lethe.routes.ConsoleData.SiteView;
import io.vertx.core.json.JsonObject;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The request desk as one page of the console, which works without a script: the table, one request with its letter and the steps
 * that its state allows, and a form to take in another. Immutable and thread-safe.
 */
final class DeskPages {
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)}");
    private static final String FRAME = ConsolePages.template("requests");

    private final JsonObject words;

    /** @param words the console's texts of one language */
    DeskPages(JsonObject words) {
        this.words = words;
    }

    /**
     * The page.
     *
     * @param chosen the request that is shown with its letter
     * @param problem why the last step was not taken; empty when there was none
     */
    String page(
            List<RequestView> requests,
            List<SiteView> sites,
            Optional<DeskClerk.Answer> chosen,
            boolean all,
            String problem) {
        return PLACEHOLDER
                .matcher(FRAME)
                .replaceAll(found -> Matcher.quoteReplacement(
                        switch (found.group(1)) {
                            case "problem" ->
                                problem.isEmpty()
                                        ? ""
                                        : "<p class=\"alert\" role=\"alert\">" + escape(problem) + "</p>";
                            case "table" -> table(requests);
                            case "toggle" ->
                                "<a href=\"/requests" + (all ? "" : "?all=1") + "\">"
                                        + say(all ? "desk_waiting" : "desk_all") + "</a>";
                            case "chosen" -> chosen.map(this::chosen).orElse("");
                            case "open" -> open(sites);
                            default -> say(found.group(1));
                        }));
    }

    private String table(List<RequestView> requests) {
        if (requests.isEmpty()) {
            return "<p class=\"soft\">" + say("desk_none") + "</p>";
        }
        return "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + say("desk_title")
                + "\"><table><thead><tr>"
                + List.of("desk_request", "desk_due", "desk_state", "desk_kind", "desk_site", "desk_received").stream()
                        .map(head -> "<th scope=\"col\">" + say(head) + "</th>")
                        .collect(Collectors.joining())
                + "</tr></thead><tbody>"
                + requests.stream().map(this::row).collect(Collectors.joining())
                + "</tbody></table></div>";
    }

    private String row(RequestView view) {
        Request request = view.request();
        return "<tr><th scope=\"row\"><a href=\"/requests?request=%1$s#chosen\">%1$s</a></th><td>%2$s</td><td>%3$s</td><td>%4$s</td><td>%5$s</td><td>%6$s</td></tr>"
                .formatted(
                        request.id(),
                        due(request),
                        state(request, view.urgency()),
                        say("desk_kind_" + request.kind()),
                        escape(request.site().value()),
                        request.received());
    }

    private static String due(Request request) {
        return request.state().isEnd()
                ? "–"
                : request.due().map(LocalDate::toString).orElse("–");
    }

    /** Always in words; the colour and the shape of the mark only repeat them. */
    private String state(Request request, Optional<Deadline.Urgency> urgency) {
        String name = urgency.map(each -> each.name().toLowerCase(Locale.ROOT)).orElse("ended");
        String text = urgency.isPresent()
                ? say("desk_" + name)
                : say("desk_" + request.state().label());
        return "<span class=\"mark " + name + "\" aria-hidden=\"true\"></span> " + text;
    }

    private String chosen(DeskClerk.Answer answer) {
        Request request = answer.request();
        StringBuilder html = new StringBuilder(
                        "<section class=\"card\" id=\"chosen\" aria-labelledby=\"chosen-title\"><h2"
                                + " id=\"chosen-title\">")
                .append(say("desk_request"))
                .append(' ')
                .append(request.id())
                .append("</h2><p>")
                .append(state(request, answer.urgency()))
                .append(" · ")
                .append(say("desk_kind_" + request.kind()))
                .append(" · ")
                .append(escape(request.site().value()))
                .append(" · ")
                .append(say("desk_due_on"))
                .append(' ')
                .append(due(request))
                .append("</p><h3>")
                .append(say("desk_letter"))
                .append("</h3><pre class=\"letter\" tabindex=\"0\" role=\"region\" aria-label=\"" + say("desk_letter")
                        + "\">")
                .append(escape(answer.letter()))
                .append("</pre>");
        switch (request.state()) {
            case Request.Open() ->
                html.append(step(request, "suspend", say("desk_suspend_why"))).append(ends(request));
            case Request.Suspended() ->
                html.append(step(
                                request,
                                "resume",
                                field("received", "desk_came", "<input id=\"%s\" name=\"%s\" type=\"date\">")))
                        .append(ends(request));
            case Request.Completed completed -> {}
            case Request.Refused refused -> {}
        }
        return html.append("</section>").toString();
    }

    private String ends(Request request) {
        return step(
                        request,
                        "complete",
                        field(
                                        "code",
                                        "desk_code",
                                        "<input id=\"%s\" name=\"%s\" required autocomplete=\"off\""
                                                + " spellcheck=\"false\">")
                                + more(request.kind()))
                + step(
                        request,
                        "state",
                        select(
                                "outcome",
                                "desk_done",
                                Arrays.stream(Outcome.values())
                                        .filter(Outcome::isStated)
                                        .map(Outcome::toString)
                                        .toList(),
                                "desk_outcome_"))
                + step(
                        request,
                        "refuse",
                        select(
                                        "reason",
                                        "desk_reason",
                                        Arrays.stream(RefusalReason.values())
                                                .map(RefusalReason::toString)
                                                .toList(),
                                        "desk_reason_")
                                + field(
                                        "earlier",
                                        "desk_earlier",
                                        "<input id=\"%s\" name=\"%s\" autocomplete=\"off\">"));
    }

    /** What a code alone does not say. */
    private String more(RequestKind kind) {
        return switch (kind) {
            case ACCESS, PORTABILITY ->
                select(
                        "format",
                        "desk_format",
                        Arrays.stream(CopyFormat.values())
                                .map(CopyFormat::toString)
                                .toList(),
                        "desk_format_");
            case RECTIFICATION ->
                field(
                        "event",
                        "desk_event",
                        "<input id=\"%s\" name=\"%s\" required autocomplete=\"off\" spellcheck=\"false\">");
            case ERASURE, RESTRICTION, OBJECTION -> "";
        };
    }

    /** One form: what it is for, its fields, its button. */
    private String step(Request request, String step, String fields) {
        return """
            <form class="step" method="post" action="/requests">
            <input type="hidden" name="step" value="%1$s"><input type="hidden" name="request" value="%2$s">
            %3$s
            <p><button type="submit">%4$s</button></p>
            </form>
            """.formatted(
                        step,
                        request.id(),
                        fields.startsWith("<") ? fields : "<p class=\"soft\">" + fields + "</p>",
                        say("desk_do_" + step));
    }

    private String open(List<SiteView> sites) {
        List<String> names = sites.stream().map(SiteView::name).toList();
        return """
            <form class="step" method="post" action="/requests">
            <input type="hidden" name="step" value="open">
            %s%s%s%s%s
            <p><button class="button" type="submit">%s</button></p>
            </form>
            """.formatted(
                        select("site", "desk_site", names, ""),
                        select(
                                "kind",
                                "desk_kind",
                                Arrays.stream(RequestKind.values())
                                        .map(RequestKind::toString)
                                        .toList(),
                                "desk_kind_"),
                        select("language", "desk_language", Notice.LANGUAGES, "desk_language_"),
                        field("received", "desk_received_today", "<input id=\"%s\" name=\"%s\" type=\"date\">"),
                        field(
                                "contact",
                                "desk_contact",
                                "<textarea id=\"%s\" name=\"%s\" rows=\"3\" maxlength=\"500\""
                                        + " autocomplete=\"off\"></textarea>"),
                        say("desk_do_open"));
    }

    /** A control with its label; {@code id} comes twice, as the control's id and as its name. */
    private String field(String name, String label, String control) {
        String id = "desk-" + label.replace('_', '-');
        return "<p><label for=\"" + id + "\">" + say(label) + "</label>" + control.formatted(id, name) + "</p>";
    }

    private String select(String name, String label, List<String> values, String words) {
        String options = values.stream()
                .map(value -> "<option value=\"" + escape(value) + "\">"
                        + (words.isEmpty() ? escape(value) : say(words + value)) + "</option>")
                .collect(Collectors.joining());
        return field(name, label, "<select id=\"%s\" name=\"%s\">" + options.replace("%", "%%") + "</select>");
    }

    private String say(String name) {
        return escape(Objects.requireNonNull(words.getString(name), name));
    }
}
