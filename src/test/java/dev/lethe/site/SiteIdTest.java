package dev.lethe.site;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SiteIdTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "7", "ab", "example.com", "a-b", "a..b", "xn--caf-dma.example", "0.0"})
    void takesNamesOfHosts(String name) {
        assertEquals(Optional.of(new SiteId(name)), SiteId.tryParse(name));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", ".a", "a.", "a-", "A", "a b", "a_b", "a/b", "café", "a\n", "a\u0000", "٣", "a;b"})
    void refusesEverythingElse(String name) {
        assertEquals(Optional.empty(), SiteId.tryParse(name));
        assertThrows(IllegalArgumentException.class, () -> new SiteId(name));
    }

    @Test
    void takesSixtyThreeSignsAtMost() {
        assertEquals(63, SiteId.tryParse("a".repeat(63)).orElseThrow().value().length());
        assertEquals(Optional.empty(), SiteId.tryParse("a".repeat(64)));
    }

    @Test
    void knowsTheHostsOfItsOrigins() {
        Site site = new Site(
                new SiteId("example.com"),
                Set.of(
                        "https://www.example.com",
                        "http://localhost:8080",
                        "http://127.0.0.1:8080",
                        "http://[::1]:8080",
                        "https://[2001:db8::1]",
                        "https://xn--caf-dma.example:8443"),
                ZoneOffset.UTC,
                Optional.empty(),
                Preset.BALANCED,
                false);
        assertEquals(
                Set.of("www.example.com", "localhost", "127.0.0.1", "[::1]", "[2001:db8::1]", "xn--caf-dma.example"),
                site.hosts());
    }
}
