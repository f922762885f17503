package dev.lethe.database;

import java.io.Serial;

/**
 * The database cannot be used, and a person has to do something about it: the message is written for that person and
 * says what. Immutable; it never carries a password, a statement's values or anything of a visitor.
 */
public final class DatabaseProblem extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    public DatabaseProblem(String message) {
        super(message);
    }

    public DatabaseProblem(String message, Throwable cause) {
        super(message, cause);
    }
}
