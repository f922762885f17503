package dev.lethe.config;

/** A setting's value that must never be printed; {@link #toString} says so instead. Read it with {@link #reveal}. */
public final class Secret {
    private final String value;

    public Secret(String value) {
        this.value = value;
    }

    public String reveal() {
        return value;
    }

    @Override
    public String toString() {
        return "(secret)";
    }
}
