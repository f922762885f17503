package dev.lethe.http;

/** Text inside of pages. Stateless. */
public final class Html {
    private Html() {}

    /** The text as it may stand between tags and in quoted attributes. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }
}
