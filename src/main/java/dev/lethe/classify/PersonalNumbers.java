package dev.lethe.classify;

import static dev.lethe.classify.Ascii.isDigit;
import static dev.lethe.classify.Ascii.isLetter;

import java.util.ArrayList;
import java.util.List;

/**
 * Tells numbers that belong to a person from years, versions and sizes, by how many digits there are and how they are
 * grouped. Stateless; linear in the length.
 *
 * <p>Check digits decide nothing: a mistyped number is personal too.
 */
final class PersonalNumbers {

    private static final int FIRST_YEAR_KEPT = 2010;

    private PersonalNumbers() {}

    /** Telephone, card, bank, identity and social-security numbers written in groups, coordinates, and dates of birth. */
    static boolean isIn(String text) {
        int i = 0;
        while (i < text.length()) {
            if (!isDigit(text.charAt(i)) || (i > 0 && isLetter(text.charAt(i - 1)))) {
                i++;
                continue;
            }
            boolean international = (i > 0 && text.charAt(i - 1) == '+') || text.startsWith("00", i);
            List<String> groups = new ArrayList<>();
            int next = i;
            while (next >= 0) {
                int end = next;
                while (end < text.length() && isDigit(text.charAt(end))) {
                    end++;
                }
                groups.add(text.substring(next, end));
                i = end;
                next = nextGroup(text, end);
            }
            boolean book = groups.size() == 1 && isBook(groups.getFirst());
            if (!book && isPersonal(groups, international)) {
                return true;
            }
        }
        return false;
    }

    /** Where the next group of the same number begins, or -1; a group may end in one letter, as some identity numbers do. */
    private static int nextGroup(String text, int end) {
        int at = end;
        if (at < text.length() && isLetter(text.charAt(at))) {
            at++;
        }
        int separator = at;
        while (at < text.length() && at - separator < 3 && isSeparator(text.charAt(at))) {
            at++;
        }
        return at > separator && at < text.length() && isDigit(text.charAt(at)) ? at : -1;
    }

    /** How many digits stand in a row at most. */
    static int longestRun(String text) {
        int longest = 0;
        int run = 0;
        for (int i = 0; i < text.length(); i++) {
            run = isDigit(text.charAt(i)) ? run + 1 : 0;
            longest = Math.max(longest, run);
        }
        return longest;
    }

    /** Of the groups of one number, telephone numbers' above all. */
    static boolean isSeparator(char c) {
        return " -._(),+:·•*".indexOf(c) >= 0 || Character.getType(c) == Character.DASH_PUNCTUATION;
    }

    /** @param groups the digits of one number, as they were separated */
    static boolean isPersonal(List<String> groups, boolean international) {
        int skip = 0;
        if (groups.size() >= 3) {
            int year = yearOfDate(groups);
            if (year >= FIRST_YEAR_KEPT) {
                skip = 3;
            } else if (year > 0) {
                return true;
            }
        }
        if (skip == 0 && isKeptYear(groups.getFirst())) {
            skip = groups.size() > 1 && isKeptYear(groups.get(1)) ? 2 : 1;
        }
        if (groups.size() == 2 && groups.getFirst().length() <= 5 && isKeptYear(groups.get(1))) {
            return false; // a standard and its year
        }
        int total = 0;
        boolean pairs = true;
        for (String group : groups.subList(skip, groups.size())) {
            total += group.length();
            pairs &= group.length() == 2;
        }
        return total >= 9 || (international && total >= 7) || (pairs && total >= 8);
    }

    /** The year when the first three groups are a date in the order of most of the world or of ISO 8601, else 0. */
    private static int yearOfDate(List<String> groups) {
        String first = groups.get(0);
        String last = groups.get(2);
        boolean iso = first.length() == 4 && last.length() <= 2;
        boolean daysFirst = last.length() == 4 && first.length() <= 2;
        if ((!iso && !daysFirst) || groups.get(1).length() > 2) {
            return 0;
        }
        int year = Integer.parseInt(iso ? first : last);
        int a = Integer.parseInt(groups.get(1));
        int b = Integer.parseInt(iso ? last : first);
        boolean date = (isMonth(a) && isDay(b)) || (daysFirst && isMonth(b) && isDay(a));
        return date && year >= 1900 && year <= 2099 ? year : 0;
    }

    /** A latitude or a longitude: four decimals and more tell a house from the next one. */
    static boolean isCoordinate(String text) {
        int start = text.startsWith("-") || text.startsWith("+") ? 1 : 0;
        int dot = text.indexOf('.');
        if (dot <= start || dot - start > 3 || text.length() - dot <= 4) {
            return false;
        }
        for (int i = start; i < text.length(); i++) {
            if (i != dot && !isDigit(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }

    /** ISBN-13: the number of a book, not of a reader. */
    static boolean isBook(String digits) {
        if (digits.length() != 13 || !(digits.startsWith("978") || digits.startsWith("979"))) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < 13; i++) {
            sum += (digits.charAt(i) - '0') * (i % 2 == 0 ? 1 : 3);
        }
        return sum % 10 == 0;
    }

    /** {@code yyyymmdd} or {@code ddmmyyyy} when somebody grown up may have been born. */
    static boolean isCompactBirthday(String digits) {
        return digits.length() == 8
                && (isBirthday(digits.substring(0, 4), digits.substring(4, 6), digits.substring(6))
                        || isBirthday(digits.substring(4), digits.substring(2, 4), digits.substring(0, 2)));
    }

    private static boolean isBirthday(String year, String month, String day) {
        return year.compareTo("1900") >= 0
                && year.compareTo(Integer.toString(FIRST_YEAR_KEPT)) < 0
                && isMonth(Integer.parseInt(month))
                && isDay(Integer.parseInt(day));
    }

    /** {@code yyyymm} or {@code yyyymmdd} of a year whose dates are kept. */
    static boolean isCompactDate(String text, int start, int length) {
        return (length == 6 || length == 8)
                && isKeptYear(text.substring(start, start + 4))
                && isMonth(Integer.parseInt(text, start + 4, start + 6, 10))
                && (length == 6 || isDay(Integer.parseInt(text, start + 6, start + 8, 10)));
    }

    static boolean isKeptYear(String group) {
        return group.length() == 4 && group.startsWith("20") && group.charAt(2) != '0';
    }

    private static boolean isMonth(int number) {
        return number >= 1 && number <= 12;
    }

    private static boolean isDay(int number) {
        return number >= 1 && number <= 31;
    }
}
