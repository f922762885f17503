package dev.lethe.attack.address;

import java.util.List;
import java.util.Locale;
import java.util.Random;

/**
 * What is drawn at random for one address: digits, letters, words, days. Not thread-safe; the same seed draws the same
 * on every machine, which {@link Random} promises for ever.
 */
final class Draw {

    static final String DIGITS = "0123456789";
    static final String CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static final String HEX = "0123456789abcdef";
    static final String BASE64URL = CAPITALS + CAPITALS.toLowerCase(Locale.ROOT) + DIGITS + "-_";
    static final String BASE62 = CAPITALS + CAPITALS.toLowerCase(Locale.ROOT) + DIGITS;

    private final Random random;

    Draw(long seed) {
        random = new Random(seed);
    }

    /** From {@code low} to {@code high}, both included. */
    int between(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    String digits(int count) {
        return of(DIGITS, count);
    }

    /** A run of digits that does not begin with nought. */
    String number(int count) {
        return between(1, 9) + digits(count - 1);
    }

    String of(String alphabet, int count) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    /** A token with at least one digit, one capital and one small letter, as a real one of this length has. */
    String token(String alphabet, int count) {
        while (true) {
            String token = of(alphabet, count);
            if (token.matches(".*[0-9].*[0-9].*") && token.matches(".*[a-z].*") && token.matches("[A-Za-z0-9].*")) {
                return token;
            }
        }
    }

    /** A list written as words with blanks between them. */
    static List<String> words(String text) {
        return List.of(text.strip().split("\\s+"));
    }

    @SafeVarargs
    @SuppressWarnings("varargs")
    final <T> T one(T... of) {
        return of[random.nextInt(of.length)];
    }

    <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    /** The day of birth of somebody grown up: year, month, day, and the year's last two digits. */
    String[] birthday() {
        int year = between(1941, 1999);
        return new String[] {
            Integer.toString(year),
            "%02d".formatted(between(1, 12)),
            "%02d".formatted(between(1, 28)),
            "%02d".formatted(year % 100)
        };
    }
}
