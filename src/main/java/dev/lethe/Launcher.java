package dev.lethe;

import java.lang.reflect.InvocationTargetException;

/** The jar's entry point, compiled for Java 8: on a Java that is too old it says so in one sentence instead of failing to load. */
public final class Launcher {
    private static final int OLDEST_JAVA = 21;

    private Launcher() {}

    public static void main(String[] arguments) throws Exception {
        String version = System.getProperty("java.specification.version");
        if (version.startsWith("1.") || Integer.parseInt(version) < OLDEST_JAVA) {
            System.err.println("Lethe needs Java " + OLDEST_JAVA + " or newer; this is Java " + version + " ("
                    + System.getProperty("java.home") + ").");
            System.exit(1);
        }
        try {
            Class.forName("dev.lethe.Main").getMethod("main", String[].class).invoke(null, (Object) arguments);
        } catch (InvocationTargetException failure) {
            throw failure.getCause() instanceof Exception ? (Exception) failure.getCause() : failure;
        }
    }
}
