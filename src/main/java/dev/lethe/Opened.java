package dev.lethe;

import java.util.ArrayDeque;
import java.util.Deque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a node has opened, the last first: ended in this order, however far the start came. For one thread. */
final class Opened {
    private static final Logger LOG = LoggerFactory.getLogger(Opened.class);

    private final Deque<Part> parts = new ArrayDeque<>();

    private record Part(String story, Ending ending) {}

    /** How something ends. */
    interface Ending {
        void run() throws Exception;
    }

    /**
     * Adds what was just opened.
     *
     * @param story what the log says was stopped; empty for what is not worth a line
     */
    void add(String story, Ending ending) {
        parts.push(new Part(story, ending));
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    /** Ends everything; what fails is said in the log and keeps nothing else open. */
    void end() {
        while (!parts.isEmpty()) {
            Part part = parts.pop();
            try {
                part.ending().run();
                if (!part.story().isEmpty()) {
                    LOG.info("Stopped {}", part.story());
                }
            } catch (Exception e) {
                LOG.warn("Not stopped in order ({}): {}", part.story(), e.toString());
            }
        }
    }
}
