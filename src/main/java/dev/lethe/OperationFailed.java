package dev.lethe;

import dev.lethe.database.DatabaseProblem;
import java.net.BindException;

/** A command could not be done, for a reason an operator can mend; its message is one sentence without personal data. */
class OperationFailed extends Exception {
    private static final long serialVersionUID = 1;

    OperationFailed(String sentence) {
        super(sentence);
    }

    OperationFailed(String sentence, Throwable cause) {
        super(sentence, cause);
    }

    /** Something that fails, and should say so to the operator. */
    interface Attempt<T> {
        T run() throws Exception;
    }

    /** Whatever makes the attempt fail becomes a sentence. */
    static <T> T unless(Attempt<T> attempt) throws OperationFailed {
        try {
            return attempt.run();
        } catch (OperationFailed e) {
            throw e;
        } catch (DatabaseProblem | IllegalStateException e) {
            throw new OperationFailed(String.valueOf(e.getMessage()), e);
        } catch (BindException e) {
            throw new OperationFailed(
                    "A port is in use already: " + e.getMessage()
                            + ". Choose others with --public.port and --admin.port.",
                    e);
        } catch (Exception e) {
            throw new OperationFailed("It failed: " + e.getMessage() + " (--debug shows where).", e);
        }
    }
}
