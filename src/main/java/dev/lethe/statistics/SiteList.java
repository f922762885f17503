package dev.lethe.statistics;

import dev.lethe.classify.ClickNames;
import dev.lethe.classify.RoutePattern;
import dev.lethe.classify.UrlScrubber;
import dev.lethe.site.SiteId;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * What an operator registers of a site: pages and named clicks that are published from the first day on, visited or not, as far as
 * the published tables have room ({@link #beyond}), and goals.
 * Read from a sitemap, or from a list with one entry a line:
 *
 * <pre>
 * # a comment
 * /pricing
 * /docs/:page
 * https://www.example.com/contact
 * click signup
 * goal Registration = click signup
 * goal Contact = page /contact/thanks
 * </pre>
 */
public record SiteList(List<String> pages, List<String> clicks, List<Goal> goals) {
    /** The most entries of a list; a sitemap may have more, and its first ones are taken. */
    public static final int MOST_ENTRIES = 5_000;

    private static final int LONGEST_GOAL = 60;

    public SiteList {
        pages = List.copyOf(pages);
        clicks = List.copyOf(clicks);
        goals = List.copyOf(goals);
    }

    /** What visitors should reach: {@code kind} is {@code page} or {@code click}. */
    public record Goal(String name, String kind, String target) {}

    /**
     * Reads a sitemap (XML with {@code loc} elements) or a list.
     *
     * @throws IllegalArgumentException naming the line and what is wrong with it
     */
    public static SiteList parse(String text) {
        return text.stripLeading().startsWith("<") ? sitemap(text) : list(text);
    }

    private static SiteList sitemap(String text) {
        XMLInputFactory factory = XMLInputFactory.newFactory();
        // A sitemap needs neither entities nor a document type, and both reach outside.
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        Set<String> pages = new LinkedHashSet<>();
        try {
            XMLStreamReader xml = factory.createXMLStreamReader(new StringReader(text));
            while (xml.hasNext() && pages.size() < MOST_ENTRIES) {
                if (xml.next() == XMLStreamReader.START_ELEMENT
                        && xml.getLocalName().equals("loc")) {
                    pages.add(page(xml.getElementText().strip()));
                }
            }
        } catch (XMLStreamException e) {
            throw new IllegalArgumentException(
                    "the sitemap is not XML that can be read, near line "
                            + e.getLocation().getLineNumber(),
                    e);
        }
        if (pages.isEmpty()) {
            throw new IllegalArgumentException("the sitemap has no <loc>; an index of sitemaps is imported one by one");
        }
        return new SiteList(List.copyOf(pages), List.of(), List.of());
    }

    private static SiteList list(String text) {
        Set<String> pages = new LinkedHashSet<>();
        Set<String> clicks = new LinkedHashSet<>();
        List<Goal> goals = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            String entry = line.strip();
            if (entry.isEmpty() || entry.startsWith("#")) {
                continue;
            }
            try {
                if (entry.startsWith("click ")) {
                    clicks.add(click(entry.substring("click ".length())));
                } else if (entry.startsWith("goal ")) {
                    goals.add(goal(entry.substring("goal ".length())));
                } else {
                    pages.add(page(entry));
                }
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + number + ": " + e.getMessage(), e);
            }
            if (pages.size() + clicks.size() + goals.size() > MOST_ENTRIES) {
                throw new IllegalArgumentException("a list has at most " + MOST_ENTRIES + " entries");
            }
        }
        Set<String> names = goals.stream().map(Goal::name).collect(Collectors.toSet());
        if (names.size() < goals.size()) {
            throw new IllegalArgumentException("two goals have the same name");
        }
        return new SiteList(List.copyOf(pages), List.copyOf(clicks), goals);
    }

    /** A path, pattern or address as the scrubber would store it. */
    private static String page(String entry) {
        if (entry.startsWith("/")) {
            RoutePattern pattern = RoutePattern.parse(entry);
            return pattern.placeholders() > 0 ? pattern.toString() : scrubbed(entry);
        }
        if (entry.startsWith("https://") || entry.startsWith("http://")) {
            return scrubbed(entry);
        }
        throw new IllegalArgumentException("'" + entry
                + "' is none of: a page such as /docs/:page, an address, 'click NAME', 'goal NAME = page /path',"
                + " 'goal NAME = click NAME'");
    }

    private static String scrubbed(String address) {
        return new UrlScrubber().scrub(address).path();
    }

    private static String click(String name) {
        return ClickNames.of(name.strip())
                .orElseThrow(() -> new IllegalArgumentException("'" + name.strip()
                        + "' cannot be the name of a click: 1 to 64 letters, digits, spaces and . _ : / + -"));
    }

    private static Goal goal(String text) {
        String[] sides = text.split("=", 2);
        String name = sides[0].strip();
        String[] target = sides.length == 2 ? sides[1].strip().split(" ", 2) : new String[0];
        if (name.isEmpty() || name.length() > LONGEST_GOAL || target.length != 2) {
            throw new IllegalArgumentException(
                    "a goal is written 'goal NAME = page /path' or 'goal NAME = click NAME'");
        }
        return switch (target[0]) {
            case "page" -> new Goal(name, "page", page(target[1].strip()));
            case "click" -> new Goal(name, "click", click(target[1]));
            default -> throw new IllegalArgumentException("a goal is a page or a click, not '" + target[0] + "'");
        };
    }

    /**
     * Registers everything on the list; what was registered and is not on it stays, unless it is to be replaced. Published
     * statistics keep the keys they have.
     *
     * @param owner logs in as the owner
     */
    public Future<Void> register(Pool owner, SiteId site, boolean replace) {
        return owner.withTransaction(connection -> cleared(connection, site, replace)
                .compose(cleared -> insert(connection, """
                    insert into registry.route (site, pattern) select $1, unnest($2::text[]) on conflict do nothing
                    """, site, pages))
                .compose(inserted -> insert(connection, """
                    insert into registry.click (site, click) select $1, unnest($2::text[]) on conflict do nothing
                    """, site, clicks))
                .compose(inserted -> connection
                        .preparedQuery("""
                            insert into registry.goal (site, goal, kind, target)
                            select $1, * from unnest($2::text[], $3::text[], $4::text[])
                            on conflict (site, goal) do update set kind = excluded.kind, target = excluded.target
                            """)
                        .execute(Tuple.of(
                                site.value(),
                                goals.stream().map(Goal::name).toArray(String[]::new),
                                goals.stream().map(Goal::kind).toArray(String[]::new),
                                goals.stream().map(Goal::target).toArray(String[]::new)))
                        .mapEmpty()));
    }

    /** How many registered pages and named clicks have no row of their own, because published tables have so many and no more. */
    public record Beyond(long pages, long clicks) {}

    /** What of everything registered counts in {@code (other)}. Which pages these are depends on which are visited most. */
    public static Future<Beyond> beyond(Pool owner, SiteId site) {
        return owner.preparedQuery("""
            select
                (select greatest(count(*) - $2, 0) from registry.route where site = $1) as pages,
                (select greatest(count(*) - $3, 0) from registry.click where site = $1) as clicks
            """)
                .execute(Tuple.of(site.value(), (long) KnownKeys.MOST_PAGES, (long) KnownKeys.MOST_KEYS))
                .map(rows -> rows.iterator().next())
                .map(row -> new Beyond(row.getLong("pages"), row.getLong("clicks")));
    }

    private static Future<Void> cleared(SqlConnection connection, SiteId site, boolean replace) {
        Future<Void> cleared = Future.succeededFuture();
        if (replace) {
            for (String table : List.of("route", "click", "goal")) {
                cleared = cleared.compose(before -> connection
                        .preparedQuery("delete from registry." + table + " where site = $1")
                        .execute(Tuple.of(site.value()))
                        .mapEmpty());
            }
        }
        return cleared;
    }

    private static Future<Void> insert(SqlConnection connection, String statement, SiteId site, List<String> keys) {
        return connection
                .preparedQuery(statement)
                .execute(Tuple.of(site.value(), (Object) keys.toArray(String[]::new)))
                .mapEmpty();
    }
}
