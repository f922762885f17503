package dev.lethe.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Period;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The effective settings of one process: every value present, in range and with its unit. Immutable; made once at start by
 * {@link SettingsLoader} from defaults, {@code lethe.yaml}, the environment and flags.
 */
public record Settings(
        Path stateDir,
        Path keysDir,
        Path journalDir,
        PublicListener publicListener,
        AdminListener adminListener,
        Database database,
        Optional<Boolean> demo,
        int noticeVersion,
        Retention retention,
        Period consentValidity,
        Period visitorLifetime,
        Optional<String> controllerName,
        Optional<String> controllerContact,
        Optional<String> controllerAddress,
        Optional<String> hostingPlace,
        List<AddressRange> proxies,
        Limits limits,
        Optional<Path> countryFile,
        Log log) {

    /**
     * Where visitors' browsers come. {@code url} is what they see: behind a proxy it differs from host and port, and may hold a
     * path; with {@code port} 0 and no {@code public.url} it holds port 0 too, and whoever binds the port puts the real one in.
     */
    public record PublicListener(String host, int port, URI url, boolean urlIsSet, Optional<Tls> tls) {
        /** The path everything is served under: {@code ""} or {@code "/lethe"}, never with a slash at its end. */
        public String basePath() {
            String path = url.getRawPath();
            return path == null || path.equals("/") ? "" : path.replaceAll("/+$", "");
        }

        public boolean isSecure() {
            return url.getScheme().equals("https");
        }
    }

    /** PEM files. */
    public record Tls(Path certificate, Path key) {}

    /** For operators only. {@code hosts} are the names a request's {@code Host} may carry, without port. */
    public record AdminListener(String host, int port, Set<String> hosts, Path tokenFile) {}

    /**
     * {@code url} is a {@code postgresql://user:password@host:port/database} URL; empty means the embedded PostgreSQL.
     * {@code passwords} by duty ({@code collector}, {@code publisher} …), only those that were given.
     */
    public record Database(
            Optional<Secret> url, String rolePrefix, Durability durability, Map<String, Secret> passwords) {
        public boolean isEmbedded() {
            return url.isEmpty();
        }
    }

    /** Whether Lethe checks that the server makes commits durable, or trusts whoever runs it. */
    public enum Durability {
        VERIFY,
        PROVIDER_GUARANTEED
    }

    /** {@code raw} is at most 25 months; {@code backupDays} (how long copies of the database live) is subtracted from it. */
    public record Retention(Period raw, int backupDays) {}

    /** The bounds of one process: at each the answer is 429, 503 or 413, and nothing grows beyond them. */
    public record Limits(
            int beaconsPerVisitorPerMinute,
            int beaconsPerNetworkPerMinute,
            int grantsPerNetworkPerMinute,
            int grantsPerNetworkPerDay,
            int waitingRows,
            Duration hold,
            int bodyBytes,
            int connections) {}

    /** How log lines look. */
    public record Log(LogFormat format) {}

    public enum LogFormat {
        TEXT,
        JSON
    }
}
