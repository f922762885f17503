package dev.lethe.rights;

import java.util.LinkedHashMap;
import java.util.Map;

/** What each field of the download holds and means. */
final class Fields {
    private Fields() {}

    /** Every field in the order of the download, with its meaning in a language. */
    static Map<String, String> describe(Texts texts, String language) {
        Map<String, String> fields = new LinkedHashMap<>();
        OwnEvents.FIELDS.forEach(field -> fields.put(field, texts.sentence(language, "field." + field)));
        fields.put("destroyed_before", texts.sentence(language, "field.destroyed_before"));
        return fields;
    }

    /** Its kind in JSON. A field without a value is left out. */
    static String type(String field) {
        return switch (field) {
            case "browser_major", "seconds", "scroll", "gap_days" -> "integer";
            case "value" -> "number";
            case "first_visit" -> "boolean";
            case "received_at" -> "date-time";
            case "day", "destroyed_before" -> "date";
            default -> "string";
        };
    }
}
