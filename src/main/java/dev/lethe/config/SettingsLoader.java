package dev.lethe.config;

import dev.lethe.config.InvalidSettings.Problem;
import dev.lethe.config.Settings.AdminListener;
import dev.lethe.config.Settings.Database;
import dev.lethe.config.Settings.Durability;
import dev.lethe.config.Settings.Limits;
import dev.lethe.config.Settings.Log;
import dev.lethe.config.Settings.LogFormat;
import dev.lethe.config.Settings.PublicListener;
import dev.lethe.config.Settings.Retention;
import dev.lethe.config.Settings.Tls;
import dev.lethe.config.SettingsSources.Given;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Period;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes {@link Settings} of defaults, {@code lethe.yaml}, the environment and flags, each stronger than the one before it, or
 * tells everything that is wrong with them at once. An instance reads once and is thrown away; {@link #load} is all there is.
 */
public final class SettingsLoader {
    /** CNIL, guidelines on cookies of 17 September 2020: audience measurement keeps its cookie 13 months, its data 25. */
    private static final Period LONGEST_COOKIE = Period.ofMonths(13);

    private static final Period LONGEST_RAW = Period.ofMonths(25);
    /**
     * A day goes at the latest 24 hours before its period is over in the first time zone, and no sooner than it is over in the last
     * one, which is 26 hours behind.
     */
    private static final int SHORTEST_RAW_DAYS = 4;

    private static final int LONGEST_BACKUP_DAYS = 365;
    private static final String DATABASE_DIRECTORY = "database";
    private static final Map<String, SettingKey> PASSWORDS = passwordKeys();

    private final Surroundings surroundings;
    private final SettingsSources sources;
    private final List<Problem> problems;
    private final Map<SettingKey, EffectiveValue> values = new EnumMap<>(SettingKey.class);
    private final Set<SettingKey> refused = EnumSet.noneOf(SettingKey.class);

    /** What was made, and for each setting, in the order of {@link SettingKey}, where it came from. */
    public record Loaded(Settings settings, List<EffectiveValue> values) {}

    private SettingsLoader(Surroundings surroundings, SettingsSources sources) {
        this.surroundings = surroundings;
        this.sources = sources;
        this.problems = new ArrayList<>(sources.problems());
    }

    /**
     * @param configFile in place of the {@code lethe.yaml} of the working directory or, failing that, the state directory
     * @param flags as typed, {@code --public.port=8080}; of two for one key the last counts
     * @throws InvalidSettings with all problems found
     */
    public static Loaded load(Surroundings surroundings, Optional<Path> configFile, List<String> flags)
            throws InvalidSettings {
        SettingsLoader loader = new SettingsLoader(surroundings, SettingsSources.read(surroundings, configFile, flags));
        Settings settings = loader.settings();
        if (!loader.problems.isEmpty()) {
            throw new InvalidSettings(loader.problems);
        }
        return new Loaded(settings, List.copyOf(loader.values.values()));
    }

    private Settings settings() {
        Path stateDir = path(SettingKey.STATE_DIR, surroundings.stateDirectory());
        Path keysDir = path(SettingKey.KEYS_DIR, stateDir.resolve("keys"));
        if (keysDir.startsWith(stateDir.resolve(DATABASE_DIRECTORY))) {
            problem(
                    SettingKey.KEYS_DIR,
                    "'" + keysDir
                            + "' lies inside the embedded database's directory, so that a copy of the database would"
                            + " hold its keys: choose a directory elsewhere.");
        }
        Path journalDir = path(SettingKey.JOURNAL_DIR, stateDir.resolve("journal"));
        PublicListener publicListener = publicListener();
        AdminListener adminListener = adminListener(stateDir);
        refuseSharedPort(publicListener, adminListener);
        Database database = database();
        Period lifetime = fixed(SettingKey.VISITOR_LIFETIME, text -> ValueText.period(text, LONGEST_COOKIE));
        return new Settings(
                stateDir,
                keysDir,
                journalDir,
                publicListener,
                adminListener,
                database,
                demo(database, publicListener),
                fixed(SettingKey.NOTICE_VERSION, text -> ValueText.number(text, 1, Integer.MAX_VALUE)),
                retention(),
                consentValidity(lifetime),
                lifetime,
                optional(SettingKey.CONTROLLER_NAME, Function.identity()),
                optional(SettingKey.CONTROLLER_CONTACT, Function.identity()),
                optional(SettingKey.CONTROLLER_ADDRESS, Function.identity()),
                optional(SettingKey.HOSTING_PLACE, Function.identity()),
                optional(SettingKey.PROXIES, text -> ValueText.list(text, ValueText::addressRange))
                        .orElse(List.of()),
                limits(),
                countryFile(),
                new Log(fixed(
                        SettingKey.LOG_FORMAT,
                        text -> ValueText.oneOf(text, List.of(LogFormat.values()), SettingsLoader::written))));
    }

    private PublicListener publicListener() {
        String host = fixed(SettingKey.PUBLIC_HOST, ValueText::host);
        int port = fixed(SettingKey.PUBLIC_PORT, ValueText::port);
        Optional<Tls> tls = tls();
        boolean tlsIsWanted = isGiven(SettingKey.PUBLIC_TLS_CERT) || isGiven(SettingKey.PUBLIC_TLS_KEY);
        URI derived = derivedUrl(host, port, tlsIsWanted);
        URI url = derived(SettingKey.PUBLIC_URL, derived, derived.toString(), ValueText::publicUrl);
        boolean urlIsSet = isGiven(SettingKey.PUBLIC_URL);
        if (urlIsSet && !refused.contains(SettingKey.PUBLIC_URL)) {
            refuseUnsafeUrl(url, tlsIsWanted);
        }
        if (!refused.contains(SettingKey.PUBLIC_HOST) && !refused.contains(SettingKey.PUBLIC_URL)) {
            boolean urlIsSecure = urlIsSet && url.getScheme().equals("https");
            if (!Hosts.isLoopback(host) && !tlsIsWanted && !urlIsSecure) {
                problem(
                        SettingKey.PUBLIC_HOST,
                        "'" + host
                                + "' can be reached from elsewhere over plain http, where consent would travel in the"
                                + " clear: set public.url to the https address of the proxy in front of it, or"
                                + " public.tls.cert and public.tls.key.");
            } else if (Hosts.isAny(host) && !urlIsSet) {
                problem(
                        SettingKey.PUBLIC_HOST,
                        "'" + host
                                + "' is no address a browser can open: set public.url to the one that visitors see.");
            }
        }
        return new PublicListener(host, port, url, urlIsSet, tls);
    }

    private Optional<Tls> tls() {
        Optional<Path> certificate = optional(SettingKey.PUBLIC_TLS_CERT, this::readableFile);
        Optional<Path> key = optional(SettingKey.PUBLIC_TLS_KEY, this::readableFile);
        if (isGiven(SettingKey.PUBLIC_TLS_CERT) != isGiven(SettingKey.PUBLIC_TLS_KEY)) {
            SettingKey given =
                    isGiven(SettingKey.PUBLIC_TLS_CERT) ? SettingKey.PUBLIC_TLS_CERT : SettingKey.PUBLIC_TLS_KEY;
            SettingKey missing =
                    given == SettingKey.PUBLIC_TLS_CERT ? SettingKey.PUBLIC_TLS_KEY : SettingKey.PUBLIC_TLS_CERT;
            problem(given, "it is set without " + missing.key() + ": TLS needs both files.");
        }
        return certificate.flatMap(file -> key.map(keyFile -> new Tls(file, keyFile)));
    }

    private static URI derivedUrl(String host, int port, boolean secure) {
        String scheme = secure ? "https" : "http";
        boolean isSchemesOwn = port == (secure ? 443 : 80);
        return URI.create(scheme + "://" + Hosts.inUrl(host) + (isSchemesOwn ? "" : ":" + port));
    }

    private void refuseUnsafeUrl(URI url, boolean tlsIsWanted) {
        if (url.getScheme().equals("https")) {
            return;
        }
        if (tlsIsWanted) {
            problem(SettingKey.PUBLIC_URL, "'" + url + "' begins with http although TLS is set: begin it with https.");
        } else if (!Hosts.isLoopback(Hosts.ofUrl(url))) {
            problem(
                    SettingKey.PUBLIC_URL,
                    "'" + url
                            + "' is plain http on a host other than this one, where consent would travel in the clear:"
                            + " serve it over https.");
        }
    }

    private AdminListener adminListener(Path stateDir) {
        return new AdminListener(
                fixed(SettingKey.ADMIN_HOST, ValueText::host),
                fixed(SettingKey.ADMIN_PORT, ValueText::port),
                new LinkedHashSet<>(fixed(SettingKey.ADMIN_HOSTS, text -> ValueText.list(text, ValueText::host))),
                path(SettingKey.ADMIN_TOKEN, stateDir.resolve("admin.token")));
    }

    private void refuseSharedPort(PublicListener publicListener, AdminListener adminListener) {
        boolean hostsMeet = publicListener.host().equals(adminListener.host())
                || Hosts.isAny(publicListener.host())
                || Hosts.isAny(adminListener.host());
        if (publicListener.port() != 0
                && publicListener.port() == adminListener.port()
                && hostsMeet
                && !refused.contains(SettingKey.PUBLIC_PORT)
                && !refused.contains(SettingKey.ADMIN_PORT)) {
            SettingKey given = isGiven(SettingKey.ADMIN_PORT) ? SettingKey.ADMIN_PORT : SettingKey.PUBLIC_PORT;
            problem(
                    given,
                    "the public and the admin listener cannot both use port " + adminListener.port()
                            + ": give one of them another.");
        }
    }

    private Database database() {
        Optional<Secret> url = optional(SettingKey.DATABASE_URL, ValueText::databaseUrl);
        String rolePrefix = fixed(SettingKey.DATABASE_ROLE_PREFIX, ValueText::rolePrefix);
        Durability durability = fixed(
                SettingKey.DATABASE_DURABILITY,
                text -> ValueText.oneOf(text, List.of(Durability.values()), SettingsLoader::written));
        Map<String, Secret> passwords = new LinkedHashMap<>();
        PASSWORDS.forEach(
                (role, key) -> optional(key, Secret::new).ifPresent(password -> passwords.put(role, password)));
        return new Database(url, rolePrefix, durability, Map.copyOf(passwords));
    }

    private Optional<Boolean> demo(Database database, PublicListener publicListener) {
        Optional<Boolean> demo = optional(SettingKey.DEMO, ValueText::truth);
        if (demo.isEmpty()) {
            boolean isSetUp = !database.isEmbedded() || publicListener.urlIsSet();
            values.put(
                    SettingKey.DEMO,
                    new EffectiveValue(
                            SettingKey.DEMO,
                            isSetUp ? "false" : "true until a site is added",
                            SettingsSources.DEFAULT));
        }
        return demo;
    }

    private Retention retention() {
        Period raw = fixed(SettingKey.RETENTION_RAW, text -> ValueText.period(text, LONGEST_RAW));
        int backupDays = derived(
                SettingKey.RETENTION_BACKUP_DAYS, 0, "0", text -> ValueText.number(text, 0, LONGEST_BACKUP_DAYS));
        if (isGiven(SettingKey.DATABASE_URL) && !isGiven(SettingKey.RETENTION_BACKUP_DAYS)) {
            missing(
                    SettingKey.RETENTION_BACKUP_DAYS,
                    "with a database.url it must say for how many days copies of that database live (0 when there are"
                            + " none).");
        } else if (!CalendarPeriods.neverExceeds(Period.ofDays(backupDays + SHORTEST_RAW_DAYS), raw)
                && !refused.contains(SettingKey.RETENTION_RAW)) {
            if (backupDays == 0) {
                problem(
                        SettingKey.RETENTION_RAW,
                        raw + " can be shorter than " + SHORTEST_RAW_DAYS
                                + " days: a day must be over everywhere on Earth before it is destroyed.");
            } else {
                problem(
                        SettingKey.RETENTION_BACKUP_DAYS,
                        backupDays + " days of copies leave fewer than " + SHORTEST_RAW_DAYS
                                + " days of retention.raw, " + raw + ": keep copies for a shorter time.");
            }
        }
        return new Retention(raw, backupDays);
    }

    private Period consentValidity(Period lifetime) {
        Period validity = fixed(SettingKey.CONSENT_VALIDITY, text -> ValueText.period(text, LONGEST_COOKIE));
        if (!refused.contains(SettingKey.CONSENT_VALIDITY) && !CalendarPeriods.neverExceeds(validity, lifetime)) {
            problem(
                    isGiven(SettingKey.CONSENT_VALIDITY) ? SettingKey.CONSENT_VALIDITY : SettingKey.VISITOR_LIFETIME,
                    "consent.validity, " + validity + ", can be longer than visitor.lifetime, " + lifetime
                            + ": consent cannot outlive the cookie that holds it.");
        }
        return validity;
    }

    private Limits limits() {
        ValueText.MinuteAndDay grants = fixed(SettingKey.LIMITS_GRANTS_PER_NETWORK, ValueText::perMinuteAndDay);
        return new Limits(
                fixed(SettingKey.LIMITS_BEACONS_PER_VISITOR, ValueText::perMinute),
                fixed(SettingKey.LIMITS_BEACONS_PER_NETWORK, ValueText::perMinute),
                grants.perMinute(),
                grants.perDay(),
                fixed(SettingKey.LIMITS_WAITING_ROWS, text -> ValueText.number(text, 50, 1_000_000)),
                fixed(
                        SettingKey.LIMITS_HOLD,
                        text -> ValueText.duration(text, Duration.ofMillis(100), Duration.ofSeconds(60))),
                fixed(SettingKey.LIMITS_BODY, text -> ValueText.bytes(text, 1 << 10, 1 << 20)),
                fixed(SettingKey.LIMITS_CONNECTIONS, text -> ValueText.number(text, 10, 1_000_000)));
    }

    private Optional<Path> countryFile() {
        Optional<Path> file = optional(SettingKey.COUNTRY_FILE, this::readableFile);
        if (file.isEmpty()) {
            values.put(
                    SettingKey.COUNTRY_FILE,
                    new EffectiveValue(SettingKey.COUNTRY_FILE, "built in", SettingsSources.DEFAULT));
        }
        return file;
    }

    private Path path(SettingKey key, Path fallback) {
        return derived(key, fallback, fallback.toString(), this::path);
    }

    private Path path(String text) {
        try {
            return surroundings.resolve(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("'" + text + "' is not a path: " + e.getReason() + ".", e);
        }
    }

    private Path readableFile(String text) {
        Path file = path(text);
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("'" + file + "' is not a file: give the path of one that exists.");
        }
        if (!Files.isReadable(file)) {
            throw new IllegalArgumentException("'" + file + "' cannot be read by the user that runs Lethe.");
        }
        return file;
    }

    /** A setting whose default is the text that documents it. */
    private <T> T fixed(SettingKey key, Function<String, T> reader) {
        return derived(key, reader.apply(key.defaultText()), key.defaultText(), reader);
    }

    private <T> Optional<T> optional(SettingKey key, Function<String, T> reader) {
        return derived(key, Optional.empty(), "", text -> Optional.of(reader.apply(text)));
    }

    /** The value that was given, or {@code fallback}: also for one that is refused, so that the others can still be checked. */
    private <T> T derived(SettingKey key, T fallback, String fallbackText, Function<String, T> reader) {
        @Nullable Given given = sources.find(key).orElse(null);
        if (given == null) {
            values.put(key, new EffectiveValue(key, fallbackText, SettingsSources.DEFAULT));
            return fallback;
        }
        try {
            T value = reader.apply(given.text());
            String shown = key.isSecret() ? "(secret)" : value instanceof Path file ? file.toString() : given.text();
            values.put(key, new EffectiveValue(key, shown, given.from()));
            return value;
        } catch (IllegalArgumentException refusal) {
            refused.add(key);
            problems.add(new Problem(given.place(), String.valueOf(refusal.getMessage())));
            return fallback;
        }
    }

    private boolean isGiven(SettingKey key) {
        return sources.find(key).isPresent();
    }

    private void problem(SettingKey key, String sentence) {
        refused.add(key);
        problems.add(new Problem(sources.find(key).map(Given::place).orElse(key.key()), sentence));
    }

    private void missing(SettingKey key, String sentence) {
        refused.add(key);
        problems.add(new Problem(key.key() + " (" + key.environmentName() + ")", sentence));
    }

    /** {@code PROVIDER_GUARANTEED} is written {@code provider-guaranteed}. */
    private static String written(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Map<String, SettingKey> passwordKeys() {
        String prefix = "database.password.";
        Map<String, SettingKey> keys = new LinkedHashMap<>();
        for (SettingKey key : SettingKey.values()) {
            if (key.key().startsWith(prefix)) {
                keys.put(key.key().substring(prefix.length()), key);
            }
        }
        return keys;
    }
}
