package dev.lethe.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.time.Period;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads one setting's text into a value that cannot be wrong. Every method throws {@link IllegalArgumentException} with a
 * sentence that says what is wrong and what would be right; {@link #databaseUrl} keeps the text out of it.
 */
final class ValueText {
    private static final String NUMBER = "([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)";
    private static final Pattern WHOLE_NUMBER = Pattern.compile(NUMBER);
    private static final Pattern PER_MINUTE = Pattern.compile(NUMBER + " ?/ ?min");
    private static final Pattern PER_MINUTE_AND_DAY = Pattern.compile(NUMBER + " ?/ ?min, ?" + NUMBER + " ?/ ?day");
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9}) ?(ms|s|min)");
    private static final Pattern BYTES = Pattern.compile(NUMBER + " ?(B|KiB|MiB)?");
    private static final Pattern HOST =
            Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final Pattern ROLE_PREFIX = Pattern.compile("[a-z][a-z0-9_]{0,30}");
    private static final long LARGEST_RATE = 1_000_000;

    private ValueText() {}

    static int number(String text, int least, int most) {
        Matcher matcher = WHOLE_NUMBER.matcher(text);
        if (!matcher.matches() || !isWithin(matcher.group(1), least, most)) {
            throw new IllegalArgumentException(
                    quoted(text) + " is not a whole number from " + grouped(least) + " to " + grouped(most) + ".");
        }
        return plainNumber(matcher.group(1));
    }

    static int port(String text) {
        if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65535) {
            throw new IllegalArgumentException(
                    quoted(text) + " is not a port: give a number from 0 to 65535 (0: the system chooses).");
        }
        return Integer.parseInt(text);
    }

    static int perMinute(String text) {
        Matcher matcher = PER_MINUTE.matcher(text);
        if (!matcher.matches() || !isWithin(matcher.group(1), 1, LARGEST_RATE)) {
            throw new IllegalArgumentException(
                    quoted(text) + " is not a rate such as 120/min, from 1/min to 1,000,000/min.");
        }
        return plainNumber(matcher.group(1));
    }

    /** Two limits on the same thing. */
    record MinuteAndDay(int perMinute, int perDay) {}

    static MinuteAndDay perMinuteAndDay(String text) {
        Matcher matcher = PER_MINUTE_AND_DAY.matcher(text);
        if (!matcher.matches()
                || !isWithin(matcher.group(1), 1, LARGEST_RATE)
                || !isWithin(matcher.group(2), plainNumber(matcher.group(1)), LARGEST_RATE)) {
            throw new IllegalArgumentException(quoted(text)
                    + " is not a pair of rates such as 30/min, 500/day, each from 1 to 1,000,000 and the day's not"
                    + " below the minute's.");
        }
        return new MinuteAndDay(plainNumber(matcher.group(1)), plainNumber(matcher.group(2)));
    }

    static Duration duration(String text, Duration least, Duration most) {
        Duration duration = duration(text);
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            throw new IllegalArgumentException(
                    quoted(text) + " is outside " + seconds(least) + " to " + seconds(most) + ".");
        }
        return duration;
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (matcher.matches()) {
            long amount = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                default -> Duration.ofMinutes(amount);
            };
        }
        try {
            return Duration.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(quoted(text) + " is not a duration such as 8 s, 500 ms or PT8S.", e);
        }
    }

    private static String seconds(Duration duration) {
        return duration.toMillis() % 1000 == 0 ? duration.toSeconds() + " s" : duration.toMillis() + " ms";
    }

    static int bytes(String text, int least, int most) {
        Matcher matcher = BYTES.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(quoted(text) + " is not a size such as 16 KiB, 1 MiB or 16384 (bytes).");
        }
        int unit = "KiB".equals(matcher.group(2)) ? 1 << 10 : "MiB".equals(matcher.group(2)) ? 1 << 20 : 1;
        if (!isWithin(matcher.group(1), 0, most)
                || (long) plainNumber(matcher.group(1)) * unit > most
                || plainNumber(matcher.group(1)) * unit < least) {
            throw new IllegalArgumentException(
                    quoted(text) + " is outside " + (least >> 10) + " KiB to " + (most >> 20) + " MiB.");
        }
        return plainNumber(matcher.group(1)) * unit;
    }

    /** From one day to {@code most}, whichever day it begins on. */
    static Period period(String text, Period most) {
        Period period;
        try {
            period = Period.parse(text);
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(quoted(text) + " is not a period such as P6M or P90D.", e);
        }
        if (period.getYears() < 0 || period.getMonths() < 0 || period.getDays() < 0 || period.isZero()) {
            throw new IllegalArgumentException(quoted(text) + " is shorter than a day: the minimum is P1D.");
        }
        // Years beyond the limit are refused before the calendar is asked, which ends at a year of nine digits.
        if (period.toTotalMonths() > most.toTotalMonths()
                || period.getDays() > 31 * most.toTotalMonths()
                || !CalendarPeriods.neverExceeds(period, most)) {
            throw new IllegalArgumentException(quoted(text) + " can be longer than " + most.toTotalMonths()
                    + " months: the maximum is " + most + ".");
        }
        return period;
    }

    static boolean truth(String text) {
        if (!text.equals("true") && !text.equals("false")) {
            throw new IllegalArgumentException(quoted(text) + " is neither true nor false.");
        }
        return text.equals("true");
    }

    /** A name or literal address without port; an IPv6 address may stand in brackets and comes back without. */
    static String host(String text) {
        String host = text.startsWith("[") && text.endsWith("]") ? text.substring(1, text.length() - 1) : text;
        if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException(
                    quoted(text) + " is not a host: give a name or an address, without scheme and port.");
        }
        return host.toLowerCase(Locale.ROOT);
    }

    /** An absolute http or https URL of a host, with a path at most; its trailing slash is dropped. */
    static URI publicUrl(String text) {
        try {
            URI url = new URI(text.replaceAll("/+$", ""));
            if (url.getScheme() != null
                    && url.getScheme().matches("(?i)https?")
                    && url.getHost() != null
                    && url.getRawUserInfo() == null
                    && url.getRawQuery() == null
                    && url.getRawFragment() == null
                    && url.getRawPath().matches("(/[A-Za-z0-9._~-]+)*")
                    && url.normalize().equals(url)) {
                return URI.create(url.getScheme().toLowerCase(Locale.ROOT) + "://"
                        + url.getRawAuthority().toLowerCase(Locale.ROOT) + url.getRawPath());
            }
        } catch (URISyntaxException e) {
            // Said below: the reasons of the parser do not help.
        }
        throw new IllegalArgumentException(quoted(text)
                + " is not the address of a website: give one such as https://www.example.com/lethe, without query.");
    }

    /** @throws IllegalArgumentException whose message never holds the text: it contains a password */
    static Secret databaseUrl(String text) {
        try {
            URI url = new URI(text);
            if (("postgresql".equals(url.getScheme()) || "postgres".equals(url.getScheme()))
                    && url.getHost() != null
                    && url.getRawUserInfo() != null
                    && !url.getRawUserInfo().startsWith(":")
                    && url.getRawPath().matches("/[^/]+")
                    && url.getRawFragment() == null) {
                return new Secret(text);
            }
        } catch (URISyntaxException e) {
            // Said below, without the parser's message, which quotes the password.
        }
        throw new IllegalArgumentException("it is not a URL of the form postgresql://user:password@host:port/database"
                + " (percent-encode special characters in the password: @ is %40).");
    }

    static String rolePrefix(String text) {
        if (!ROLE_PREFIX.matcher(text).matches()) {
            throw new IllegalArgumentException(quoted(text)
                    + " is not a lower case letter followed by at most 30 lower case letters, digits and underscores.");
        }
        return text;
    }

    /** The one of {@code values} whose {@code name} was written. */
    static <T> T oneOf(String text, List<T> values, Function<T, String> name) {
        return values.stream()
                .filter(value -> name.apply(value).equals(text))
                .findFirst()
                .orElseThrow(() -> {
                    String names = String.join(" or ", values.stream().map(name).toList());
                    return new IllegalArgumentException(quoted(text) + " is not " + names + ".");
                });
    }

    /** Elements separated by commas, white space around them ignored. */
    static <T> List<T> list(String text, Function<String, T> element) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .map(element)
                .toList();
    }

    static AddressRange addressRange(String text) {
        try {
            return AddressRange.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(e.getMessage() + ".", e);
        }
    }

    private static boolean isWithin(String number, long least, long most) {
        String digits = number.replace(",", "");
        return digits.length() <= 10 && Long.parseLong(digits) >= least && Long.parseLong(digits) <= most;
    }

    private static int plainNumber(String number) {
        return Integer.parseInt(number.replace(",", ""));
    }

    private static String grouped(int number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    private static String quoted(String text) {
        return "'" + text + "'";
    }
}
