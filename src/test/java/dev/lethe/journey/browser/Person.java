package dev.lethe.journey.browser;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Request;
import com.microsoft.playwright.options.LoadState;
import dev.lethe.TestLethe;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Somebody with a browser profile on a Lethe's pages, and everything the browser did for her: requests, complaints, what it keeps. Not
 * thread-safe.
 */
final class Person implements AutoCloseable {
    /** The kinds of messages in the developer's console that a page has no reason to cause. */
    static final Set<String> COMPLAINTS = Set.of("error", "warning");

    private final TestLethe lethe;
    private final BrowserContext context;
    private final List<Request> requests = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private final Page page;

    Person(TestLethe lethe, BrowserContext context) {
        this.lethe = lethe;
        this.context = context;
        context.onRequest(requests::add);
        context.onConsoleMessage(message -> {
            if (COMPLAINTS.contains(message.type())) {
                complaints.add(message.text());
            }
        });
        context.onWebError(error -> complaints.add(error.error()));
        this.page =
                context.pages().isEmpty() ? context.newPage() : context.pages().get(0);
    }

    Page page() {
        return page;
    }

    /** Opens a page of the public listener and waits until the scripts have what they asked for. */
    Person open(String path) {
        page.navigate(lethe.publicUrl() + path);
        return settle();
    }

    /** Opens a page and waits no longer than the page itself needs. */
    Person pass(String path) {
        page.navigate(lethe.publicUrl() + path);
        return this;
    }

    /** Arrives from elsewhere. */
    Person openFrom(String referrer, String path) {
        page.navigate(lethe.publicUrl() + path, new Page.NavigateOptions().setReferer(referrer));
        return settle();
    }

    Person settle() {
        page.waitForLoadState(LoadState.NETWORKIDLE);
        return this;
    }

    /** Goes away from the site, as closing the window would. */
    Person leave() {
        page.navigate("about:blank");
        return this;
    }

    Locator banner() {
        return page.locator("[data-lethe-banner] section");
    }

    Locator quiet() {
        return page.locator("[data-lethe-banner] button.quiet");
    }

    /** The left of the two equal buttons. */
    Locator refuse() {
        return page.locator("[data-lethe-banner] .choice button").nth(0);
    }

    Locator accept() {
        return page.locator("[data-lethe-banner] .choice button").nth(1);
    }

    /** Taps one of the banner's answers and waits until the collector has taken it. */
    Person tap(Locator answer) {
        page.waitForResponse(
                response -> response.url().endsWith("/api/consent")
                        && response.request().method().equals("POST"),
                answer::click);
        return settle();
    }

    /** Waits for what the test expects of the database or of the requests, while the browser goes on. */
    void waitFor(BooleanSupplier condition) {
        page.waitForCondition(condition, new Page.WaitForConditionOptions().setTimeout(40_000));
    }

    /** {@code "POST /api/beacon"}: method and path of what went to Lethe's interfaces, in order. */
    List<String> calls() {
        return requests.stream()
                .map(request ->
                        request.method() + " " + URI.create(request.url()).getPath())
                .filter(call -> call.contains(" /api/") || call.startsWith("POST"))
                .toList();
    }

    List<Request> beacons() {
        return requests.stream()
                .filter(request -> request.url().contains("/api/beacon"))
                .toList();
    }

    /** What went to any origin but Lethe's public one. */
    List<String> elsewhere() {
        return requests.stream()
                .map(Request::url)
                .filter(url -> !url.startsWith(lethe.publicUrl() + "/") && url.startsWith("http"))
                .toList();
    }

    /** Errors and warnings in the developer's console, breaches of the content policy among them. */
    List<String> complaints() {
        return complaints;
    }

    void forgetRequests() {
        requests.clear();
    }

    /** Everything this browser keeps for the site, by kind; only kinds that hold something. */
    Map<String, List<String>> device() {
        Map<String, List<String>> kept = new TreeMap<>();
        List<String> cookies = context.cookies().stream()
                .map(cookie -> cookie.name + "=" + cookie.value)
                .toList();
        if (!cookies.isEmpty()) {
            kept.put("cookies", cookies);
        }
        @SuppressWarnings("unchecked")
        Map<String, List<String>> stores = (Map<String, List<String>>) page.evaluate("""
            async () => ({
              localStorage: Object.keys(localStorage),
              sessionStorage: Object.keys(sessionStorage),
              indexedDB: (await indexedDB.databases()).map((database) => database.name),
              caches: await caches.keys(),
              serviceWorkers: (await navigator.serviceWorker.getRegistrations()).map((one) => one.scope),
              files: await navigator.storage.getDirectory().then(async (directory) => {
                const names = [];
                for await (const name of directory.keys()) names.push(name);
                return names;
              }),
              name: window.name ? [window.name] : [],
            })\
            """);
        stores.forEach((kind, names) -> {
            if (!names.isEmpty()) {
                kept.put(kind, names);
            }
        });
        return kept;
    }

    BrowserContext context() {
        return context;
    }

    @Override
    public void close() {
        context.close();
    }
}
