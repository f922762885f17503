package dev.lethe;

import dev.lethe.Operations.Check;
import dev.lethe.Operations.Verdict;
import dev.lethe.config.AddressRange;
import dev.lethe.config.Hosts;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.Settings;
import dev.lethe.consent.Notice;
import dev.lethe.database.Database;
import dev.lethe.database.DatabaseProblem;
import dev.lethe.database.Durability;
import dev.lethe.database.ServeLock;
import dev.lethe.database.StateDirectory;
import dev.lethe.retention.RetentionPolicy;
import dev.lethe.rights.PolicyLint;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** {@code lethe doctor}: looks at one installation and says what is well, what is not, and what to do. Changes nothing that exists. */
final class Doctor {
    /** As many as a sentence bears. */
    private static final int NAMED = 5;

    private final Settings settings;
    private final Clock clock;
    private final List<Check> checks = new ArrayList<>();

    Doctor(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    List<Check> examine() {
        checkAddress();
        checkProxies();
        boolean noticeChecked = false;
        try {
            StateDirectory.prepare(settings.stateDir());
            ok("The state directory is " + settings.stateDir() + ", readable by nobody else.");
            KeyDirectory keys = KeyDirectory.open(settings.keysDir(), new SecureRandom());
            ok("The keys in " + settings.keysDir() + " are readable by nobody else.");
            if (ServeLock.find(settings.stateDir()).isPresent()) {
                ok("Lethe is running with this state directory.");
            } else {
                warn("Lethe is not running with this state directory.", "Start it with `lethe serve`.");
            }
            if (!Database.isMade(settings)) {
                warn("There is no database yet.", "`lethe serve` makes it.");
                checkNotice(List.of());
                return checks;
            }
            try (Database database = Database.attach(settings, keys);
                    Connection owner = database.connectAsOwner()) {
                ok("The database (" + database.place() + ") lets us in.");
                checkWay(database);
                checkDurability(owner);
                checkClock(owner);
                Database.Schema schema = database.schema();
                checkSchema(schema);
                if (schema != Database.Schema.MISSING) {
                    checkNotice(shownNotices(owner));
                    noticeChecked = true;
                    checkReaders(database, owner);
                    checkKeys(database, owner, keys);
                    checkRetention(owner);
                }
            }
        } catch (DatabaseProblem | IllegalStateException e) {
            fail(String.valueOf(e.getMessage()), "Do what the sentence says, then run this again.");
        } catch (SQLException e) {
            fail("The database does not answer as it should: " + e.getMessage(), "Look into the database's own log.");
        }
        if (!noticeChecked) {
            checkNotice(List.of());
        }
        return checks;
    }

    /** Where the settings contradict what visitors are told, or were told when they agreed. */
    private void checkNotice(List<PolicyLint.Shown> shown) {
        List<PolicyLint.Finding> findings = PolicyLint.examine(settings, Notice.from(settings), shown);
        if (findings.isEmpty()) {
            ok("The notice says what the settings do"
                    + settings.controllerName()
                            .map(name -> ", in the name of " + name + ".")
                            .orElse("."));
        }
        findings.forEach(finding -> warn(finding.sentence(), finding.remedy()));
    }

    private static List<PolicyLint.Shown> shownNotices(Connection owner) throws SQLException {
        List<PolicyLint.Shown> shown = new ArrayList<>();
        try (Statement statement = owner.createStatement();
                ResultSet notices =
                        statement.executeQuery("select version, encode(sha256, 'hex') from consent.notice")) {
            while (notices.next()) {
                shown.add(new PolicyLint.Shown(notices.getInt(1), notices.getString(2)));
            }
        }
        return shown;
    }

    private void checkAddress() {
        if (settings.publicListener().isSecure()) {
            ok("Visitors reach Lethe at " + settings.publicListener().url() + ".");
        } else {
            warn(
                    "Only browsers on this machine reach Lethe, at "
                            + settings.publicListener().url() + ".",
                    "Put it behind the website's own https address and set public.url (docs/install.md).");
        }
    }

    private void checkSchema(Database.Schema schema) {
        switch (schema) {
            case CURRENT -> ok("The schema is the one that this Lethe works with.");
            case MISSING -> warn("The database holds nothing of Lethe yet.", "`lethe serve` makes it ready.");
            case OLDER ->
                warn(
                        "The schema is that of an earlier Lethe, and most commands of this one refuse it.",
                        "Use that one, or start this one with `lethe serve`, which brings it up to date.");
            case NEWER ->
                warn("The schema is that of a later Lethe, and most commands of this one refuse it.", "Use that one.");
        }
    }

    /**
     * Who comes from this machine has no limits and no country. A proxy that nobody listed makes every visitor look so: one on this
     * machine where only this machine is listened to, or where somebody else speaks the https of public.url.
     */
    private void checkProxies() {
        Settings.PublicListener listener = settings.publicListener();
        boolean behindProxy = listener.isSecure() && listener.tls().isEmpty();
        boolean localOnly = Hosts.isLoopback(listener.host());
        boolean listsLocal =
                settings.proxies().stream().anyMatch(range -> range.network().isLoopbackAddress());
        if (behindProxy && (settings.proxies().isEmpty() || (localOnly && !listsLocal))) {
            warn(
                    "public.url says that a proxy stands before Lethe, and proxies does not name it: all visitors look"
                            + " like this proxy, and one on this machine has no limits at all.",
                    "Set proxies to where it comes from: " + (localOnly ? "'127.0.0.1, ::1'." : "its address."));
        } else if (behindProxy) {
            ok("Visitors' networks are told by the proxies " + join(settings.proxies()) + ".");
        }
    }

    private static String join(List<AddressRange> ranges) {
        return ranges.stream().map(AddressRange::toString).collect(Collectors.joining(", "));
    }

    private void checkDurability(Connection owner) throws SQLException {
        if (settings.database().durability() == Settings.Durability.PROVIDER_GUARANTEED) {
            warn(
                    "Durability is the provider's word (database.durability).",
                    "Ask the provider what survives a power cut.");
            return;
        }
        Durability.check(owner);
        ok("What the database acknowledges it keeps (fsync, full_page_writes, synchronous_commit).");
    }

    private void checkClock(Connection owner) throws SQLException {
        Instant theirs = one(owner, "select extract(epoch from clock_timestamp())")
                .map(seconds -> Instant.ofEpochMilli((long) (Double.parseDouble(seconds) * 1000)))
                .orElseThrow();
        Duration apart = Duration.between(theirs, clock.instant()).abs();
        if (apart.compareTo(Duration.ofSeconds(60)) > 0) {
            fail(
                    "This machine's clock and the database's are " + apart.toSeconds()
                            + " s apart: ingestion and retention pause.",
                    "Set the clocks, then run `lethe retention --confirm`.");
        } else {
            ok("This machine's clock agrees with the database's.");
        }
    }

    /** What a reader of statistics could still learn about raw tables on a server where we may not close it. */
    private void checkReaders(Database database, Connection owner) throws SQLException {
        List<String> open = database.listOpenSideChannels(owner);
        if (open.isEmpty()) {
            ok("The dashboards and live roles see their own schema and nothing else.");
            return;
        }
        String first = String.join(", ", open.subList(0, Math.min(NAMED, open.size())));
        warn(
                "The dashboards and live roles can see sizes and counters of raw tables on this server, by " + first
                        + (open.size() > NAMED ? " and " + (open.size() - NAMED) + " more." : "."),
                "Have a superuser run the last part of `lethe db roles --print`.");
    }

    private void checkWay(Database database) {
        if (database.isReachedSafely()) {
            ok("Nobody on the way to the database can read along.");
        } else {
            warn(
                    "The database at " + database.place() + " does not have to prove that it is the one that is meant.",
                    "Say sslmode=verify-full in database.url, with sslrootcert=FILE where no public authority has"
                            + " signed its certificate.");
        }
    }

    private void checkKeys(Database database, Connection owner, KeyDirectory keys) throws SQLException {
        database.findLockedMonth(owner)
                .ifPresentOrElse(
                        month -> fail(
                                "The file that unwraps the keys of " + month + " is missing from " + keys.path()
                                        + ", or another one.",
                                "Restore it, or point keys.dir at the directory this database was used with."),
                        () -> ok("Every stored key can be unwrapped."));
    }

    private void checkRetention(Connection owner) throws SQLException {
        RetentionPolicy policy = RetentionPolicy.of(settings);
        Optional<LocalDate> oldest = one(owner, "select min(day) from raw.day").map(LocalDate::parse);
        if (oldest.isPresent() && policy.isOverdue(oldest.get(), clock.instant())) {
            fail(
                    "Raw events of " + oldest.get() + " should be gone.",
                    "Run `lethe retention`, and find out why it did not run.");
        } else {
            ok("No raw event is older than it may be"
                    + oldest.map(day -> " (the oldest day is " + day + ").").orElse("."));
        }
        one(owner, "select paused_because from registry.job where job = 'retention'")
                .ifPresent(reason -> fail(
                        "Retention is paused: " + reason, "Look at the clock, then run `lethe retention --confirm`."));
    }

    private static Optional<String> one(Connection owner, String query) throws SQLException {
        try (Statement statement = owner.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.empty();
        }
    }

    private void ok(String sentence) {
        checks.add(new Check(Verdict.OK, sentence, Optional.empty()));
    }

    private void warn(String sentence, String remedy) {
        checks.add(new Check(Verdict.WARN, sentence, Optional.of(remedy)));
    }

    private void fail(String sentence, String remedy) {
        checks.add(new Check(Verdict.FAIL, sentence, Optional.of(remedy)));
    }
}
