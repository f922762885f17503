package dev.lethe.demo;

import dev.lethe.http.StaticFile;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.site.Sites;
import dev.lethe.statistics.SiteList;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Pool;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The sample website: a small bicycle workshop in English ({@code /demo/}) and French ({@code /demo/fr/}) that carries the
 * tracker and the consent banner as any customer's site would. Immutable, read from the class path once and kept in memory.
 */
public final class DemoSite {
    public static final SiteId ID = new SiteId("demo");

    /** One name in both languages, so that each page knows its translation. */
    private static final List<String> PAGES = List.of(
            "",
            "bicycles/",
            "bicycles/quai/",
            "bicycles/crue/",
            "bicycles/aube/",
            "guide/",
            "where-from/",
            "contact/",
            "app/");

    /** Views of the single-page section: the same document, so that a reload or a shared link finds it. */
    private static final List<String> APP_VIEWS = List.of("app/riding", "app/fit");

    private static final List<String> ASSETS = List.of(
            "demo.css",
            "demo.js",
            "app.js",
            "icon.svg",
            "river.svg",
            "quai.svg",
            "crue.svg",
            "aube.svg",
            "workbench.svg",
            "sizes.pdf",
            "prices.csv");

    /**
     * Nothing but the site's own files, as the strictest customer would write it: it also shows that tracker and banner need no
     * exception.
     */
    private static final String CONTENT_POLICY =
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'";

    private static final Pattern PLACEHOLDER = Pattern.compile("\\{(\\w+)(?::([\\w-]+))?}");

    private enum Language {
        EN("/demo"),
        FR("/demo/fr");

        /** Below the base path, without a slash at its end. */
        private final String home;

        Language(String home) {
            this.home = home;
        }

        private String code() {
            return this == EN ? "en" : "fr";
        }
    }

    private final String basePath;
    private final Map<String, StaticFile> files = new HashMap<>();
    private final Map<Language, StaticFile> missing;

    /**
     * Registers the sample website as an operator would, and makes the sites read again.
     *
     * @param owner may register sites
     * @param port of the public listener on this machine
     */
    public static Future<Void> register(Pool owner, Sites sites, String basePath, int port, Instant now) {
        Site site = new Site(
                ID,
                Set.of("http://localhost:" + port, "http://127.0.0.1:" + port),
                ZoneId.of("Europe/Paris"),
                Optional.empty(),
                Preset.BALANCED,
                true);
        return Sites.register(owner, site, site.dayOf(now))
                .compose(registered -> pages(basePath).register(owner, ID, true))
                .compose(registered -> sites.refresh());
    }

    /** The pages, clicks and goals of the sample website. */
    private static SiteList pages(String basePath) {
        Workshop workshop = new Workshop(basePath + "/demo");
        String pages = Stream.concat(workshop.paths(false).stream(), workshop.paths(true).stream())
                .collect(Collectors.joining("\n"));
        return SiteList.parse(pages + """

            click see-bicycles
            click find-fit
            goal Test ride Quai = click test-ride-quai
            goal Test ride Crue = click test-ride-crue
            goal Test ride Aube = click test-ride-aube
            goal Call back = click call-back
            goal Newsletter = click newsletter
            """);
    }

    /** @param basePath the path of {@code public.url}: {@code ""} or {@code "/lethe"}, never with a slash at its end */
    public DemoSite(String basePath) {
        this.basePath = basePath;
        for (Language language : Language.values()) {
            for (String page : PAGES) {
                files.put(language.home + "/" + page, page(language, page));
            }
            for (String view : APP_VIEWS) {
                files.put(language.home + "/" + view, page(language, "app/"));
            }
        }
        for (String asset : ASSETS) {
            files.put("/demo/assets/" + asset, StaticFile.ofResource(DemoSite.class, "assets/" + asset));
        }
        missing = Map.of(Language.EN, page(Language.EN, "not-found"), Language.FR, page(Language.FR, "not-found"));
    }

    /** What stands before the paths of a synthetic site's pages: only the sample website does not begin at {@code /}. */
    public static String rootOf(Site site, String basePath) {
        return site.id().equals(ID) ? basePath + "/demo" : "";
    }

    /** Answers everything under {@code /demo} on a router that already stands below the base path. */
    public void mount(Router router) {
        router.route("/demo").handler(this::answer);
        router.route("/demo/*").handler(this::answer);
    }

    private void answer(RoutingContext context) {
        HttpServerResponse response = context.response();
        response.putHeader("Content-Security-Policy", CONTENT_POLICY)
                .putHeader("Referrer-Policy", "strict-origin-when-cross-origin");
        HttpMethod method = context.request().method();
        if (!method.equals(HttpMethod.GET) && !method.equals(HttpMethod.HEAD)) {
            response.setStatusCode(405)
                    .putHeader(HttpHeaders.ALLOW, "GET, HEAD")
                    .end();
            return;
        }
        String path = context.normalizedPath().substring(basePath.length());
        StaticFile file = files.get(path);
        if (file != null) {
            file.answer(context.request(), 200);
        } else if (files.containsKey(path + "/")) {
            response.setStatusCode(302)
                    .putHeader(HttpHeaders.LOCATION, basePath + path + "/")
                    .end();
        } else {
            notFound(path).answer(context.request(), 404);
        }
    }

    private StaticFile notFound(String path) {
        Language language = path.startsWith(Language.FR.home + "/") ? Language.FR : Language.EN;
        return missing.getOrDefault(language, missing.values().iterator().next());
    }

    /** A page's file holds its head lines, then {@code <main>}; header and footer come from its language's layout. */
    private StaticFile page(Language language, String page) {
        String name = page.isEmpty() ? "home" : page.replaceAll("/$", "").replace('/', '-');
        String source = StaticFile.textOf(DemoSite.class, language.code() + "/" + name + ".html");
        int main = source.indexOf("<main");
        String layout = StaticFile.textOf(DemoSite.class, language.code() + "/layout.html")
                .replace("{head}", source.substring(0, main).strip())
                .replace("{main}", source.substring(main).strip());
        String path = name.equals("not-found") ? "" : page;
        return StaticFile.ofText(name + ".html", filled(layout, language, path));
    }

    private String filled(String text, Language language, String path) {
        return PLACEHOLDER
                .matcher(text)
                .replaceAll(found -> Matcher.quoteReplacement(
                        switch (found.group(1)) {
                            case "base" -> basePath;
                            case "home" -> basePath + language.home;
                            case "assets" -> basePath + "/demo/assets";
                            case "english" -> basePath + Language.EN.home + "/" + path;
                            case "french" -> basePath + Language.FR.home + "/" + path;
                            case "here" -> path.startsWith(found.group(2) + "/") ? " aria-current=\"page\"" : "";
                            default -> throw new IllegalStateException("unknown placeholder " + found.group());
                        }));
    }
}
