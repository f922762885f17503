package dev.lethe.rights;

import java.time.LocalDate;
import java.util.Optional;

/** What an operator may do at the request desk, from the command line or the console. Immutable. */
public sealed interface DeskStep {
    /** Takes in a request: {@code received} on which day of the site, {@code contact} how to reach the requester. */
    record Open(String site, RequestKind kind, String language, Optional<LocalDate> received, Optional<String> contact)
            implements DeskStep {}

    /** Changes nothing: the letter for where the request stands. */
    record Show(RequestId request) implements DeskStep {}

    record Suspend(RequestId request) implements DeskStep {}

    /** {@code on}: the day on which what was missing came in; today when empty. */
    record Resume(RequestId request, Optional<LocalDate> on) implements DeskStep {}

    /**
     * Carries the right out on what the code finds, then completes the request. Prints nothing of the code.
     *
     * @param format of the copy, where the right is to get one
     * @param event the number of the wrong event, as the copy shows it, for {@link RequestKind#RECTIFICATION} and only for it
     */
    record CompleteByCode(RequestId request, String code, CopyFormat format, Optional<String> event)
            implements DeskStep {
        @Override
        public String toString() {
            return "complete " + request + " by its code";
        }
    }

    /** Completes the request with what the operator states; one of those with {@link Outcome#isStated}. */
    record CompleteStating(RequestId request, Outcome outcome) implements DeskStep {
        public CompleteStating {
            if (!outcome.isStated()) {
                throw new RequestDesk.NotPossible(
                        "Without a visitor code nothing can be found or done: state not_identifiable, by_visitor or"
                                + " taken_back.");
            }
        }
    }

    /** {@code earlier}: the answered request that this one repeats, for {@link RefusalReason#REPETITIVE} only. */
    record Refuse(RequestId request, RefusalReason reason, Optional<RequestId> earlier) implements DeskStep {}
}
