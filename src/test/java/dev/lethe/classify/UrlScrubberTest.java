package dev.lethe.classify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlScrubberTest {

    private final UrlScrubber scrubber = new UrlScrubber();

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', nullValues = "-", textBlock = """
        ``                                              | /
        https://example.com                             | /
        https://user:secret@example.com/docs            | /docs
        //example.com/docs                              | /docs
        docs/page                                       | /docs/page
        mailto:marie@example.org                        | /
        javascript:alert(1)                             | /
        https://example.com/docs/?q=marie#top           | /docs
        /docs//page///                                  | /docs/page
        /docs/./a/../b                                  | /docs/a/b
        \\\\example.com\\docs                           | /docs
        /docs\\page                                     | /docs/page
        /caf%C3%A9                                      | /café
        /cafe%CC%81                                     | /café
        /a%2Fb                                          | /a/b
        /a%252Fb                                        | /a/b
        /a%3Fb=c                                        | /a
        /100%25-cotton                                  | /100%-cotton
        /a%2525252525                                   | /:x
        /docs;v=1/page;jsessionid=abc                   | /docs/page
        /marie@example.org/x                            | /:x/x
        /news/world-europe-68123456                     | /news/world-europe-68123456
        /news/681234567                                 | /news/:x
        /news/68123456                                  | /news/68123456
        /news/19850517                                  | /news/:x
        /news/marie-dupont-790923-4291                  | /news/:x
        /x/68123456                                     | /x/:x
        /thanks/order-of-books-6812345                  | /thanks/order-of-books-:x
        /marie&#64;example.org/x                        | /:x/x
        /marie%26%2364%3Bexample.org/x                  | /:x/x
        /map/48.8566/-2.3522                            | /map/:x/:x
        /livre/9782070368228                            | /livre/9782070368228
        /users/68123456                                 | /users/:x
        /users/12                                       | /users/:x
        /users/marie.dupont                             | /users/:x
        /users/sign_in                                  | /users/sign_in
        /wiki/Category:Physics                          | /wiki/Category:Physics
        /2024/11/23/title                               | /2024/11/23/title
        /1985/05/17                                     | /:x/:x/:x
        /06/12/34/56/78                                 | /:x/:x/:x/:x/:x
        /1/2/3/4/5/6/7/8/9/10/11/12/13/14               | /:x/:x/:x/:x/:x/:x/:x/:x/:x/:x/:x/:x
        /a/b/c/d/e/f/g/h/i/j/k/l/m/n                    | /a/b/c/d/e/f/g/h/i/j/k/l
        """)
    void keepsThePathOnly(String url, String path) {
        assertEquals(path, scrubber.scrub(url).path());
    }

    @Test
    void cutsLongPathsBetweenSegments() {
        String segment = "é".repeat(60);
        String path =
                scrubber.scrub("/" + segment + "/" + segment + "/" + segment).path();
        assertEquals("/" + segment + "/" + segment, path);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(nullValues = "-", textBlock = """
        ?utm_source=Newsletter&utm_medium=email&utm_campaign=autumn-2026 , newsletter, email, autumn-2026
        ?a=b&utm_source=partner                                         , partner, -, -
        ?utm_source=a&utm_source=b                                      , a, -, -
        ?utm_source=marie%40example.org                                 , -, -, -
        ?utm_source=marie+dupont                                        , -, -, -
        ?utm_campaign=0612345678                                        , -, -, -
        ?utm_campaign=4f2a9c81d7e6b3a0                                  , -, -, -
        ?utm_campaign=20261123                                          , -, -, 20261123
        ?utm_term=marie&utm_content=dupont                              , -, -, -
        ?UTM_SOURCE=partner                                             , -, -, -
        #utm_source=partner                                             , -, -, -
        """)
    void keepsCampaignsThatNameNobody(String query, String source, String medium, String name) {
        assertEquals(
                new Campaign(Optional.ofNullable(source), Optional.ofNullable(medium), Optional.ofNullable(name)),
                scrubber.scrub("https://example.com/" + query).campaign());
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource({
        "/docs, /docs",
        "/docs/intro, /docs/:page",
        "/docs/new, /docs/new",
        "/docs/:x, /docs/:page",
        "/docs/a/b, /(other)",
        "/, /",
        "/elsewhere, /(other)"
    })
    void namesPagesByTheirRouteInStrictMode(String path, String expected) {
        List<RoutePattern> routes = List.of(
                RoutePattern.parse("/"),
                RoutePattern.parse("/docs/"),
                RoutePattern.parse("/docs/:page"),
                RoutePattern.parse("/docs/new"));
        assertEquals(expected, scrubber.strict(path, routes));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "docs", "//", "/a//b", "/a?b", "/a#b", "/a/:", "/a/b/c/d/e/f/g/h/i/j/k/l/m"})
    void refusesRoutesThatNoPathCanMatch(String text) {
        assertThrows(IllegalArgumentException.class, () -> RoutePattern.parse(text));
    }
}
