package dev.lethe.rights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.config.InvalidSettings;
import dev.lethe.config.Settings;
import dev.lethe.config.SettingsLoader;
import dev.lethe.config.Surroundings;
import dev.lethe.consent.Notice;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PolicyLintTest {
    private static final List<String> COMPLETE = List.of(
            "--controller.name=Atelier Quai",
            "--controller.contact=privacy@example.test",
            "--controller.address=1 rue du Quai, Paris",
            "--hosting.place=Paris, France");

    private static Settings settings(String... more) {
        List<String> flags = new ArrayList<>(COMPLETE);
        flags.addAll(List.of(more));
        return load(flags);
    }

    private static Settings load(List<String> flags) {
        try {
            Path here = Path.of("target").toAbsolutePath();
            return SettingsLoader.load(new Surroundings(Map.of(), here, here, false), Optional.empty(), flags)
                    .settings();
        } catch (InvalidSettings e) {
            throw new IllegalStateException(e.problems().toString(), e);
        }
    }

    private static List<String> findings(Settings settings, PolicyLint.Shown... shown) {
        return PolicyLint.examine(settings, Notice.from(settings), List.of(shown)).stream()
                .map(PolicyLint.Finding::sentence)
                .toList();
    }

    private static PolicyLint.Shown current(Settings settings) {
        return new PolicyLint.Shown(
                settings.noticeVersion(),
                HexFormat.of().formatHex(Notice.from(settings).sha256()));
    }

    @Test
    void saysNothingWhereSettingsAndNoticeAgree() {
        assertEquals(List.of(), findings(settings(), current(settings())));
    }

    @Test
    void namesWhatTheNoticeLeavesOut() {
        List<String> found = findings(load(List.of()));
        assertEquals(3, found.size(), found::toString);
        assertTrue(found.get(0).contains("who is responsible"));
        assertTrue(found.get(1).contains("postal address"));
        assertTrue(found.get(2).contains("hosted"));
    }

    @Test
    void seesATextThatChangedUnderItsVersion() {
        PolicyLint.Shown before = current(settings());
        Settings changed = settings("--controller.name=Atelier Crue");
        assertTrue(findings(changed, before).getFirst().contains("under version 1"));
        Settings raised = settings("--controller.name=Atelier Crue", "--notice.version=2");
        assertEquals(List.of(), findings(raised, before, current(raised)));
        assertTrue(findings(settings(), before, current(raised)).getFirst().contains("version 2"));
    }

    @Test
    void seesPeriodsThatContradictWhatIsSaid() {
        assertTrue(findings(settings("--consent.validity=P12M")).getFirst().contains("12 months"));
        assertTrue(findings(settings("--retention.raw=P20D")).getFirst().contains("20 days"));
    }
}
