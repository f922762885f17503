package dev.lethe.mutant;

import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/**
 * Runs one test class in this process: exit 0 when it passes, 1 when a test fails, 2 when nothing ran. A process of its own
 * for each mutant, whose classes come first on the class path.
 */
public final class RunTest {

    private RunTest() {}

    public static void main(String[] arguments) {
        var listener = new SummaryGeneratingListener();
        LauncherFactory.create()
                .execute(
                        LauncherDiscoveryRequestBuilder.request()
                                .selectors(DiscoverySelectors.selectClass(arguments[0]))
                                .build(),
                        listener);
        TestExecutionSummary summary = listener.getSummary();
        summary.getFailures()
                .forEach(failure -> System.out.println("failed: "
                        + failure.getTestIdentifier().getDisplayName() + ": "
                        + String.valueOf(failure.getException().getMessage())
                                .lines()
                                .findFirst()
                                .orElse("")));
        boolean failed = summary.getTotalFailureCount() > 0;
        System.exit(failed ? 1 : summary.getTestsSucceededCount() > 0 ? 0 : 2);
    }
}
