package dev.lethe;

/** A command could not be done, for a reason an operator can mend; its message is one sentence without personal data. */
class OperationFailed extends Exception {
    private static final long serialVersionUID = 1;

    OperationFailed(String sentence) {
        super(sentence);
    }

    OperationFailed(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
