package dev.lethe.classify;

import static dev.lethe.classify.Ascii.isAlphanumeric;
import static dev.lethe.classify.Ascii.isDigit;
import static dev.lethe.classify.Ascii.isHex;
import static dev.lethe.classify.Ascii.isLetter;
import static dev.lethe.classify.Ascii.isUpper;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Recognises what may point at a person inside one segment of a path, one label of a host or one campaign value. Stateless; one
 * pass over the text per rule and no expression that looks back, so that the time is linear in the length whatever an attacker sends.
 *
 * <p>Numbers of up to five digits stay (years, postcodes, short ids), longer ones go: customer numbers, telephone numbers
 * and dates of birth begin at six. What is published may have up to eight, where the address says that it is published:
 * behind a word of {@link TellingWords#CONTENTS}, or at the side of a readable title. Dates from 2010 on stay, earlier ones
 * go: nobody born in 2010 can yet consent alone, while whoever can was born before.
 */
final class PersonalData {

    /** What stands in the place of anything personal. */
    static final String REDACTED = ":x";

    private static final int LONGEST_NUMBER = 5;
    private static final int LONGEST_PUBLISHED_NUMBER = 8;
    private static final int LONGEST_SEGMENT_BYTES = 200;
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[-_. +]");
    private static final Pattern SERIAL_OF_ARTICLE = Pattern.compile("_[1-9][0-9]{6}_[0-9]{1,5}$");

    private PersonalData() {}

    /** The text, or the text with {@link #REDACTED} in place of a number or hash that ends a slug, or {@link #REDACTED}. */
    static String redact(String text) {
        if (text.equals(REDACTED) || (PersonalNumbers.longestRun(text) > LONGEST_NUMBER && isNumberOfTitle(text))) {
            return text;
        }
        return isPersonal(text) ? REDACTED : withoutIdentifiers(text);
    }

    /** As {@link #redact(String)}, knowing the segment before. */
    static String redact(String text, String before) {
        String word = before.toLowerCase(Locale.ROOT);
        if (isPublished(word, text) || isNumberOfPaper(word, text)) {
            return text;
        }
        return isValueOf(word, text) || isValueOf(lastWord(word), text) ? REDACTED : redact(text);
    }

    /** The number of an article, a product's code in capitals, or what follows the prefix of a DOI. */
    private static boolean isPublished(String before, String text) {
        boolean content = TellingWords.CONTENTS.contains(before) || (before.startsWith("10.") && before.length() == 7);
        int digits = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (!isDigit(c) && !isUpper(c)) {
                return false;
            }
            digits += isDigit(c) ? 1 : 0;
        }
        return content
                && (digits == text.length()
                        ? digits <= LONGEST_PUBLISHED_NUMBER && !PersonalNumbers.isCompactBirthday(text)
                        : digits <= 5 && text.length() <= 10);
    }

    /** The prefix of a DOI, a number of arXiv. */
    private static boolean isNumberOfPaper(String before, String text) {
        return TellingWords.PAPERS.contains(before)
                && text.length() <= 10
                && text.chars().allMatch(c -> isDigit((char) c) || c == '.');
    }

    private static boolean isPersonal(String text) {
        return text.indexOf('@') >= 0
                || (text.indexOf('=') >= 0 && !isFacet(text))
                || text.startsWith("~")
                || text.length() > LONGEST_SEGMENT_BYTES
                || text.getBytes(StandardCharsets.UTF_8).length > LONGEST_SEGMENT_BYTES
                || hasEscape(text)
                || isNamedValue(text)
                || isSpelledOutMailAddress(text)
                || isFullName(text)
                || hasKnownShape(withoutEnding(text))
                || isNetworkAddress(withoutEnding(text))
                || isNetworkAddress(text)
                || PersonalNumbers.isCoordinate(text)
                || hasUuid(text)
                || PersonalNumbers.isIn(text)
                || RandomText.hasToken(text)
                || RandomText.isBase64Url(text);
    }

    /** Three times percent-encoded: no address that a person was meant to read. */
    private static boolean hasEscape(String text) {
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
            if (i + 2 < text.length() && isHex(text.charAt(i + 1)) && isHex(text.charAt(i + 2))) {
                return true;
            }
        }
        return false;
    }

    /** {@code color=red}: the name is a shop's, the value a word. */
    private static boolean isFacet(String text) {
        int equals = text.indexOf('=');
        return TellingWords.FACETS.contains(text.substring(0, equals).toLowerCase(Locale.ROOT))
                && text.chars().skip(equals + 1).allMatch(Character::isLetter);
    }

    private static boolean isNamedValue(String text) {
        int colon = text.indexOf(':');
        if (colon <= 0 || colon == text.length() - 1) {
            return false;
        }
        String name = text.substring(0, colon).toLowerCase(Locale.ROOT);
        String value = text.substring(colon + 1);
        return !value.equals("x") && (TellingWords.FIELDS_AND_PAGES.contains(name) || isValueOf(name, value));
    }

    private static boolean isValueOf(String name, String text) {
        return TellingWords.isTelling(name) && isOfSomebody(name, text);
    }

    private static boolean isOfSomebody(String name, String text) {
        return TellingWords.FIELDS.contains(name)
                || (TellingWords.INDIVIDUALS.contains(name) && !TellingWords.PAGES.contains(firstWord(text)))
                || (TellingWords.PERSONS.contains(name)
                        && (looksLikeSomebody(text) || !TellingWords.PAGES.contains(firstWord(text))))
                || (TellingWords.SECRETS.contains(name)
                        && hasDigitOrCapital(text)
                        && !isTitle(text)
                        && !PersonalNumbers.isKeptYear(text))
                || (TellingWords.FIELDS_AND_PAGES.contains(name)
                        && (looksLikeSomebody(text) || hasDigitOrCapital(text))
                        && !isModel(text));
    }

    private static boolean isSpelledOutMailAddress(String text) {
        if (!hasAt(text)) {
            return false;
        }
        String lower = text.toLowerCase(Locale.ROOT);
        if (lower.contains("(at)") || lower.contains("[at]") || lower.contains("{at}") || hasHostBehindAt(lower)) {
            return true;
        }
        String[] words = BETWEEN_WORDS.split(lower, 16);
        for (int i = 1; i + 1 < words.length; i++) {
            if (words[i].equals("at") && TellingWords.MAIL_PROVIDERS.contains(words[i + 1])) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasAt(String text) {
        for (int i = 1; i < text.length(); i++) {
            if ((text.charAt(i) == 't' || text.charAt(i) == 'T')
                    && (text.charAt(i - 1) == 'a' || text.charAt(i - 1) == 'A')) {
                return true;
            }
        }
        return false;
    }

    /** {@code jane-at-example.org}; {@code meet-us-at-booth.html} is a page. */
    private static boolean hasHostBehindAt(String lower) {
        for (int at = lower.indexOf("at", 2); at >= 0; at = lower.indexOf("at", at + 1)) {
            boolean apart = at + 2 < lower.length()
                    && "-_ ".indexOf(lower.charAt(at - 1)) >= 0
                    && "-_ ".indexOf(lower.charAt(at + 2)) >= 0;
            String host = apart ? lower.substring(at + 3) : "";
            int dot = host.lastIndexOf('.');
            if (dot > 0
                    && host.length() - dot > 2
                    && host.chars().allMatch(c -> isAlphanumeric((char) c) || c == '.' || c == '-')
                    && !isFileEnding(host.substring(dot + 1))) {
                return true;
            }
        }
        return false;
    }

    /** {@code first.last}, as accounts are named; not a file, a host or a module. */
    private static boolean isFullName(String text) {
        int dot = text.indexOf('.');
        if (dot < 2 || text.length() - dot < 5) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (i != dot && !isLetter(text.charAt(i)) && text.charAt(i) < 128) {
                return false;
            }
        }
        return !TellingWords.FILES.contains(text.substring(dot + 1).toLowerCase(Locale.ROOT))
                && !TellingWords.MODULES.contains(text.substring(0, dot).toLowerCase(Locale.ROOT));
    }

    /** The text without the ending of a file of two to four letters and digits. */
    private static String withoutEnding(String text) {
        int dot = text.lastIndexOf('.');
        boolean ending =
                dot > 0 && text.length() - dot >= 3 && text.length() - dot <= 5 && isLetter(text.charAt(dot + 1));
        return ending ? text.substring(0, dot) : text;
    }

    private static boolean isFileEnding(String ending) {
        return TellingWords.FILES.contains(ending) || TellingWords.SHORT_FILES.contains(ending);
    }

    /** Number plates of France and Italy, British and Italian personal numbers in their groups, French passports. */
    private static boolean hasKnownShape(String text) {
        String capitals = text.toUpperCase(Locale.ROOT);
        return hasShape(text, "AA-999-AA")
                || hasShape(text, "AA 999 AA")
                || hasShape(capitals, "AA-99-99-99-A")
                || hasShape(capitals, "AA 99 99 99 A")
                || hasShape(capitals, "AAA AAA 99A99 A999A")
                || hasShape(capitals, "AAA-AAA-99A99-A999A")
                || hasShape(capitals, "99AA99999");
    }

    /** @param shape A for a capital, 9 for a digit, anything else for itself */
    private static boolean hasShape(String text, String shape) {
        if (text.length() != shape.length()) {
            return false;
        }
        for (int i = 0; i < shape.length(); i++) {
            char c = text.charAt(i);
            boolean fits = switch (shape.charAt(i)) {
                case 'A' -> isUpper(c);
                case '9' -> isDigit(c);
                default -> c == shape.charAt(i);
            };
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /** IPv4, IPv6 (a zone may follow) or the address of a network card. */
    private static boolean isNetworkAddress(String whole) {
        int zone = whole.indexOf('%');
        String text = zone < 0 ? whole : whole.substring(0, zone);
        int colons = 0;
        int dots = 0;
        int hyphens = 0;
        boolean hex = true;
        boolean digits = true;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case ':' -> colons++;
                case '.' -> dots++;
                case '-' -> hyphens++;
                default -> {
                    hex &= isHex(c);
                    digits &= isDigit(c);
                }
            }
        }
        return (colons >= 2 && hex)
                || (dots == 3 && colons <= 1 && hyphens == 0 && digits && text.length() >= 7)
                || (hyphens == 5 && dots + colons == 0 && hex && text.length() == 17);
    }

    private static boolean hasUuid(String text) {
        for (int first = text.indexOf('-'); first >= 0; first = text.indexOf('-', first + 1)) {
            if (first >= 8
                    && first + 28 <= text.length()
                    && allHex(text, first - 8, 8)
                    && text.charAt(first + 5) == '-'
                    && text.charAt(first + 10) == '-'
                    && text.charAt(first + 15) == '-'
                    && allHex(text, first + 1, 4)
                    && allHex(text, first + 6, 4)
                    && allHex(text, first + 11, 4)
                    && allHex(text, first + 16, 12)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Takes out long numbers and hashes. When one stands apart at the side of readable words the words stay, because
     * {@code /news/some-title-8123456} without its title is every article; else the whole text goes.
     */
    private static String withoutIdentifiers(String text) {
        StringBuilder kept = new StringBuilder();
        int found = 0;
        int looseDigits = 0;
        boolean readable = false;
        boolean apart = true;
        int i = 0;
        while (i < text.length()) {
            int end = i;
            while (end < text.length() && isAlphanumeric(text.charAt(end))) {
                end++;
            }
            if (end == i) {
                char c = text.charAt(i++);
                kept.append(c);
                apart &= c == '-' || c == '_' || c == '.' || c == ' ' || c > 127;
                continue;
            }
            int digits = 0;
            int run = 0;
            boolean longNumber = false;
            for (int at = i; at <= end; at++) {
                if (at < end && isDigit(text.charAt(at))) {
                    digits++;
                    run++;
                } else {
                    longNumber |= run > LONGEST_NUMBER
                            && !PersonalNumbers.isCompactDate(text, at - run, run)
                            && !PersonalNumbers.isBook(text.substring(at - run, at));
                    run = 0;
                }
            }
            boolean hash = digits < end - i && RandomText.isHash(text, i, end);
            if (longNumber || hash) {
                found++;
                apart &= hash || digits == end - i;
                kept.append(REDACTED);
            } else {
                looseDigits += digits;
                readable |= digits == 0 && end - i >= 3;
                kept.append(text, i, end);
            }
            i = end;
        }
        if (found == 0) {
            return text;
        }
        return found == 1 && apart && readable && looseDigits <= 4 ? kept.toString() : REDACTED;
    }

    /**
     * A title of two words or more and one number of something published; no word tells that it is somebody's. A second
     * number at its side makes it a telephone number, or a day of birth and what follows.
     */
    private static boolean isNumberOfTitle(String text) {
        int readable = 0;
        int published = 0;
        String numberBefore = "";
        String title = withoutEnding(text);
        for (String word : title.split("[-_]", 64)) {
            String lower = word.toLowerCase(Locale.ROOT);
            if (word.isEmpty() || TellingWords.isTelling(lower)) {
                return false;
            }
            if (word.chars().allMatch(c -> isDigit((char) c))) {
                boolean date = PersonalNumbers.isCompactDate(word, 0, word.length());
                published += word.length() > LONGEST_NUMBER && !date ? 1 : 0;
                if (word.length() > LONGEST_PUBLISHED_NUMBER
                        || (word.length() > 1 && word.startsWith("0"))
                        || PersonalNumbers.isCompactBirthday(word)
                        || (published > 0 && !mayFollow(numberBefore, word, title))) {
                    return false;
                }
                numberBefore = word;
            } else if (word.codePoints().allMatch(PersonalData::isOfWords)) {
                numberBefore = "";
                readable += word.length() >= 3 ? 1 : 0;
            } else {
                return false;
            }
        }
        boolean fits = text.getBytes(StandardCharsets.UTF_8).length <= LONGEST_SEGMENT_BYTES;
        return fits && published == 1 && (readable >= 2 || title.startsWith("p-"));
    }

    /** {@code part-2-513964} and {@code 2025-513964} are titles and their number. */
    private static boolean mayFollow(String before, String number, String title) {
        return before.length() <= 1
                || (PersonalNumbers.isKeptYear(before) && number.length() > LONGEST_NUMBER)
                || SERIAL_OF_ARTICLE.matcher(title).find();
    }

    private static boolean isOfWords(int point) {
        return Character.isLetter(point) || Character.getType(point) == Character.NON_SPACING_MARK;
    }

    /** {@code /phone/pixel-9}. */
    private static boolean isModel(String text) {
        int hyphen = text.indexOf('-');
        int digits = text.length() - hyphen - 1;
        return hyphen >= 3
                && digits <= 2
                && text.chars().limit(hyphen).allMatch(Character::isLowerCase)
                && text.chars().skip(hyphen + 1).allMatch(c -> isDigit((char) c));
    }

    /** Small letters and short numbers, two words at least: what a headline makes, and no token. */
    private static boolean isTitle(String text) {
        int readable = 0;
        for (String word : text.split("[-_]", 64)) {
            boolean number = word.length() <= 4 && word.chars().allMatch(c -> isDigit((char) c));
            if (!number && !word.chars().allMatch(Character::isLowerCase)) {
                return false;
            }
            readable += !number && word.length() >= 3 ? 1 : 0;
        }
        return readable >= 2;
    }

    private static String lastWord(String text) {
        return text.substring(Math.max(text.lastIndexOf('-'), text.lastIndexOf('_')) + 1);
    }

    private static String firstWord(String text) {
        int end = 0;
        while (end < text.length() && isLetter(text.charAt(end))) {
            end++;
        }
        return text.substring(0, end).toLowerCase(Locale.ROOT);
    }

    /** A number, a handle with a digit, or a name whose parts are joined; {@code order-history} and a file are none of them. */
    private static boolean looksLikeSomebody(String text) {
        boolean joined = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isDigit(c)) {
                return true;
            }
            joined |= i > 0 && i + 1 < text.length() && (c == '.' || c == '+' || c == ' ');
        }
        return joined && !text.endsWith(".html") && !text.endsWith(".htm") && !text.endsWith(".php");
    }

    private static boolean hasDigitOrCapital(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isDigit(text.charAt(i)) || isUpper(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    private static boolean allHex(String text, int start, int length) {
        for (int i = start; i < start + length; i++) {
            if (!isHex(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
