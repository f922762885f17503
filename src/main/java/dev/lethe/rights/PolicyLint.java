package dev.lethe.rights;

import dev.lethe.config.Settings;
import dev.lethe.consent.Notice;
import dev.lethe.consent.SpokenPeriod;
import java.time.Period;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Compares the settings with what the notice says, and with what it said to those who agreed before. Immutable answers, no I/O: the
 * caller reads the database.
 */
public final class PolicyLint {
    /** What the CNIL calls good practice (recommendation of 17 September 2020, § 37). */
    private static final Period GOOD_PRACTICE = Period.ofMonths(6);

    private PolicyLint() {}

    /**
     * A notice that visitors have seen.
     *
     * @param sha256 its fingerprint in hexadecimal
     */
    public record Shown(int version, String sha256) {}

    /** Something that a visitor is not told, or is told wrongly, and what to do about it. */
    public record Finding(String sentence, String remedy) {}

    public static List<Finding> examine(Settings settings, Notice notice, List<Shown> shown) {
        List<Finding> findings = new ArrayList<>();
        missing(settings, findings);
        versions(notice, shown, findings);
        Period validity = settings.consentValidity();
        if (validity.toTotalMonths() > GOOD_PRACTICE.toTotalMonths()) {
            findings.add(new Finding(
                    "Consent is taken to last " + SpokenPeriod.of(validity, "en")
                            + " (consent.validity), and a refusal is asked again after 6 months: saying yes would"
                            + " count for longer than saying no.",
                    "Set consent.validity to P6M, which the CNIL calls good practice."));
        }
        Period raw = settings.retention().raw();
        if (raw.toTotalMonths() == 0) {
            findings.add(new Finding(
                    "Raw events live for " + SpokenPeriod.of(raw, "en")
                            + ", shorter than the months whose visitors are counted: monthly statistics would be cut"
                            + " short.",
                    "Set retention.raw to at least P2M."));
        }
        if (settings.database().url().isPresent() && settings.retention().backupDays() == 0) {
            findings.add(new Finding(
                    "The notice says that nothing outlives " + SpokenPeriod.of(raw, "en")
                            + ", and retention.backup-days is 0 for a database that somebody else may copy.",
                    "Set retention.backup-days to how long copies of the database live, if there are any."));
        }
        return findings;
    }

    private static void missing(Settings settings, List<Finding> findings) {
        if (settings.controllerName().isEmpty() || settings.controllerContact().isEmpty()) {
            findings.add(new Finding(
                    "The notice does not say who is responsible and how to reach them (GDPR Art. 13).",
                    "Set controller.name and controller.contact."));
        }
        if (settings.controllerAddress().isEmpty()) {
            findings.add(new Finding(
                    "The notice gives no postal address, and visitors may exercise their rights by letter.",
                    "Set controller.address."));
        }
        if (settings.hostingPlace().isEmpty()) {
            findings.add(new Finding(
                    "The notice does not say where the data is hosted.",
                    "Set hosting.place, such as `Paris, France`."));
        }
    }

    private static void versions(Notice notice, List<Shown> shown, List<Finding> findings) {
        String current = HexFormat.of().formatHex(notice.sha256());
        boolean changed = shown.stream()
                .anyMatch(one ->
                        one.version() == notice.version() && !one.sha256().equals(current));
        if (changed) {
            findings.add(new Finding(
                    "The notice's text is not the one that visitors agreed to under version " + notice.version() + ".",
                    "If the change matters to them, raise notice.version: everybody is asked again."));
        }
        shown.stream().mapToInt(Shown::version).max().ifPresent(newest -> {
            if (newest > notice.version()) {
                findings.add(new Finding(
                        "Visitors have seen version " + newest + " of the notice, and notice.version is "
                                + notice.version() + ": who agreed to the newer one is asked for the older.",
                        "Set notice.version to " + newest + " or more."));
            }
        });
    }
}
