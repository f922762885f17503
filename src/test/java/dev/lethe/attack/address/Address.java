package dev.lethe.attack.address;

import java.util.List;

/**
 * One address of the corpus: what kind it is, the URL as a browser sends it, and the texts in it that must not come out
 * again (none in a clean one). Immutable.
 */
public record Address(String kind, String url, List<String> personal) {

    public Address {
        personal = List.copyOf(personal);
    }

    static Address parse(String line) {
        String[] fields = line.split("\t", -1);
        return new Address(fields[0], fields[1], fields[2].isEmpty() ? List.of() : List.of(fields[2].split("\\|")));
    }

    String line() {
        return kind + "\t" + url + "\t" + String.join("|", personal);
    }
}
