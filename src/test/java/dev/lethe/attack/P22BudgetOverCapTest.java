package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.site.Preset;
import dev.lethe.statistics.Bounds;
import dev.lethe.statistics.Budget;
import dev.lethe.statistics.Statistic;
import java.util.EnumMap;
import java.util.Map;
import org.apache.commons.numbers.fraction.BigFraction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** P22: a table of statistics that spends more than its preset allows cannot be made, be it by one part in 10^30. */
class P22BudgetOverCapTest {
    @ParameterizedTest
    @EnumSource(Preset.class)
    void refusesABudgetOverItsCap(Preset preset) {
        Map<Statistic, BigFraction> shares = new EnumMap<>(Statistic.class);
        Budget builtIn = Budget.of(preset, Bounds.DEFAULT);
        for (Statistic statistic : Statistic.values()) {
            shares.put(statistic, builtIn.share(statistic));
        }
        // The control: exactly the cap is allowed.
        assertEquals(
                Budget.cap(preset), Budget.of(preset, Bounds.DEFAULT, shares).total());

        BigFraction hair = BigFraction.of(1).divide(BigFraction.of(10).pow(30));
        for (Statistic statistic : Statistic.values()) {
            Map<Statistic, BigFraction> greedy = new EnumMap<>(shares);
            greedy.merge(statistic, hair, BigFraction::add);
            assertThrows(IllegalArgumentException.class, () -> Budget.of(preset, Bounds.DEFAULT, greedy));
        }

        shares.merge(Statistic.DAY_VISITORS, BigFraction.of(1, 100), BigFraction::add);
        String sentence = assertThrows(IllegalArgumentException.class, () -> Budget.of(preset, Bounds.DEFAULT, shares))
                .getMessage();
        assertAll(
                () -> assertTrue(sentence.contains("preset " + preset), sentence),
                () -> assertTrue(sentence.endsWith("."), sentence));
    }
}
