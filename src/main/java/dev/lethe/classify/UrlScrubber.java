package dev.lethe.classify;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Takes everything personal out of page addresses; stateless and safe for threads.
 *
 * <p>Of an address only the path is kept, in one normal form, so that one page has one name: percent-decoded twice, Unicode NFKC
 * with ASCII digits, no control or invisible characters, no empty or dot segments and no trailing slash ({@code /docs/} and
 * {@code /docs} are linked interchangeably), path parameters behind a semicolon cut off. Whatever decodes to a query or a
 * fragment is one. Segments that may point at a person become {@code :x}.
 */
public final class UrlScrubber {

    /** What a page outside the registered routes is called in strict mode. */
    public static final String OTHER_PAGE = "/(other)";

    /** Segments of a path that are kept. */
    public static final int MAX_SEGMENTS = 12;

    /** Digits of one part of a number that is written with slashes. */
    private static final int LONGEST_PART = 5;

    /** Two are enough for every address that was ever tried; nothing a sender makes may take many. */
    private static final int MOST_PASSES = 8;

    /** Length of a path in UTF-8. */
    public static final int MAX_BYTES = 256;

    /**
     * Never throws, whatever the text; an address without a path is {@code /}. Scrubbing a scrubbed path changes nothing.
     *
     * @param url absolute, or relative to an origin
     */
    public ScrubbedUrl scrub(String url) {
        String address = behindAuthority(withSigns(url));
        int fragment = address.indexOf('#');
        String withoutFragment = fragment < 0 ? address : address.substring(0, fragment);
        int query = withoutFragment.indexOf('?');
        return query < 0
                ? new ScrubbedUrl(path(withoutFragment), Campaign.NONE)
                : new ScrubbedUrl(
                        path(withoutFragment.substring(0, query)), campaign(withoutFragment.substring(query + 1)));
    }

    /**
     * Strict mode: the text of the registered route that matches, the one with the fewest placeholders if several do, or
     * {@link #OTHER_PAGE}. So nothing but what the operator wrote is ever stored.
     */
    public String strict(String scrubbedPath, Collection<RoutePattern> routes) {
        RoutePattern best = null;
        for (RoutePattern route : routes) {
            if (route.matches(scrubbedPath) && (best == null || route.placeholders() < best.placeholders())) {
                best = route;
            }
        }
        return best == null ? OTHER_PAGE : best.toString();
    }

    /** What follows scheme and authority, user information included; nothing for {@code mailto:} and its like. */
    private static String behindAuthority(String url) {
        int start = 0;
        while (start < url.length() && url.charAt(start) <= ' ') {
            start++;
        }
        int at = start;
        while (at < url.length() && isSchemeCharacter(url.charAt(at))) {
            at++;
        }
        boolean scheme = at > start && at < url.length() && url.charAt(at) == ':';
        int slashes = scheme ? at + 1 : start;
        boolean authority = isSlash(url, slashes) && isSlash(url, slashes + 1);
        if (!authority) {
            return scheme ? "" : url.substring(start);
        }
        int end = slashes + 2;
        while (end < url.length() && "/\\?#".indexOf(url.charAt(end)) < 0) {
            end++;
        }
        return url.substring(end);
    }

    /** The sign of mail addresses as pages spell it against harvesters; else its # would end the path behind a name. */
    private static String withSigns(String text) {
        return text.indexOf('&') < 0
                ? text
                : text.replace("&#64;", "@").replace("&#x40;", "@").replace("&commat;", "@");
    }

    private static boolean isSchemeCharacter(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || Ascii.isDigit(c) || "+.-".indexOf(c) >= 0;
    }

    private static boolean isSlash(String text, int index) {
        return index < text.length() && (text.charAt(index) == '/' || text.charAt(index) == '\\');
    }

    private static String path(String raw) {
        List<String> segments = segments(withSigns(normalise(decode(decode(raw)))));
        List<String> kept = redacted(segments);
        // What is left has other neighbours than before, and is judged by them.
        for (int pass = 1; pass < MOST_PASSES && !kept.equals(segments); pass++) {
            segments = kept;
            kept = redacted(segments);
        }
        return join(kept);
    }

    private static List<String> redacted(List<String> segments) {
        List<String> kept = new ArrayList<>(segments.size());
        for (int i = 0; i < segments.size(); i++) {
            kept.add(
                    i == 0
                            ? PersonalData.redact(segments.get(i))
                            : PersonalData.redact(segments.get(i), segments.get(i - 1)));
        }
        redactSplitNumbers(segments, kept);
        return kept;
    }

    /** A browser sends UTF-8; bytes that are none become U+FFFD. */
    private static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        StringBuilder decoded = new StringBuilder(text.length());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int i = 0;
        while (i < text.length()) {
            int value = text.charAt(i) == '%' && i + 2 < text.length()
                    ? hexValue(text.charAt(i + 1)) * 16 + hexValue(text.charAt(i + 2))
                    : -1;
            if (value >= 0) {
                bytes.write(value);
                i += 3;
                continue;
            }
            flush(bytes, decoded);
            decoded.append(text.charAt(i));
            i++;
        }
        flush(bytes, decoded);
        return decoded.toString();
    }

    private static void flush(ByteArrayOutputStream bytes, StringBuilder to) {
        if (bytes.size() > 0) {
            to.append(bytes.toString(StandardCharsets.UTF_8));
            bytes.reset();
        }
    }

    /** 0 to 15, or a number so negative that a sum with it stays negative. */
    private static int hexValue(char c) {
        int value = c < 128 ? Character.digit(c, 16) : -1;
        return value < 0 ? -1_000 : value;
    }

    /** One spelling for what looks the same, so that neither full-width signs nor invisible ones hide anything. */
    private static String normalise(String text) {
        return visible(Normalizer.normalize(visible(text), Normalizer.Form.NFKC));
    }

    private static String visible(String text) {
        StringBuilder kept = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            switch (Character.getType(point)) {
                case Character.CONTROL,
                        Character.FORMAT,
                        Character.SURROGATE,
                        Character.PRIVATE_USE,
                        Character.LINE_SEPARATOR,
                        Character.PARAGRAPH_SEPARATOR,
                        Character.UNASSIGNED -> {}
                case Character.DECIMAL_DIGIT_NUMBER -> kept.append((char) ('0' + Character.digit(point, 10)));
                case Character.SPACE_SEPARATOR -> kept.append(' ');
                default -> kept.appendCodePoint(point);
            }
        });
        return kept.toString();
    }

    private static List<String> segments(String path) {
        List<String> segments = new ArrayList<>();
        int start = 0;
        for (int i = 0; i <= path.length() && segments.size() < MAX_SEGMENTS; i++) {
            char c = i < path.length() ? path.charAt(i) : '/';
            boolean ends = c == '?' || c == '#';
            if (ends || c == '/' || c == '\\') {
                String segment = withoutParameters(path.substring(start, i));
                if (!segment.isEmpty() && !segment.equals(".") && !segment.equals("..")) {
                    segments.add(segment);
                }
                start = i + 1;
            }
            if (ends) {
                break;
            }
        }
        return segments;
    }

    private static String withoutParameters(String segment) {
        int semicolon = segment.indexOf(';');
        return (semicolon < 0 ? segment : segment.substring(0, semicolon)).strip();
    }

    /**
     * A telephone number, coordinates or a date of birth written with slashes. Dates of the web's own age are archives and
     * stay, and so does a DOI.
     */
    private static void redactSplitNumbers(List<String> segments, List<String> kept) {
        int start = 0;
        while (start < segments.size()) {
            List<String> groups = new ArrayList<>();
            int end = start;
            while (end < segments.size() && addGroups(segments.get(end), groups)) {
                end++;
            }
            boolean doi = start > 0 && segments.get(start - 1).equals("doi");
            if (end - start >= 2 && groups.size() >= 3 && !doi) {
                boolean archive =
                        groups.getFirst().length() == 4 && groups.getFirst().compareTo("1995") >= 0;
                if (PersonalNumbers.isPersonal(archive ? groups.subList(1, groups.size()) : groups, false)) {
                    for (int i = start; i < end; i++) {
                        kept.set(i, PersonalData.REDACTED);
                    }
                }
            }
            start = Math.max(end, start + 1);
        }
    }

    /** False for anything but digits with the separators of numbers between them, a name may stand before. */
    private static boolean addGroups(String segment, List<String> groups) {
        String number = segment.substring(segment.indexOf('=') + 1);
        int digits = 0;
        for (int i = 0; i < number.length(); i++) {
            char c = number.charAt(i);
            if (Ascii.isDigit(c)) {
                digits++;
            } else if (!PersonalNumbers.isSeparator(c)) {
                return false;
            }
        }
        if (digits == 0 || number.length() > 3 * LONGEST_PART) {
            return false;
        }
        for (String group : number.split("[^0-9]+", -1)) {
            if (!group.isEmpty()) {
                groups.add(group);
            }
        }
        return true;
    }

    private static String join(List<String> segments) {
        StringBuilder path = new StringBuilder();
        int bytes = 0;
        for (String segment : segments) {
            bytes += 1 + segment.getBytes(StandardCharsets.UTF_8).length;
            if (bytes > MAX_BYTES) {
                break;
            }
            path.append('/').append(segment);
        }
        return path.isEmpty() ? "/" : path.toString();
    }

    /** The first of each parameter counts. */
    private static Campaign campaign(String query) {
        Optional<String> source = Optional.empty();
        Optional<String> medium = Optional.empty();
        Optional<String> name = Optional.empty();
        int start = 0;
        while (start < query.length()) {
            int end = query.indexOf('&', start);
            end = end < 0 ? query.length() : end;
            if (source.isEmpty() && query.startsWith("utm_source=", start)) {
                source = campaignValue(query.substring(start + "utm_source=".length(), end));
            } else if (medium.isEmpty() && query.startsWith("utm_medium=", start)) {
                medium = campaignValue(query.substring(start + "utm_medium=".length(), end));
            } else if (name.isEmpty() && query.startsWith("utm_campaign=", start)) {
                name = campaignValue(query.substring(start + "utm_campaign=".length(), end));
            }
            start = end + 1;
        }
        return new Campaign(source, medium, name);
    }

    /** Dropped rather than redacted: a campaign whose name is personal is nothing to count. */
    private static Optional<String> campaignValue(String raw) {
        if (raw.length() > 3 * 3 * 40) {
            return Optional.empty();
        }
        String given = decode(decode(raw));
        String value = given.toLowerCase(Locale.ROOT);
        // Judged as it was given: a token in capitals and small letters is no longer one in small letters.
        return Campaign.isWellFormed(value) && PersonalData.redact(given).equals(given)
                ? Optional.of(value)
                : Optional.empty();
    }
}
