package dev.lethe.routes;

import dev.lethe.config.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Who may look at the console: the admin token, the sessions opened with it, and links that sign in once. Thread-safe; lives in
 * memory as long as the node, so a restart signs everybody out.
 */
final class AdminSessions {
    static final Duration SESSION_LIFE = Duration.ofHours(12);
    static final Duration LINK_LIFE = Duration.ofMinutes(10);
    static final int FAILURES_PER_MINUTE = 10;
    private static final Duration FAILURE_WINDOW = Duration.ofMinutes(1);

    /** At the limit the oldest goes: a forgotten tab, never a hole in memory. */
    private static final int SESSIONS_KEPT = 100;

    private final byte[] token;
    private final Clock clock;
    private final SecureRandom random;
    private final Map<String, Instant> sessionEnds = new ConcurrentHashMap<>();
    private final Map<String, Instant> linkEnds = new ConcurrentHashMap<>();
    private final AtomicReference<Failures> failures = new AtomicReference<>(new Failures(Instant.EPOCH, 0));

    private record Failures(Instant since, int count) {}

    sealed interface Attempt {
        record SignedIn(String session) implements Attempt {}

        record Wrong() implements Attempt {}

        record TooMany(Duration retryAfter) implements Attempt {}
    }

    AdminSessions(Secret token, Clock clock, SecureRandom random) {
        if (token.reveal().isBlank()) {
            throw new IllegalArgumentException("the admin token is empty");
        }
        this.token = token.reveal().getBytes(StandardCharsets.UTF_8);
        this.clock = clock;
        this.random = random;
    }

    Attempt signIn(String guess) {
        return attempt(isToken(guess));
    }

    /** A code opens one session, once, within {@link #LINK_LIFE} of its making. */
    Attempt signInByCode(String code) {
        if (retryAfter().isPresent()) {
            return attempt(false);
        }
        Instant end = linkEnds.remove(code);
        return attempt(end != null && clock.instant().isBefore(end));
    }

    String newCode() {
        return remember(linkEnds, LINK_LIFE);
    }

    boolean isOpen(String session) {
        Instant end = sessionEnds.get(session);
        return end != null && clock.instant().isBefore(end);
    }

    void signOut(String session) {
        sessionEnds.remove(session);
    }

    /** The same bound for guesses by {@code Authorization} as for the form: one token, one number of guesses. */
    boolean isBearer(String guess) {
        if (retryAfter().isPresent()) {
            return false;
        }
        boolean right = isToken(guess);
        if (!right) {
            countFailure();
        }
        return right;
    }

    /** How long until the next guess is looked at; empty when guesses are welcome. */
    Optional<Duration> retryAfter() {
        Failures seen = Objects.requireNonNull(failures.get());
        Duration age = Duration.between(seen.since(), clock.instant());
        return seen.count() >= FAILURES_PER_MINUTE && age.compareTo(FAILURE_WINDOW) < 0
                ? Optional.of(FAILURE_WINDOW.minus(age))
                : Optional.empty();
    }

    private Attempt attempt(boolean right) {
        Optional<Duration> wait = retryAfter();
        if (wait.isPresent()) {
            return new Attempt.TooMany(wait.get());
        }
        if (!right) {
            countFailure();
            return new Attempt.Wrong();
        }
        return new Attempt.SignedIn(remember(sessionEnds, SESSION_LIFE));
    }

    private boolean isToken(String guess) {
        return MessageDigest.isEqual(token, guess.getBytes(StandardCharsets.UTF_8));
    }

    private void countFailure() {
        Instant now = clock.instant();
        Failures seen;
        Failures next;
        do {
            seen = Objects.requireNonNull(failures.get());
            boolean sameWindow = Duration.between(seen.since(), now).compareTo(FAILURE_WINDOW) < 0;
            next = sameWindow ? new Failures(seen.since(), seen.count() + 1) : new Failures(now, 1);
        } while (!failures.compareAndSet(seen, next));
    }

    private String remember(Map<String, Instant> ends, Duration life) {
        Instant now = clock.instant();
        ends.values().removeIf(end -> !now.isBefore(end));
        if (ends.size() >= SESSIONS_KEPT) {
            ends.entrySet().stream()
                    .min(Comparator.comparing(Map.Entry::getValue))
                    .ifPresent(oldest -> ends.remove(oldest.getKey()));
        }
        byte[] bits = new byte[24];
        random.nextBytes(bits);
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
        ends.put(id, now.plus(life));
        return id;
    }
}
