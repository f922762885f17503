package dev.lethe.classify;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns user agents into what is kept of them; safe for threads, one per process. */
public final class UserAgents {

    /** The verdict if it is known without work: safe on an event loop. */
    public Optional<Agent> ifKnown(@Nullable String header) {
        return Optional.empty();
    }

    /** The verdict; takes about a millisecond the first time, so never call it on an event loop. */
    public Agent classify(@Nullable String header) {
        return Agent.BOT;
    }
}
