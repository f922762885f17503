package dev.lethe.grafana;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What Grafana makes of a query for its PostgreSQL data source: variables are put in as text, then macros are expanded. Strict where
 * Grafana would send something broken: an unknown variable or macro and a parenthesis within an argument are errors.
 */
final class Macros {
    /** A macro's arguments end at the first closing parenthesis. */
    private static final Pattern MACRO = Pattern.compile("\\$(__[_a-zA-Z0-9]+)\\(([^)]*)\\)(,)?");

    private static final Pattern VARIABLE = Pattern.compile("\\$\\{(\\w+)}|\\[\\[(\\w+)]]|\\$(?!__)(\\w+)");

    /** What the time picker says, both ends included. */
    record Range(Instant from, Instant to) {
        Duration length() {
            return Duration.between(from, to);
        }
    }

    private Macros() {}

    /** The SQL as it reaches PostgreSQL. */
    static String expand(String query, Map<String, String> variables, Range range) {
        String filled = VARIABLE.matcher(withInterval(query, range)).replaceAll(found -> {
            String value = variables.get(name(found));
            if (value == null) {
                throw new IllegalArgumentException("unknown variable " + found.group());
            }
            // A variable with one value is put between the query's own quotes, with its quotes doubled.
            return Matcher.quoteReplacement(value.replace("'", "''"));
        });
        String expanded = MACRO.matcher(filled)
                .replaceAll(found -> Matcher.quoteReplacement(
                        expansion(found.group(1), arguments(found.group(2)), found.group(3) != null, range)));
        if (expanded.contains("$__")) {
            throw new IllegalArgumentException("a macro was left over: " + expanded);
        }
        return expanded;
    }

    /** The PromQL as it reaches Prometheus. */
    static String promQl(String query, Duration rateInterval) {
        String expanded = query.replace("$__rate_interval", rateInterval.toMillis() + "ms");
        if (expanded.contains("$")) {
            throw new IllegalArgumentException("a variable or macro was left over: " + expanded);
        }
        return expanded;
    }

    private static String withInterval(String query, Range range) {
        long millis = Math.max(range.length().toMillis() / 1000, 1000);
        return query.replace("$__interval_ms", Long.toString(millis)).replace("$__interval", millis / 1000 + "s");
    }

    private static String name(MatchResult found) {
        return Arrays.asList(found.group(1), found.group(2), found.group(3)).stream()
                .filter(group -> group != null)
                .findFirst()
                .orElseThrow();
    }

    private static List<String> arguments(String text) {
        if (text.contains("(")) {
            throw new IllegalArgumentException("a macro's argument holds a parenthesis: " + text);
        }
        return Arrays.stream(text.split(",", -1)).map(String::trim).toList();
    }

    private static String expansion(String macro, List<String> arguments, boolean comma, Range range) {
        String end = comma ? "," : "";
        return switch (macro) {
            case "__timeFilter" ->
                arguments.getFirst() + " BETWEEN '" + range.from() + "' AND '" + range.to() + "'" + end;
            case "__timeFrom" -> "'" + range.from() + "'" + end;
            case "__timeTo" -> "'" + range.to() + "'" + end;
            case "__time" -> arguments.getFirst() + " AS \"time\"" + end;
            // Followed by a comma it names its column.
            case "__timeGroup" -> group(arguments) + (comma ? " AS \"time\"," : "");
            case "__timeGroupAlias" -> group(arguments) + " AS \"time\"" + end;
            default -> throw new IllegalArgumentException("unknown macro $" + macro);
        };
    }

    private static String group(List<String> arguments) {
        Matcher interval = Pattern.compile("'?(\\d+)([smhd])'?").matcher(arguments.get(1));
        if (!interval.matches()) {
            throw new IllegalArgumentException("not an interval: " + arguments.get(1));
        }
        long seconds = Long.parseLong(interval.group(1))
                * switch (interval.group(2)) {
                    case "m" -> 60;
                    case "h" -> 3600;
                    case "d" -> 86_400;
                    default -> 1;
                };
        return "floor(extract(epoch from " + arguments.getFirst() + ")/" + seconds + ")*" + seconds;
    }
}
