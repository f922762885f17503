package dev.lethe.classify;

import static dev.lethe.classify.Ascii.isAlphanumeric;
import static dev.lethe.classify.Ascii.isDigit;
import static dev.lethe.classify.Ascii.isHex;
import static dev.lethe.classify.Ascii.isLetter;
import static dev.lethe.classify.Ascii.isLower;
import static dev.lethe.classify.Ascii.isUpper;

/**
 * Tells text that was drawn at random (keys, sessions, hashes) from words and from names that programmers give, by how
 * letters and digits follow each other. Stateless; linear in the length.
 */
final class RandomText {

    /**
     * The pairs of letters that are common in European languages, by first letter: the 330 commonest of 676 in 28 languages'
     * names of countries, languages and currencies (Unicode CLDR) and in English prose cover 97.7 % of those texts, and half
     * of random letters.
     */
    private static final String[] COMMON_PAIRS = {
        "abcdefghijklmnoprstuvwyz",
        "acehiloruw",
        "acefhikortu",
        "aeijnorsuyz",
        "abcdeghijklmnoprstuvwxyz",
        "aegioru",
        "aehikloruv",
        "aeimorstu",
        "abcdeghijklmnopqrstuvyz",
        "aeiosu",
        "aehiklmorstuwy",
        "abdegiklostuvy",
        "abcehiopsuy",
        "abcdeghijklmnostuvyz",
        "abcdefgijklmnoprstuvwz",
        "aeilortu",
        "u",
        "abcdegiklmnorstuvwy",
        "acehijklnoprstuvwyz",
        "acehilnorstuvy",
        "abcdegijklmnprstuvyz",
        "adeilosy",
        "aeios",
        "bei",
        "aceimnorsu",
        "abeiosu"
    };

    private RandomText() {}

    /** Words that were drawn at random: keys, sessions, hashes inside words, identity numbers that mix letters in. */
    static boolean hasToken(String text) {
        int start = 0;
        int mixed = 0;
        while (start < text.length()) {
            int end = start;
            while (end < text.length() && isAlphanumeric(text.charAt(end))) {
                end++;
            }
            mixed += end - start >= 3 && mixesLettersAndDigits(text, start, end) ? 1 : 0;
            if (mixed >= 3) {
                return true; // a code in groups
            }
            if (end - start >= 8 && isToken(text, start, end) && !isHash(text, start, end)) {
                return true;
            }
            start = Math.max(end, start + 1);
        }
        return false;
    }

    private static boolean mixesLettersAndDigits(String text, int start, int end) {
        int digits = 0;
        for (int i = start; i < end; i++) {
            digits += isDigit(text.charAt(i)) ? 1 : 0;
        }
        return digits > 0 && digits < end - start;
    }

    private static boolean isToken(String text, int start, int end) {
        if (text.startsWith("eyJ", start)) {
            return true; // the beginning of every JSON object in base64, so of every JWT
        }
        Texture word = Texture.of(text, start, end);
        int length = end - start;
        boolean mixed = word.digitChanges >= 4
                || (length >= 9 && word.digitChanges >= 3)
                || (length >= 16 && word.digitChanges >= 2 && !word.isProgrammersName());
        return mixed || word.isJumpy() || word.isUnreadable();
    }

    /** The alphabet of base64url holds hyphen and underscore, which would cut a token into harmless pieces. */
    static boolean isBase64Url(String text) {
        if (text.length() < 16) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isAlphanumeric(c) && c != '-' && c != '_') {
                return false;
            }
        }
        Texture whole = Texture.of(text, 0, text.length());
        return whole.lower
                && whole.upper
                && whole.humps
                && (whole.digitChanges >= 3 || whole.isJumpy() || whole.isUnreadable());
    }

    /** How letters and digits follow each other, counted inside words only: capitals that begin a word are ordinary. */
    private static final class Texture {

        private int pairs;
        private int changes; // between small letters, capitals and digits, but for the one behind a word's capital
        private int digitChanges;
        private int letters;
        private int rarePairs;
        private boolean lower;
        private boolean upper;
        private boolean digit;
        private boolean humps;

        static Texture of(String text, int start, int end) {
            Texture texture = new Texture();
            char before = '-';
            boolean capitals = false;
            for (int i = start; i < end; i++) {
                char c = text.charAt(i);
                texture.add(before, c, capitals);
                capitals = isUpper(before) && isUpper(c);
                before = c;
            }
            return texture;
        }

        private void add(char before, char c, boolean capitals) {
            lower |= isLower(c);
            upper |= isUpper(c);
            digit |= isDigit(c);
            letters += isLetter(c) ? 1 : 0;
            if (!isAlphanumeric(before) || !isAlphanumeric(c)) {
                return;
            }
            pairs++;
            if (isDigit(before) != isDigit(c)) {
                changes++;
                digitChanges++;
            } else if (isLower(before) && isUpper(c)) {
                changes++;
                humps = true;
            } else if (capitals && isLower(c)) {
                changes++;
            }
            rarePairs += isLetter(before) && isLetter(c) && !isCommonPair(before, c) ? 1 : 0;
        }

        /** {@code getElementById} changes three times in fourteen, random letters and digits every second time. */
        boolean isJumpy() {
            return lower && upper && digit && changes >= 3 && changes * 10 >= (pairs + 1) * 3;
        }

        /** {@code ISO8601DateFormat}: one number between readable words. */
        boolean isProgrammersName() {
            return humps && digitChanges == 2 && letters >= 10 && rarePairs * 5 < letters;
        }

        boolean isUnreadable() {
            return letters >= 12
                    && ((humps || digit)
                            ? rarePairs >= 3 && rarePairs * 4 >= letters - 1
                            : rarePairs * 10 >= letters * 4);
        }
    }

    /** A long word of hexadecimal digits. */
    static boolean isHash(String text, int start, int end) {
        int digits = 0;
        for (int i = start; i < end; i++) {
            if (!isHex(text.charAt(i))) {
                return false;
            }
            digits += isDigit(text.charAt(i)) ? 1 : 0;
        }
        return end - start >= 10 && digits >= 2;
    }

    private static boolean isCommonPair(char first, char second) {
        return COMMON_PAIRS[(first | 0x20) - 'a'].indexOf(second | 0x20) >= 0;
    }
}
