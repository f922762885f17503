package dev.lethe.demo;

import dev.lethe.site.Site;
import java.time.Duration;
import java.time.LocalDate;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The past of the sample website, invented once in the background of a node that has just started: charts of a site without a past are
 * empty. Not when anybody has been measured there already. Started and stopped by one thread.
 */
public final class DemoHistory {
    private static final Logger LOG = LoggerFactory.getLogger(DemoHistory.class);
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

    private final Simulator simulator;
    private final SimulationPlan plan;
    private final Runnable afterwards;
    private volatile boolean isStopped;
    private @Nullable Thread thread;

    /** @param afterwards runs when the past is there, or could not be invented; not when it was stopped */
    public DemoHistory(Simulator simulator, SimulationPlan plan, Runnable afterwards) {
        this.simulator = simulator;
        this.plan = plan;
        this.afterwards = afterwards;
    }

    /** Ninety days of about a thousand visitors, the same for everybody who starts on the same day. */
    public static SimulationPlan ofNinetyDays(Site site, String basePath) {
        return new SimulationPlan(site, 90, 1_000, 1, true, DemoSite.rootOf(site, basePath));
    }

    /** Returns at once. */
    public void start() {
        thread = Thread.ofVirtual().name("demo history").start(this::tell);
    }

    /** What is under way is committed; the next start goes on. */
    public void stop(Duration patience) throws InterruptedException {
        isStopped = true;
        if (!join(patience)) {
            LOG.warn("The demo's past was still being written when the node stopped");
        }
    }

    /** Waits for its end; whether it came in time. */
    boolean join(Duration patience) throws InterruptedException {
        Thread telling = thread;
        return telling == null || telling.join(patience);
    }

    private void tell() {
        tellOnce();
        if (!isStopped) {
            afterwards.run();
        }
    }

    private void tellOnce() {
        try {
            SimulatedDays days = simulator.days();
            if (days.isHistoryTold(plan.site())) {
                return;
            }
            Optional<LocalDate> begun = days.historyBegun(plan.site());
            if (begun.isEmpty() && days.hasOwnPast(plan.site())) {
                return;
            }
            LocalDate today = begun.orElseGet(() -> plan.site().dayOf(simulator.now()));
            days.rememberHistoryBegun(plan.site(), today);
            LOG.info("Inventing {} days of visitors for the demo, in the background", plan.days());
            Simulator.Summary summary = simulator.run(plan, today, new Lines());
            if (summary.isComplete()) {
                days.rememberHistoryTold(plan.site(), simulator.now());
                LOG.info(
                        "The demo has a past: {} events of {} visitors in {} s",
                        summary.events(),
                        summary.visitors(),
                        summary.elapsed().toSeconds());
            } else {
                LOG.info("The demo's past is not complete; the next start goes on");
            }
        } catch (Exception e) {
            LOG.warn("The demo's past could not be invented: {}", e.getClass().getSimpleName());
        }
    }

    private final class Lines implements Simulator.Progress {
        private Duration next = BETWEEN_LINES;

        @Override
        public void report(Simulator.Status status) {
            if (status.elapsed().compareTo(next) >= 0) {
                next = status.elapsed().plus(BETWEEN_LINES);
                LOG.info(
                        "The demo's past: {} %, {} events",
                        String.format(Locale.ROOT, "%.0f", 100 * status.done()), status.events());
            }
        }

        @Override
        public boolean isStopped() {
            return isStopped;
        }
    }
}
