package dev.lethe.attack.address;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The corpus is what its seeds make; {@code -Dlethe.write-docs=true} writes it again. */
class AddressCorpusTest {

    @ParameterizedTest
    @EnumSource
    void isWhatItsSeedMakes(AddressCorpus corpus) throws IOException {
        String made = corpus.made();
        if (Boolean.getBoolean("lethe.write-docs")) {
            Files.createDirectories(corpus.file().getParent());
            Files.writeString(corpus.file(), made);
        }
        assertEquals(made, corpus.text(), corpus + " is made from seed " + corpus.seed);
    }

    @Test
    void isAsLargeAsTheCheckAsks() {
        List<Address> personal = AddressCorpus.PERSONAL.addresses();
        assertTrue(personal.size() >= 2_000, () -> personal.size() + " with something personal");
        assertTrue(personal.stream().map(Address::kind).distinct().count() >= 40, "kinds");
        assertTrue(AddressCorpus.CLEAN.addresses().size() >= 500, "clean ones");
    }

    @Test
    void saysWhatIsPersonalAndUsesOnlyNamesKeptForExamples() {
        for (AddressCorpus corpus : AddressCorpus.values()) {
            for (Address address : corpus.addresses()) {
                assertEquals(address.personal().isEmpty(), corpus.name().startsWith("CLEAN"), address::toString);
                String host = address.url().replaceFirst("https?://([^/:]+).*", "$1");
                assertTrue(host.matches("(.*\\.)?example(\\.(com|net|org))?"), host);
            }
        }
    }

    @Test
    void heldOutPartSharesNoAddressWithTheOther() {
        var known =
                AddressCorpus.PERSONAL.addresses().stream().map(Address::url).collect(Collectors.toSet());
        assertFalse(AddressCorpus.PERSONAL_HELD_OUT.addresses().stream()
                .map(Address::url)
                .anyMatch(known::contains));
    }
}
