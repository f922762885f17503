package dev.lethe.routes;

import dev.lethe.consent.Notice;
import dev.lethe.rights.CopyFormat;
import dev.lethe.rights.DeskStep;
import dev.lethe.rights.Outcome;
import dev.lethe.rights.RefusalReason;
import dev.lethe.rights.RequestDesk;
import dev.lethe.rights.RequestId;
import dev.lethe.rights.RequestKind;
import io.vertx.core.MultiMap;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Optional;

/** Reads the forms of {@link DeskPages}. */
final class DeskForm {
    private DeskForm() {}

    /** The step that a form asks for; empty when a field is missing or is none of the choices. */
    static Optional<DeskStep> tryRead(MultiMap form) {
        try {
            return switch (text(form, "step")) {
                case "open" -> open(form);
                case "suspend" -> request(form).map(DeskStep.Suspend::new);
                case "resume" -> request(form).map(id -> new DeskStep.Resume(id, day(form)));
                case "complete" ->
                    request(form)
                            .filter(id -> !text(form, "code").isEmpty())
                            .map(id -> new DeskStep.CompleteByCode(
                                    id,
                                    text(form, "code"),
                                    CopyFormat.ofWord(text(form, "format")).orElse(CopyFormat.JSON),
                                    Optional.of(text(form, "event")).filter(text -> !text.isEmpty())));
                case "state" ->
                    request(form).map(id -> new DeskStep.CompleteStating(id, choice(Outcome.class, form, "outcome")));
                case "refuse" ->
                    request(form)
                            .map(id -> new DeskStep.Refuse(
                                    id,
                                    choice(RefusalReason.class, form, "reason"),
                                    Optional.of(text(form, "earlier"))
                                            .filter(text -> !text.isEmpty())
                                            .map(RequestId::new)));
                default -> Optional.empty();
            };
        } catch (IllegalArgumentException | DateTimeException | RequestDesk.NotPossible e) {
            return Optional.empty();
        }
    }

    private static Optional<DeskStep> open(MultiMap form) {
        return Optional.of(text(form, "language"))
                .filter(Notice.LANGUAGES::contains)
                .map(language -> new DeskStep.Open(
                        text(form, "site"),
                        choice(RequestKind.class, form, "kind"),
                        language,
                        day(form),
                        Optional.of(text(form, "contact")).filter(text -> !text.isEmpty())));
    }

    private static Optional<RequestId> request(MultiMap form) {
        return RequestId.tryParse(text(form, "request"));
    }

    private static Optional<LocalDate> day(MultiMap form) {
        return Optional.of(text(form, "received"))
                .filter(text -> !text.isEmpty())
                .map(LocalDate::parse);
    }

    private static <T extends Enum<T>> T choice(Class<T> type, MultiMap form, String name) {
        return Enum.valueOf(type, text(form, name).toUpperCase(Locale.ROOT));
    }

    private static String text(MultiMap form, String name) {
        return Optional.ofNullable(form.get(name)).map(String::strip).orElse("");
    }
}
