package dev.lethe.consent;

import java.util.Optional;

/**
 * All that the gate looks at: two cookies and the browser's refusal signals. Headers only; nothing of a body.
 *
 * @param token the visitor cookie as sent, unverified
 * @param refusal the refusal cookie
 * @param refusesTracking whether the browser sent {@code Sec-GPC: 1} or {@code DNT: 1}
 */
public record Signals(Optional<String> token, Optional<Refusal> refusal, boolean refusesTracking) {
    @Override
    public String toString() {
        return "(signals)";
    }
}
