package dev.lethe.rights;

import dev.lethe.consent.Notice;
import dev.lethe.site.SiteId;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;

/**
 * One request of a visitor, without anything about who asked. Immutable.
 *
 * @param language in which she is answered, one of {@link Notice#LANGUAGES}
 * @param received the site's day on which it came in
 */
public record Request(
        RequestId id,
        SiteId site,
        RequestKind kind,
        String language,
        LocalDate received,
        List<Deadline.Suspension> suspensions,
        State state) {

    public Request {
        suspensions = List.copyOf(suspensions);
        if (!Notice.LANGUAGES.contains(language)) {
            throw new IllegalArgumentException("a request is answered in one of " + Notice.LANGUAGES);
        }
    }

    /** Where a request stands. An end always says how. */
    public sealed interface State {
        /** One of {@code open suspended completed refused}. */
        default String label() {
            return switch (this) {
                case Open() -> "open";
                case Suspended() -> "suspended";
                case Completed completed -> "completed";
                case Refused refused -> "refused";
            };
        }

        /** The day on which it ended; empty while it waits for an answer. */
        default Optional<LocalDate> ended() {
            return switch (this) {
                case Open() -> Optional.empty();
                case Suspended() -> Optional.empty();
                case Completed completed -> Optional.of(completed.on());
                case Refused refused -> Optional.of(refused.on());
            };
        }

        default boolean isEnd() {
            return ended().isPresent();
        }
    }

    public record Open() implements State {}

    /** The requester was asked for what is missing. */
    public record Suspended() implements State {}

    public record Completed(LocalDate on, Outcome outcome) implements State {}

    /** {@code earlier}: the answered request that this one repeats; only and always with {@link RefusalReason#REPETITIVE}. */
    public record Refused(LocalDate on, RefusalReason reason, Optional<RequestId> earlier) implements State {}

    /** The last day on which an answer is in time; empty while the clock stands still. */
    public Optional<LocalDate> due() {
        return Deadline.due(received, suspensions);
    }

    /** How urgent it is on the site's day; empty when it has ended. */
    public Optional<Deadline.Urgency> urgency(LocalDate today) {
        return state.isEnd() ? Optional.empty() : Optional.of(Deadline.urgency(due(), today));
    }
}
