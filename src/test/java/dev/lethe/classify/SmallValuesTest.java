package dev.lethe.classify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.classify.ClickTargets.Download;
import dev.lethe.classify.ClickTargets.OutboundHost;
import dev.lethe.classify.ClickTargets.Target;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Languages, screens, countries, clicked links, and the codes of the closed lists. */
class SmallValuesTest {

    private static final Countries COUNTRIES = Countries.builtIn();

    @ParameterizedTest(name = "{0}")
    @CsvSource(nullValues = "-", textBlock = """
        fr, fr
        fr-FR, fr
        EN_us, en
        zh-Hant-TW, zh
        gsw-CH, gsw
        '', -
        f, -
        *, -
        fran, -
        français, -
        fr FR, -
        x-private, -
        """)
    void cutsLanguagesToTheirPrimarySubtag(String tag, String language) {
        assertEquals(Optional.ofNullable(language), Languages.primarySubtag(tag));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(nullValues = "-", textBlock = """
        xs, XS
        xxl, XXL
        XS, -
        1920, -
        '', -
        """)
    void knowsScreensByTheirLabel(String label, Screen screen) {
        assertEquals(Optional.ofNullable(screen), Screen.ofLabel(label));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(nullValues = "-", textBlock = """
        194.2.0.20, FR
        193.99.144.80, DE
        8.8.8.8, US
        2a01:e00::1, FR
        2a00:1450:4007:80e::200e, -
        127.0.0.1, -
        10.1.2.3, -
        192.168.1.1, -
        0.0.0.0, -
        ::1, -
        fe80::1, -
        fd00::1, -
        2001:db8::1, -
        """)
    void findsTheCountryOfANetwork(String address, String country) throws UnknownHostException {
        Optional<String> found = COUNTRIES.country(InetAddress.getByName(address));
        if (address.startsWith("2a00:1450")) {
            assertTrue(found.isPresent());
        } else {
            assertEquals(Optional.ofNullable(country), found);
        }
    }

    @Test
    void answersTheSameForEveryAddressOfANetwork() throws UnknownHostException {
        assertEquals(
                COUNTRIES.country(InetAddress.getByName("194.2.0.0")),
                COUNTRIES.country(InetAddress.getByName("194.2.0.255")));
        assertEquals(
                COUNTRIES.country(InetAddress.getByName("2a01:e00::")),
                COUNTRIES.country(InetAddress.getByName("2a01:e00:0:ffff:ffff:ffff:ffff:ffff")));
    }

    @Test
    void refusesACountryFileOfAnotherFormat(@TempDir Path directory) throws Exception {
        Path file = Files.writeString(directory.resolve("country.mmdb"), "no database");
        assertThrows(UncheckedIOException.class, () -> Countries.from(file));
        assertThrows(UncheckedIOException.class, () -> Countries.from(directory.resolve("absent.mmdb")));
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(nullValues = "-", textBlock = """
        https://partner.example.org/a?b              , partner.example.org, -
        https://www.partner.example.org/             , partner.example.org, -
        //partner.example.org/                       , partner.example.org, -
        http://10.0.0.1/                             , (other), -
        https://jean.github.io/                      , github.io, -
        https://example.com/page                     , -, -
        https://www.example.com/page                 , -, -
        /page                                        , -, -
        page.html                                    , -, -
        mailto:marie@example.org                     , -, -
        tel:+33612345678                             , -, -
        javascript:void(0)                           , -, -
        ''                                           , -, -
        https://example.com/files/marie-dupont.PDF?x , -, pdf
        /files/report.xlsx#sheet                     , -, xlsx
        report.zip                                   , -, zip
        https://partner.example.org/data.csv         , -, csv
        https://example.zip                          , example.zip, -
        https://example.zip/                         , example.zip, -
        /files/page.unknown                          , -, -
        /v1.pdf/page                                 , -, -
        """)
    void keepsAHostOrAnExtensionOfAClickedLink(String url, String host, String extension) {
        Optional<Target> expected = host != null
                ? Optional.of(new OutboundHost(host))
                : Optional.ofNullable(extension).map(Download::new);
        assertEquals(expected, new ClickTargets().of(url, Set.of("example.com")));
    }

    @Test
    void givesEveryValueItsOwnCodeAndLabel() {
        for (Coded[] list : new Coded[][] {
            Browser.values(), OperatingSystem.values(), Device.values(), Channel.values(), Screen.values()
        }) {
            Set<Object> seen = new HashSet<>();
            for (Coded value : list) {
                assertTrue(seen.add(value.code()) && seen.add(value.label()), () -> "twice: " + value);
                assertEquals(value.label().equals("other"), value.code() == 0, value::toString);
            }
            assertEquals(2 * list.length, seen.size(), () -> Arrays.toString(list));
        }
    }
}
