package dev.lethe;

/** Something was asked for that is never done, however often it is tried: exit code 2, and a sentence that says why. */
final class WrongUse extends OperationFailed {
    private static final long serialVersionUID = 1;

    WrongUse(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    WrongUse(String sentence) {
        super(sentence);
    }
}
