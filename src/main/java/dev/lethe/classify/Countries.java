package dev.lethe.classify;

import com.maxmind.db.Reader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/**
 * Countries of networks from a local file held in memory (5 MB for the built-in one); immutable, safe for threads, one per
 * process. Nothing is ever looked up elsewhere.
 */
public final class Countries {

    private final Reader reader;

    private Countries(Reader reader) {
        this.reader = reader;
    }

    /** From the file that Lethe carries. */
    public static Countries builtIn() {
        try (InputStream file = ResourceLines.open("country.mmdb")) {
            return new Countries(new Reader(file));
        } catch (IOException e) {
            throw new UncheckedIOException("the built-in country file cannot be read", e);
        }
    }

    /**
     * From the operator's own file in MaxMind's DB format, with {@code country_code} or {@code country.iso_code}.
     *
     * @throws UncheckedIOException when there is no such file or it is of another format
     */
    public static Countries from(Path mmdb) {
        try (InputStream file = Files.newInputStream(mmdb)) {
            return new Countries(new Reader(file));
        } catch (IOException e) {
            throw new UncheckedIOException("the country file " + mmdb + " cannot be read", e);
        }
    }

    /**
     * ISO 3166-1 alpha-2, upper case; nothing for private and unassigned networks. The address is cut to /24 or /48 before the
     * look-up, so that an answer never depends on more of it. Under a microsecond: safe on an event loop.
     */
    public Optional<String> country(InetAddress address) {
        try {
            Map<?, ?> found = reader.get(network(address), Map.class);
            return found == null ? Optional.empty() : code(found);
        } catch (IOException e) {
            throw new UncheckedIOException("the country file is damaged", e);
        }
    }

    private static InetAddress network(InetAddress address) {
        byte[] bytes = address.getAddress();
        Arrays.fill(bytes, bytes.length == 4 ? 3 : 6, bytes.length, (byte) 0);
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("an address has 4 or 16 bytes", e);
        }
    }

    private static Optional<String> code(Map<?, ?> found) {
        Object code =
                found.get("country") instanceof Map<?, ?> country ? country.get("iso_code") : found.get("country_code");
        return code instanceof String text && isAssigned(text) ? Optional.of(text) : Optional.empty();
    }

    private static boolean isAssigned(String code) {
        return code.length() == 2
                && code.charAt(0) >= 'A'
                && code.charAt(0) <= 'Z'
                && code.charAt(1) >= 'A'
                && code.charAt(1) <= 'Z'
                && !code.equals("ZZ");
    }
}
