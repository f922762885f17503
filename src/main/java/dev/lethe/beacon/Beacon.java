package dev.lethe.beacon;

import dev.lethe.classify.Screen;
import dev.lethe.event.Metric;
import dev.lethe.event.ProblemKind;
import java.util.Optional;
import java.util.UUID;

/** One beacon as it came over the wire, valid in form but not yet minimised: it lives for one request and is never kept or printed. */
sealed interface Beacon {

    /** What every beacon says. */
    Page page();

    /**
     * Where it happened.
     *
     * @param id 128 random bits by which a beacon that is sent again counts once
     * @param url of an origin of the site
     * @param language a BCP 47 tag as the browser gives it
     */
    record Page(UUID id, String url, Optional<String> referrer, Optional<Screen> screen, Optional<String> language) {
        @Override
        public String toString() {
            return "(page)";
        }
    }

    record Pageview(Page page) implements Beacon {}

    /** A click on a named element. */
    record NamedClick(Page page, String name) implements Beacon {}

    /** A click on a link that leaves the site or downloads a file. */
    record TargetClick(Page page, String target) implements Beacon {}

    record Engagement(Page page, short seconds, short scroll) implements Beacon {}

    record Vital(Page page, Metric metric, float value) implements Beacon {}

    record Problem(Page page, ProblemKind kind) implements Beacon {}
}
