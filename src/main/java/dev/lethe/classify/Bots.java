package dev.lethe.classify;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Programs that fetch pages, by the names they give themselves; immutable, safe for threads. The patterns come from two public
 * lists (see NOTICE); nearly all are plain words and are found through their first three characters, the few true expressions
 * run one after the other on at most 1,024 characters.
 */
final class Bots {

    private static final String SYNTAX = "\\[](){}.*+?^$|";

    private final Words crawlerWords;
    private final Words botWords;
    private final List<Pattern> crawlerPatterns;
    private final List<Pattern> botPatterns;

    private Bots(List<String> crawlers, List<String> bots) {
        this.crawlerPatterns = new ArrayList<>();
        this.crawlerWords = split(crawlers, crawlerPatterns);
        this.botPatterns = new ArrayList<>();
        this.botWords = split(bots, botPatterns);
    }

    static Bots builtIn() {
        return new Bots(ResourceLines.read("crawlers.txt"), ResourceLines.read("bots.txt"));
    }

    /** @param agent the header; the first list minds the case, the second is for lower case */
    boolean matches(String agent) {
        String lower = agent.toLowerCase(Locale.ROOT);
        return crawlerWords.occurIn(agent)
                || botWords.occurIn(lower)
                || anyFinds(botPatterns, lower)
                || anyFinds(crawlerPatterns, agent);
    }

    private static boolean anyFinds(List<Pattern> patterns, String text) {
        for (Pattern pattern : patterns) {
            if (pattern.matcher(text).find()) {
                return true;
            }
        }
        return false;
    }

    private static Words split(List<String> expressions, List<Pattern> patterns) {
        List<String> words = new ArrayList<>();
        for (String expression : expressions) {
            String word = literal(expression);
            if (word.length() >= Words.KEY) {
                words.add(word);
            } else {
                patterns.add(Pattern.compile(expression));
            }
        }
        return new Words(words);
    }

    /** The text that alone matches the expression, or nothing when it is more than a quoted text. */
    private static String literal(String expression) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < expression.length(); i++) {
            char c = expression.charAt(i);
            if (c == '\\' && i + 1 < expression.length() && !Character.isLetterOrDigit(expression.charAt(i + 1))) {
                i++;
                text.append(expression.charAt(i));
            } else if (SYNTAX.indexOf(c) >= 0) {
                return "";
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    /** Words found in one pass over a text. */
    private static final class Words {

        static final int KEY = 3;

        private final Map<Integer, List<String>> byBeginning = new HashMap<>();

        Words(List<String> words) {
            for (String word : words) {
                byBeginning
                        .computeIfAbsent(key(word, 0), key -> new ArrayList<>())
                        .add(word);
            }
        }

        boolean occurIn(String text) {
            for (int i = 0; i + KEY <= text.length(); i++) {
                for (String word : byBeginning.getOrDefault(key(text, i), List.of())) {
                    if (text.startsWith(word, i)) {
                        return true;
                    }
                }
            }
            return false;
        }

        /** May collide beyond ASCII, which costs a comparison and nothing else. */
        private static int key(String text, int at) {
            return (text.charAt(at) * 31 + text.charAt(at + 1)) * 31 + text.charAt(at + 2);
        }
    }
}
