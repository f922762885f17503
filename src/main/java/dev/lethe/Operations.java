package dev.lethe;

import dev.lethe.config.EffectiveValue;
import dev.lethe.config.Settings;
import dev.lethe.database.Backup;
import dev.lethe.demo.Simulator;
import dev.lethe.retention.ComplianceReport;
import dev.lethe.rights.Breach;
import dev.lethe.rights.Deadline;
import dev.lethe.rights.DeskStep;
import dev.lethe.rights.Request;
import dev.lethe.site.Preset;
import dev.lethe.statistics.Accuracy;
import dev.lethe.statistics.SiteList;
import dev.lethe.statistics.SiteReport;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntConsumer;

/**
 * What the command line asks of Lethe: one method a command, plain values in and out, so that commands only read arguments and
 * print. Each call stands alone, finds a running Lethe by its state directory or starts the database itself, and fails with
 * {@link OperationFailed} for whatever an operator can mend.
 */
interface Operations {
    /** Runs until a signal ends it; the exit code. */
    int serve(Settings settings) throws OperationFailed;

    /** Takes effect on running nodes at once. */
    SiteRow addSite(Settings settings, NewSite site) throws OperationFailed;

    /** Registers pages, clicks and goals of a site from a sitemap or a list. */
    SiteListResult importSiteList(Settings settings, String site, Path file, boolean isReplacing)
            throws OperationFailed;

    /** By name. */
    List<SiteRow> sites(Settings settings) throws OperationFailed;

    /** Invents visitors of a synthetic site; {@code progress} is told and asked on the calling thread. */
    Simulator.Summary simulate(Settings settings, SimulationRequest request, Simulator.Progress progress)
            throws OperationFailed;

    /** What a site's statistics can say; {@code visitorsPerDay} empty: at the size that is published. */
    AccuracyResult accuracy(Settings settings, String site, OptionalLong visitorsPerDay) throws OperationFailed;

    /** Reads what is published, as a dashboard does. */
    SiteReport report(Settings settings, ReportRequest request) throws OperationFailed;

    /** Publishes what is due, or only tells what is; {@code told} after each period how many are left. */
    PublishResult publish(Settings settings, DueRequest request, IntConsumer told) throws OperationFailed;

    /** Destroys what is due, or only tells what is. */
    RetentionResult retention(Settings settings, DueRequest request) throws OperationFailed;

    /** By site, then month. */
    List<KeyRow> keys(Settings settings) throws OperationFailed;

    /** A URL that psql takes, password included. */
    String databaseUrl(Settings settings, Role role) throws OperationFailed;

    /** SQL by which a database's administrator makes the duty roles. */
    String roleStatements(Settings settings) throws OperationFailed;

    /** Copies the whole database into a file that does not exist yet. */
    Backup.Summary backup(Settings settings, Path file, Backup.Progress progress) throws OperationFailed;

    /** Puts a backup into the database; {@code isReplacing}: whatever it holds may go. */
    Backup.Summary restore(Settings settings, Path file, boolean isReplacing, boolean isMoved, Backup.Progress progress)
            throws OperationFailed;

    /** How each promise stands, signed; {@code values}: where each setting came from. */
    ComplianceReport compliance(Settings settings, List<EffectiveValue> values) throws OperationFailed;

    /** What this installation's key and ledger say of a report. */
    List<ReportCheck> checkCompliance(Settings settings, ComplianceReport report) throws OperationFailed;

    /** In the order they were made. */
    List<Check> doctor(Settings settings) throws OperationFailed;

    /** Takes one step at the request desk; the row has the letter that goes to the requester. */
    RequestRow rights(Settings settings, RightsRequest request) throws OperationFailed;

    /** The most urgent first, without letters; {@code ended} adds those that have ended. */
    List<RequestRow> requests(Settings settings, boolean ended) throws OperationFailed;

    /** Reads raw events to tell how many browsers a leak concerns, and says so in the ledger. */
    Breach breach(Settings settings, BreachRequest request) throws OperationFailed;

    /** {@code origins} as typed; whoever makes a site of them says what is wrong. What is empty stays as it was. */
    record NewSite(
            String name,
            List<String> origins,
            Optional<ZoneId> timeZone,
            Optional<Preset> preset,
            Map<String, Integer> bounds,
            boolean isSynthetic) {}

    record SiteRow(String name, List<String> origins, ZoneId timeZone, String preset, boolean isSynthetic) {}

    /** How many entries of each kind were on the list, and what of everything registered has no row of its own. */
    record SiteListResult(int pages, int clicks, int goals, SiteList.Beyond beyond) {}

    record SimulationRequest(String site, int days, int visitorsPerDay, long seed, boolean isToday) {}

    /** {@code isPublished}: the visitors per day are the mean of the last 28 published days, not a guess. */
    record AccuracyResult(
            String site, String preset, long visitorsPerDay, boolean isPublished, List<Accuracy.Answer> answers) {}

    /** {@code from} empty: 28 days; {@code to} empty: until the last published day. */
    record ReportRequest(String site, Optional<LocalDate> from, Optional<LocalDate> to) {}

    /** {@code asOf} empty: now. {@code isConfirmed} also lets a run go on that a jump of the clock had paused. */
    record DueRequest(Optional<Instant> asOf, boolean isDryRun, boolean isConfirmed) {}

    /** {@code isDone} is false for a preview; {@code isBusy}: another node is at it. */
    record PublishResult(Instant asOf, boolean isDone, boolean isBusy, List<PublishedRow> rows) {}

    /** Periods of one site and grain, named by their first days; {@code lost} of them have no numbers. */
    record PublishedRow(String site, String grain, int periods, LocalDate first, LocalDate last, int lost) {}

    /** {@code isDone} is false for a preview. */
    record RetentionResult(Instant asOf, boolean isDone, List<RetentionDay> days) {}

    /** One day's partition; {@code key} names what is destroyed with it, on a month's last day. */
    record RetentionDay(LocalDate day, long bytes, Optional<String> key) {}

    /** {@code lastDay}: the key is destroyed no later than this day. */
    record KeyRow(String site, YearMonth month, LocalDate lastDay, KeyState state) {}

    enum KeyState {
        USABLE("usable"),
        KEK_MISSING("KEK file missing");

        private final String words;

        KeyState(String words) {
            this.words = words;
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /** {@code output}: where the visitor's own data goes, when the step gives it. */
    record RightsRequest(DeskStep step, Optional<Path> output) {
        static RightsRequest of(DeskStep step) {
            return new RightsRequest(step, Optional.empty());
        }
    }

    /** A request of a visitor; {@code urgency} is empty when it has ended, {@code letter} when none was asked for. */
    record RequestRow(
            String request,
            String site,
            String kind,
            String language,
            LocalDate received,
            Optional<LocalDate> due,
            String status,
            Optional<Deadline.Urgency> urgency,
            Optional<String> outcome,
            Optional<String> reason,
            Optional<LocalDate> closed,
            String letter) {
        static RequestRow of(Request request, Optional<Deadline.Urgency> urgency, String letter) {
            Request.State state = request.state();
            return new RequestRow(
                    request.id().value(),
                    request.site().value(),
                    request.kind().toString(),
                    request.language(),
                    request.received(),
                    request.due(),
                    state.label(),
                    urgency,
                    state instanceof Request.Completed completed
                            ? Optional.of(completed.outcome().toString())
                            : Optional.empty(),
                    state instanceof Request.Refused refused
                            ? Optional.of(refused.reason().toString())
                            : Optional.empty(),
                    state.ended(),
                    letter);
        }

        boolean isEnd() {
            return closed.isPresent();
        }
    }

    /** Days of the data that was within reach, and when somebody became aware of it. */
    record BreachRequest(LocalDate from, LocalDate to, Instant detected) {}

    /** Who may log in to the database. */
    enum Role {
        OWNER,
        COLLECTOR,
        PUBLISHER,
        RETENTION,
        RIGHTS,
        DASHBOARDS,
        LIVE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** {@code sentence} says what is so when it is good. */
    record ReportCheck(boolean isGood, String sentence) {}

    /** {@code remedy}: what to do, for all but {@link Verdict#OK}. */
    record Check(Verdict verdict, String sentence, Optional<String> remedy) {}

    enum Verdict {
        OK,
        WARN,
        FAIL;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
