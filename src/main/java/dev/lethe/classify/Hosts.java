package dev.lethe.classify;

import java.net.IDN;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Host names as they may be kept: public names in lower case and ASCII, nothing in them that may point at a person. Immutable,
 * safe for threads; the lists are read once.
 */
final class Hosts {

    /** Stands for addresses, names of inner networks, and names that are personal as a whole. */
    static final String OTHER = "(other)";

    private static final int LONGEST_NAME = 253;
    private static final int LABELS_KEPT = 4;

    /** Endings that no public name has: RFC 6761, RFC 6762, RFC 9476, and what networks at home and at work use. */
    private static final Set<String> PRIVATE_ENDINGS = Set.of(
            "local",
            "localhost",
            "localdomain",
            "internal",
            "intranet",
            "private",
            "corp",
            "home",
            "lan",
            "test",
            "invalid",
            "alt",
            "onion",
            "arpa",
            "domain",
            "workgroup");

    /** Endings under which a name of every country is known beforehand; under others it is discovered. */
    private static final List<String> COUNTRIES =
            List.of("com", "fr", "de", "es", "it", "co.uk", "be", "nl", "ch", "at", "pl", "ca");

    private static final Hosts BUILT_IN = new Hosts();

    private final Map<String, Channel> channels = new HashMap<>();
    private final Set<String> lodgings;

    private Hosts() {
        for (String line : ResourceLines.read("channels.txt")) {
            String[] words = line.split(" ", 2);
            channels.put(words[1], Channel.valueOf(words[0].toUpperCase(Locale.ROOT)));
        }
        this.lodgings = new HashSet<>(ResourceLines.read("lodgings.txt"));
    }

    static Hosts builtIn() {
        return BUILT_IN;
    }

    /** The hosts of the built-in list; of names that are listed for every country, those of {@link #COUNTRIES}. */
    Set<String> listed() {
        return channels.keySet().stream()
                .flatMap(name -> name.endsWith(".*")
                        ? COUNTRIES.stream().map(ending -> name.substring(0, name.length() - 1) + ending)
                        : Stream.of(name))
                .collect(Collectors.toSet());
    }

    /** The name to keep, {@link #OTHER} for anything that is no public name; {@code www.} says nothing and goes. */
    String kept(String host) {
        String name = withoutWww(host);
        String listed = listed(name);
        if (!listed.isEmpty()) {
            return listed;
        }
        if (!isPublic(name)) {
            return OTHER;
        }
        List<String> labels = new ArrayList<>(List.of(name.split("\\.")));
        while (labels.size() > 2
                && (labels.size() > LABELS_KEPT || !lodging(labels).isEmpty())) {
            String lodging = lodging(labels);
            if (!lodging.isEmpty() && labels.size() == lodging.split("\\.").length) {
                break;
            }
            labels.removeFirst();
        }
        for (int i = labels.size() - 1; i >= 0; i--) {
            if (!PersonalData.redact(labels.get(i)).equals(labels.get(i))) {
                labels = labels.subList(i + 1, labels.size());
                break;
            }
        }
        return labels.size() < 2 ? OTHER : String.join(".", labels);
    }

    /** The channel of a listed host, or of the listed host it belongs to. */
    Optional<Channel> channel(String host) {
        String listed = listed(withoutWww(host));
        return Optional.ofNullable(listed.isEmpty() ? null : channelOf(listed));
    }

    /**
     * The host of an address in lower case and ASCII, without port and final dot; nothing when there is none.
     *
     * @param address with scheme and authority
     */
    static Optional<String> of(String address) {
        int start = address.indexOf("//");
        if (start < 0) {
            return Optional.empty();
        }
        start += 2;
        int end = start;
        while (end < address.length() && "/\\?#".indexOf(address.charAt(end)) < 0) {
            end++;
        }
        String authority = address.substring(start, end);
        String host = authority.substring(authority.lastIndexOf('@') + 1);
        int port = host.startsWith("[") ? host.indexOf("]:") + 1 : host.indexOf(':');
        host = port > 0 ? host.substring(0, port) : host;
        if (host.length() > LONGEST_NAME) {
            return host.isEmpty() ? Optional.empty() : Optional.of(OTHER);
        }
        host = ascii(host);
        host = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
        return host.isEmpty() ? Optional.empty() : Optional.of(host);
    }

    static String withoutWww(String host) {
        return host.startsWith("www.") ? host.substring("www.".length()) : host;
    }

    /** Whether the host is one of the site's, with or without {@code www.} on either side. */
    static boolean isOwn(String host, Set<String> ownHosts) {
        String bare = withoutWww(host);
        return ownHosts.contains(bare) || ownHosts.contains("www." + bare);
    }

    private static String ascii(String host) {
        try {
            return IDN.toASCII(host).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return OTHER;
        }
    }

    private static boolean isPublic(String name) {
        String[] labels = name.split("\\.", -1);
        if (labels.length < 2 || name.length() > LONGEST_NAME) {
            return false;
        }
        for (String label : labels) {
            if (!isLabel(label)) {
                return false;
            }
        }
        String ending = labels[labels.length - 1];
        return ending.length() >= 2
                && (ending.startsWith("xn--") || ending.chars().noneMatch(c -> c < 'a' || c > 'z'))
                && !PRIVATE_ENDINGS.contains(ending);
    }

    private static boolean isLabel(String label) {
        for (int i = 0; i < label.length(); i++) {
            char c = label.charAt(i);
            if (!((c >= 'a' && c <= 'z') || Ascii.isDigit(c) || c == '-' || c == '_')) {
                return false;
            }
        }
        return !label.isEmpty() && label.length() <= 63;
    }

    /** The entry's own host, so that {@code l.facebook.com} and {@code facebook.com} are one; empty when not listed. */
    private String listed(String host) {
        for (String name = host; !name.isEmpty(); name = parent(name)) {
            if (channelOf(name) != null) {
                return name;
            }
        }
        return "";
    }

    /** Of exactly this entry; {@code google.*} stands for every country's ending, {@code .fr} and {@code .co.uk} alike. */
    private @Nullable Channel channelOf(String name) {
        Channel exact = channels.get(name);
        if (exact != null) {
            return exact;
        }
        int dot = name.indexOf('.');
        String ending = dot < 0 ? "" : name.substring(dot + 1);
        int second = ending.indexOf('.');
        boolean countryEnding = second < 0
                ? ending.length() == 2 || ending.equals("com")
                : second <= 3 && ending.length() - second == 3;
        return countryEnding ? channels.get(name.substring(0, dot) + ".*") : null;
    }

    private String lodging(List<String> labels) {
        for (String name = String.join(".", labels); !name.isEmpty(); name = parent(name)) {
            if (lodgings.contains(name)) {
                return name;
            }
        }
        return "";
    }

    private static String parent(String name) {
        int dot = name.indexOf('.');
        return dot < 0 ? "" : name.substring(dot + 1);
    }
}
