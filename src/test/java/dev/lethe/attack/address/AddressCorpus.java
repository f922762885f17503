package dev.lethe.attack.address;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The corpus as it lies among the resources: four lists, one address a line (kind, URL, what is personal in it). Each list
 * is made anew from its seed and compared, so that nobody can mend a number by mending the list. Immutable.
 */
public enum AddressCorpus {
    /** With these the scrubber was mended. */
    PERSONAL(20_260_101),
    /** Other seed, other shapes of address: what the scrubber does with what it was not mended for. */
    PERSONAL_HELD_OUT(770_031),
    CLEAN(20_260_102),
    CLEAN_HELD_OUT(770_032);

    private static final Path FOLDER = Path.of("src/test/resources/dev/lethe/attack/address");

    public final long seed;

    AddressCorpus(long seed) {
        this.seed = seed;
    }

    /** As committed. */
    public List<Address> addresses() {
        return text().lines().map(Address::parse).toList();
    }

    /** The committed list's text. */
    public String text() {
        try {
            return Files.readString(file());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The list as its seed makes it today. */
    public String made() {
        List<Address> made = switch (this) {
            case PERSONAL -> PersonalAddresses.make(seed, false);
            case PERSONAL_HELD_OUT -> PersonalAddresses.make(seed, true);
            case CLEAN -> CleanAddresses.make(seed, false);
            case CLEAN_HELD_OUT -> CleanAddresses.make(seed, true);
        };
        return made.stream().map(address -> address.line() + "\n").collect(Collectors.joining());
    }

    public Path file() {
        return FOLDER.resolve(name().toLowerCase(Locale.ROOT).replace('_', '-') + ".tsv");
    }
}
