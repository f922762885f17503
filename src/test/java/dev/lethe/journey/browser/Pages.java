package dev.lethe.journey.browser;

import java.util.List;

/** The addresses of the pages that people see. */
final class Pages {
    /** Below {@code /demo/} and {@code /demo/fr/}. */
    static final List<String> DEMO = List.of(
            "",
            "bicycles/",
            "bicycles/quai/",
            "bicycles/crue/",
            "bicycles/aube/",
            "guide/",
            "where-from/",
            "contact/",
            "app/");

    /** {@code &lang=} is to follow. */
    static final List<String> PRIVACY = List.of("/privacy?site=demo", "/privacy/notice?site=demo");

    private Pages() {}
}
