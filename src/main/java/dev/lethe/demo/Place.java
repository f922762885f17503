package dev.lethe.demo;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Where a visitor sits: networks of large access providers, each written with 0 at its end because the look-up cuts an address to
 * its network anyhow, and the languages that browsers there ask for, the commonest first.
 */
@SuppressWarnings("ImmutableEnumChecker") // Its lists are those of List.of and toList, which nobody can change.
enum Place {
    FRANCE(.58, "fr-FR fr-FR fr-FR fr-FR fr en", "90.12.34.0", "86.200.10.0", "89.80.10.0", "80.215.10.0"),
    BELGIUM(.09, "fr-BE fr-BE nl-BE en", "81.243.12.0", "109.128.20.0"),
    SWITZERLAND(.05, "fr-CH fr-CH de-CH en", "178.192.30.0", "85.5.10.0"),
    CANADA(.05, "fr-CA fr-CA en-CA", "24.200.40.0", "70.50.10.0"),
    GERMANY(.05, "de-DE de-DE de-DE en", "87.140.20.0", "91.10.40.0"),
    UNITED_STATES(.05, "en-US en-US en-US es-US", "73.40.20.0", "98.110.5.0"),
    UNITED_KINGDOM(.035, "en-GB", "86.150.20.0", "81.100.30.0"),
    LUXEMBOURG(.015, "fr-LU de-LU en", "80.90.40.0"),
    NETHERLANDS(.015, "nl-NL nl-NL en", "84.30.40.0"),
    SPAIN(.015, "es-ES es-ES ca", "88.10.20.0"),
    ITALY(.012, "it-IT", "79.20.30.0"),
    MOROCCO(.010, "fr-MA ar", "105.150.10.0"),
    SENEGAL(.006, "fr-SN", "41.82.10.0"),
    PORTUGAL(.006, "pt-PT", "85.240.50.0"),
    POLAND(.004, "pl-PL", "83.10.20.0"),
    JAPAN(.003, "ja", "126.20.30.0"),
    AUSTRALIA(.002, "en-AU", "1.120.30.0");

    static final Weighted<Place> ALL = new Weighted<>(Arrays.asList(values()), place -> place.share);

    private final double share;
    private final List<String> languages;
    private final List<InetAddress> networks;

    Place(double share, String languages, String... networks) {
        this.share = share;
        this.languages = List.of(languages.split(" "));
        this.networks = Arrays.stream(networks).map(Place::network).toList();
    }

    private static InetAddress network(String text) {
        try {
            return InetAddress.getByName(text);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four numbers are an address, nothing is asked of a name server", e);
        }
    }

    InetAddress network(RandomGenerator random) {
        return networks.get(random.nextInt(networks.size()));
    }

    String language(RandomGenerator random) {
        return languages.get(random.nextInt(languages.size()));
    }
}
