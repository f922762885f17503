package dev.lethe.rights;

import java.util.Locale;
import java.util.Optional;

/** The form of a visitor's copy: both hold the same events, JSON with an explanation of each field, CSV for spreadsheets. */
public enum CopyFormat {
    JSON("application/json"),
    CSV("text/csv; charset=utf-8");

    private final String contentType;

    CopyFormat(String contentType) {
        this.contentType = contentType;
    }

    public String contentType() {
        return contentType;
    }

    public static Optional<CopyFormat> ofWord(String word) {
        return switch (word) {
            case "json" -> Optional.of(JSON);
            case "csv" -> Optional.of(CSV);
            default -> Optional.empty();
        };
    }

    /** As addresses, forms, the command line and the ends of file names have it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
