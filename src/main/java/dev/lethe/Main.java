package dev.lethe;

/** The command line. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.out.println("Lethe " + String.join(" ", arguments));
    }
}
