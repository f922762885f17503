package dev.lethe.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import dev.lethe.event.SimulatedPipeline.Broken;
import dev.lethe.event.SimulatedPipeline.Fault;
import dev.lethe.event.SimulatedPipeline.Tally;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * R14: ten thousand histories of the group commit in simulated time, each drawn from its seed. What is acknowledged is stored exactly
 * once; what is refused, or of which nobody knows, at most once, however often it is sent again; what waits is bounded; every request
 * is answered once and in time; and when the database answers again, everything goes on.
 */
class R14SimulatedPipelineTest {
    private static final int FULL = 10_000;
    private static final int SEEDS = Boolean.getBoolean("lethe.full") ? FULL : FULL / 10;
    private static final Logger WRITER = (Logger) LoggerFactory.getLogger(EventWriter.class);

    /** It tells of each failure, and here are thousands. */
    @BeforeAll
    static void silence() {
        WRITER.setLevel(Level.OFF);
    }

    @AfterAll
    static void hearAgain() {
        WRITER.setLevel(null);
    }

    @Test
    void keepsItsPromisesInEveryHistory() {
        Tally all = new Tally();
        Map<SimulatedDatabase.Fate, Integer> met = new EnumMap<>(SimulatedDatabase.Fate.class);
        for (long seed = 0; seed < SEEDS; seed++) {
            SimulatedPipeline pipeline = new SimulatedPipeline(seed, Fault.NONE);
            try {
                all.add(pipeline.run());
            } catch (Broken broken) {
                throw new AssertionError("seed " + seed + ": " + broken.getMessage(), broken);
            }
            pipeline.database().met().forEach((fate, times) -> met.merge(fate, times, Integer::sum));
        }
        System.out.printf(
                "R14: seeds 0 to %d (in full: %d, -Dlethe.full=true): %d requests acknowledged, %d times refused,"
                        + " %d answers lost with a node, %d given up, %d opted out, %d unstorable; calls %s%n",
                SEEDS - 1,
                FULL,
                all.acknowledged,
                all.refused,
                all.lostAnswers,
                all.givenUp,
                all.optedOut,
                all.unstorable,
                met);
        for (int number :
                new int[] {all.acknowledged, all.refused, all.lostAnswers, all.givenUp, all.optedOut, all.unstorable}) {
            assertTrue(number > 0, "each of these has to happen");
        }
        assertEquals(SimulatedDatabase.Fate.values().length, met.size(), met::toString);
    }

    @Test
    void aSeedIsAHistory() {
        Tally once = new SimulatedPipeline(7, Fault.NONE).run();
        Tally again = new SimulatedPipeline(7, Fault.NONE).run();
        assertEquals(once.acknowledged, again.acknowledged);
        assertEquals(once.refused, again.refused);
    }

    /** The control: what is wrong on purpose is found within a few histories. */
    @ParameterizedTest
    @EnumSource(value = Fault.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void noticesWhatIsWrong(Fault fault) {
        Optional<String> found = Optional.empty();
        long seed = 0;
        while (found.isEmpty() && seed < 100) {
            try {
                new SimulatedPipeline(seed++, fault).run();
            } catch (Broken broken) {
                found = Optional.of(String.valueOf(broken.getMessage()));
            }
        }
        System.out.println("R14 control " + fault + ": " + found.orElse("not noticed") + " (seed " + (seed - 1) + ")");
        assertTrue(found.isPresent(), () -> fault + " is not noticed");
    }
}
