package dev.lethe.config;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Every setting, documented once: its key, its default and what it means, with unit, range and what happens at the limit.
 * Immutable; {@code docs/settings.md}, {@code lethe config --help} and {@link SettingsLoader} all read this list.
 */
public enum SettingKey {
    STATE_DIR(
            "state-dir",
            "`$STATE_DIRECTORY`, else `/var/lib/lethe` as root, else `$XDG_STATE_HOME/lethe` or `~/.local/state/lethe`",
            "Directory of everything Lethe keeps itself: the embedded database, keys, journal and admin token. Made"
                    + " with mode 0700. Relative paths, here and below, start at the working directory."),
    KEYS_DIR(
            "keys.dir",
            "`<state>/keys`",
            "Directory of the secrets that make pseudonyms linkable; several nodes share one mount. Must not lie"
                    + " inside the embedded database's directory, so that a copy of the database never holds its keys."
                    + " Keep backups of it for 7 days at most, apart from the database's."),
    JOURNAL_DIR(
            "journal.dir",
            "`<state>/journal`",
            "Directory of what must survive a restored database: erasures and published rows. Several nodes share one"
                    + " mount."),
    PUBLIC_HOST(
            "public.host",
            "127.0.0.1",
            "Address or name the public listener binds. Anything but a loopback address needs `public.tls.cert` and"
                    + " `public.tls.key`, or a proxy that speaks https and its address as `public.url`."),
    PUBLIC_PORT(
            "public.port", "8080", "TCP port of the public listener, 0 to 65535; 0 lets the system choose a free one."),
    PUBLIC_URL(
            "public.url",
            "from host, port and TLS",
            "The address that visitors' browsers see, `https://www.example.com/lethe` behind a proxy; everything is"
                    + " served under its path. Plain http is refused for any host but a loopback one: consent must not"
                    + " travel in the clear."),
    PUBLIC_TLS_CERT(
            "public.tls.cert",
            "",
            "PEM file of the certificate chain, when Lethe itself speaks TLS. Needs `public.tls.key`."),
    PUBLIC_TLS_KEY(
            "public.tls.key", "", "PEM file of the certificate's private key (PKCS #8). Needs `public.tls.cert`."),
    ADMIN_HOST(
            "admin.host",
            "127.0.0.1",
            "Address or name the admin listener binds: metrics, health and console. It speaks plain http: leave it on"
                    + " a loopback address, or keep its network to operators."),
    ADMIN_PORT(
            "admin.port", "8081", "TCP port of the admin listener, 0 to 65535; 0 lets the system choose a free one."),
    ADMIN_HOSTS(
            "admin.hosts",
            "localhost, 127.0.0.1, ::1",
            "Names, without port, by which a request may address the admin listener; any other `Host` is refused,"
                    + " which stops DNS rebinding."),
    ADMIN_TOKEN(
            "admin.token",
            "`<state>/admin.token`",
            "File that holds the token for the admin listener. Made at the first start, mode 0600, when it does not"
                    + " exist."),
    DATABASE_URL(
            "database.url",
            Kind.SECRET,
            "",
            "PostgreSQL 15 or newer as `postgresql://user:password@host:port/database`; that user owns the schemas."
                    + " Empty: Lethe runs its own PostgreSQL in the state directory, on a port it chooses once and"
                    + " keeps."),
    DATABASE_ROLE_PREFIX(
            "database.role-prefix",
            "lethe",
            "Begins the names of the duty roles (`lethe_collector`, …), so that two installations can share one"
                    + " server: a lower case letter, then at most 30 lower case letters, digits and underscores."),
    DATABASE_DURABILITY(
            "database.durability",
            "verify",
            "`verify`: Lethe refuses to start when the server runs without fsync, full_page_writes or"
                    + " synchronous_commit. `provider-guaranteed`: it trusts whoever runs the server, for managed"
                    + " databases that hide or replace these settings."),
    DATABASE_PASSWORD_COLLECTOR("database.password.collector", "collector"),
    DATABASE_PASSWORD_PUBLISHER("database.password.publisher", "publisher"),
    DATABASE_PASSWORD_RETENTION("database.password.retention", "retention"),
    DATABASE_PASSWORD_RIGHTS("database.password.rights", "rights"),
    DATABASE_PASSWORD_DASHBOARDS("database.password.dashboards", "dashboards"),
    DATABASE_PASSWORD_LIVE("database.password.live", "live"),
    DEMO(
            "demo",
            "true until Lethe is set up",
            "Whether the demo site `demo` exists, with pages under `/demo/`. Unset: true unless a `database.url`, a"
                    + " `public.url` or a site of one's own exists."),
    NOTICE_VERSION(
            "notice.version",
            "1",
            "Version of the privacy notice, a whole number from 1 to 2,147,483,647. Raising it asks every visitor for"
                    + " consent again; raise it with every material change."),
    RETENTION_RAW(
            "retention.raw",
            "P25M",
            "How long raw events live at most, an ISO 8601 period from P4D to P25M. Each day's events and, with a"
                    + " month's last day, its keys are destroyed before the period is over; longer is refused."),
    RETENTION_BACKUP_DAYS(
            "retention.backup-days",
            "0 embedded; no default with `database.url`",
            "For how many days copies of the database live, 0 to 365. Subtracted from `retention.raw`, so that the"
                    + " last copy of an event is gone in time too; must be said for an external database."),
    CONSENT_VALIDITY(
            "consent.validity",
            "P6M",
            "How long a choice counts before the visitor is asked again, an ISO 8601 period from P1D to"
                    + " `visitor.lifetime`."),
    VISITOR_LIFETIME(
            "visitor.lifetime",
            "P13M",
            "How long a visitor's cookie lives, an ISO 8601 period from P1D to P13M, counted from the first grant and"
                    + " never prolonged."),
    CONTROLLER_NAME(
            "controller.name",
            "",
            "Who is responsible for the processing, as the notices name them. Needed outside the demo."),
    CONTROLLER_CONTACT(
            "controller.contact",
            "",
            "Where visitors reach the controller about their data: a mail address or a URL. Needed outside the demo."),
    CONTROLLER_ADDRESS("controller.address", "", "The controller's postal address. Needed outside the demo."),
    HOSTING_PLACE(
            "hosting.place",
            "",
            "Where the data is hosted, in words for the notices (`Paris, France`). Needed outside the demo."),
    PROXIES(
            "proxies",
            "",
            "Address ranges of the reverse proxies whose `X-Forwarded-For` is believed, `10.0.0.0/8, ::1`: the"
                    + " right-most address that is not a proxy's is the visitor's. From anybody else the header is"
                    + " ignored."),
    LIMITS_BEACONS_PER_VISITOR(
            "limits.beacons-per-visitor",
            "120/min",
            "Beacon requests of one visitor a minute, 1 to 1,000,000; beyond it 429 with `Retry-After`."),
    LIMITS_BEACONS_PER_NETWORK(
            "limits.beacons-per-network",
            "3,000/min",
            "Beacon requests of one network (/24 or /48) a minute, 1 to 1,000,000; beyond it 429 with `Retry-After`. A"
                    + " loopback peer without a forwarded address has no limit."),
    LIMITS_GRANTS_PER_NETWORK(
            "limits.grants-per-network",
            "30/min, 500/day",
            "Grants of consent from one network a minute and a day, each 1 to 1,000,000; beyond them 429 with"
                    + " `Retry-After`."),
    LIMITS_WAITING_ROWS(
            "limits.waiting-rows",
            "20,000",
            "Events that wait in memory for their commit, 50 to 1,000,000; beyond it beacons are answered 503 with"
                    + " `Retry-After` and the tracker tries again."),
    LIMITS_HOLD(
            "limits.hold",
            "8 s",
            "How long a beacon waits for its commit, 100 ms to 60 s (`8 s`, `500 ms`, `PT8S`); beyond it 503 with"
                    + " `Retry-After`. A repeated beacon counts once."),
    LIMITS_BODY(
            "limits.body",
            "16 KiB",
            "Size of a request's body, 1 KiB to 1 MiB (`16 KiB`, `1 MiB`, or bytes); beyond it 413."),
    LIMITS_CONNECTIONS(
            "limits.connections",
            "10,000",
            "Open connections to the public listener, 10 to 1,000,000; beyond it new ones are closed at once."),
    COUNTRY_FILE(
            "country.file",
            "the one that Lethe brings",
            "An own country database (MaxMind DB format) in place of the built-in one."),
    LOG_FORMAT(
            "log.format",
            "text",
            "`text`: one line for people. `json`: one JSON object a line for machines. To stderr.");

    /** Whether a value may be printed. */
    private enum Kind {
        OPEN,
        SECRET
    }

    private static final String ENVIRONMENT_PREFIX = "LETHE_";
    private static final Map<String, SettingKey> BY_KEY =
            Arrays.stream(values()).collect(Collectors.toUnmodifiableMap(SettingKey::key, Function.identity()));

    private final String key;
    private final Kind kind;
    private final String defaultText;
    private final String description;

    SettingKey(String key, Kind kind, String defaultText, String description) {
        this.key = key;
        this.kind = kind;
        this.defaultText = defaultText;
        this.description = description;
    }

    SettingKey(String key, String defaultText, String description) {
        this(key, Kind.OPEN, defaultText, description);
    }

    /** The password of a duty role. */
    SettingKey(String key, String role) {
        this(
                key,
                Kind.SECRET,
                "derived from a secret in `keys.dir`",
                "Password of the role `lethe_" + role
                        + "`, where somebody else made the roles (`lethe db roles --print`).");
    }

    /** As in {@code lethe.yaml} and after {@code --}. */
    public String key() {
        return key;
    }

    /** The environment variable, {@code LETHE_PUBLIC_PORT}. */
    public String environmentName() {
        return ENVIRONMENT_PREFIX
                + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** For a secret, the environment variable that names a file with the value. */
    public Optional<String> environmentFileName() {
        return isSecret() ? Optional.of(environmentName() + "_FILE") : Optional.empty();
    }

    /** For people, with Markdown's backquotes around names; empty when the setting is simply absent by default. */
    public String defaultText() {
        return defaultText;
    }

    /** One to three sentences with unit, range and what happens at the limit; Markdown's backquotes around names. */
    public String description() {
        return description;
    }

    public boolean isSecret() {
        return kind == Kind.SECRET;
    }

    /** The key written {@code public.port}, if there is one. */
    public static Optional<SettingKey> find(String key) {
        return Optional.ofNullable(BY_KEY.get(key));
    }
}
