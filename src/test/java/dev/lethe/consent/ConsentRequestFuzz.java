package dev.lethe.consent;

/** Opens the parser of consent requests to fuzzing. */
public final class ConsentRequestFuzz {
    private ConsentRequestFuzz() {}

    /** Whether {@code body} is a consent request. */
    public static boolean isValid(byte[] body) {
        try {
            ConsentRequest.parse(body);
            return true;
        } catch (ConsentRequest.Invalid refused) {
            return false;
        }
    }
}
