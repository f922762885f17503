package dev.lethe.database;

import dev.lethe.config.Hosts;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * How the way to a given database is protected: what {@code sslmode} and {@code sslrootcert} of {@code database.url} ask for, done in
 * the same way by both drivers. Immutable. Without {@code sslrootcert} the authorities that Java trusts are asked.
 */
record ServerTls(SslMode mode, Optional<String> rootCertificate, String host, List<String> otherParameters) {
    private static final String MODE = "sslmode";
    private static final String ROOT_CERTIFICATE = "sslrootcert";
    /** libpq's word for the authorities that the system trusts. */
    private static final String SYSTEM = "system";

    static ServerTls of(URI url) {
        SslMode mode = PgConnectOptions.DEFAULT_SSLMODE;
        Optional<String> rootCertificate = Optional.empty();
        List<String> others = new ArrayList<>();
        String query = Optional.ofNullable(url.getRawQuery()).orElse("");
        for (String parameter : query.split("&", -1)) {
            String[] parts = parameter.split("=", 2);
            String value = parts.length == 2 ? URLDecoder.decode(parts[1], StandardCharsets.UTF_8) : "";
            switch (parts[0]) {
                case "" -> {}
                case MODE -> mode = mode(value);
                case ROOT_CERTIFICATE ->
                    rootCertificate = Optional.of(value).filter(file -> !file.isEmpty() && !file.equals(SYSTEM));
                default -> others.add(parameter);
            }
        }
        return new ServerTls(mode, rootCertificate, url.getHost(), List.copyOf(others));
    }

    private static SslMode mode(String word) {
        try {
            return SslMode.of(word);
        } catch (IllegalArgumentException e) {
            throw new DatabaseProblem(
                    "sslmode in database.url is one of disable, allow, prefer, require, verify-ca and verify-full.", e);
        }
    }

    /** Whether the server has to prove who it is. */
    boolean isVerified() {
        return mode == SslMode.VERIFY_CA || mode == SslMode.VERIFY_FULL;
    }

    /** Whether what is said goes no further than this machine. */
    boolean isThisMachine() {
        return Hosts.isLoopback(host);
    }

    /** The query of the URL that Vert.x gets: what it does not know it would send to the server, which refuses it. */
    String vertxQuery() {
        return query(List.of());
    }

    /** The query of the URL that JDBC gets, which without more words would look for a file in the user's home. */
    String jdbcQuery() {
        List<String> words = new ArrayList<>(List.of(MODE + "=" + mode.value));
        rootCertificate.ifPresent(file -> words.add(ROOT_CERTIFICATE + "="
                + URLEncoder.encode(file, StandardCharsets.UTF_8).replace("+", "%20")));
        if (isVerified() && rootCertificate.isEmpty()) {
            words.add("sslfactory=org.postgresql.ssl.DefaultJavaSSLFactory");
        }
        return query(words);
    }

    private String query(List<String> words) {
        List<String> all = new ArrayList<>(words);
        all.addAll(otherParameters);
        return all.isEmpty() ? "" : "?" + String.join("&", all);
    }

    PgConnectOptions protect(PgConnectOptions options) {
        options.setSslMode(mode);
        if (isVerified()) {
            options.setSslOptions(new ClientSSLOptions()
                    .setHostnameVerificationAlgorithm(mode == SslMode.VERIFY_FULL ? "HTTPS" : "")
                    .setTrustOptions(trust()));
        } else if (mode != SslMode.DISABLE) {
            // Encrypted, and with whomever: without options Vert.x fails.
            options.setSslOptions(
                    new ClientSSLOptions().setHostnameVerificationAlgorithm("").setTrustAll(true));
        }
        return options;
    }

    private TrustOptions trust() {
        return rootCertificate
                .<TrustOptions>map(file -> new PemTrustOptions().addCertPath(file))
                .orElseGet(() -> TrustOptions.wrap(whomJavaTrusts()));
    }

    private static X509TrustManager whomJavaTrusts() {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            @Nullable KeyStore theDefault = null;
            factory.init(theDefault);
            return Arrays.stream(factory.getTrustManagers())
                    .filter(X509TrustManager.class::isInstance)
                    .map(X509TrustManager.class::cast)
                    .findFirst()
                    .orElseThrow();
        } catch (GeneralSecurityException e) {
            throw new DatabaseProblem("Java's list of trusted authorities cannot be read.", e);
        }
    }
}
