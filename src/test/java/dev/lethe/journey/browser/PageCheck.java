package dev.lethe.journey.browser;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Page;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What is wrong with the pages of one test: nothing may be serious for axe-core, or wider than its window. Leaves a picture of each in
 * {@code target/screenshots}, to be looked at. Not thread-safe.
 */
final class PageCheck {
    private static final Path PICTURES = Chromium.directory("target", "screenshots");

    private final List<String> faults = new ArrayList<>();
    private final String mark;

    /** @param mark stands at the end of every picture's name */
    PageCheck(String mark) {
        this.mark = mark;
    }

    /** Looks at the whole page. */
    void look(Page page, String name) {
        look(page, name, true);
    }

    /** Looks at what is in the window now, where it would be another thing in a taller one. */
    void lookAtWindow(Page page, String name) {
        look(page, name, false);
    }

    private void look(Page page, String name, boolean whole) {
        picture(page, name + mark, whole);
        Object wider = page.evaluate("document.documentElement.scrollWidth - innerWidth");
        if (((Number) wider).intValue() > 0) {
            faults.add(name + mark + ": " + wider + " px wider than the window");
        }
        page.evaluate(Chromium.axe());
        @SuppressWarnings("unchecked")
        List<String> found = (List<String>) page.evaluate("""
            async () => (await axe.run()).violations
              .filter((fault) => fault.impact === 'serious' || fault.impact === 'critical')
              .map((fault) => fault.id + ' ' + fault.nodes.map((node) => node.target.join(' ')).join(', '))\
            """);
        found.forEach(fault -> faults.add(name + mark + ": " + fault));
    }

    /** Leaves a picture and judges nothing. */
    static void picture(Page page, String name, boolean whole) {
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(PICTURES.resolve(name + ".png"))
                .setFullPage(whole));
    }

    void assertNothingSerious() {
        assertEquals(List.of(), faults);
    }
}
