package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.LeftOut;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/**
 * X13: {@code target/lethe-sbom.json} names every library in the jar with version, licence and hash. Whether one of them has a known
 * weakness, only a database on the network can say: {@code docs/security.md} gives the command.
 */
class X13BillOfMaterialsIT {
    private static final Path SBOM = Path.of("target", "lethe-sbom.json");
    private static final Path JAR = Path.of("target", "lethe.jar");
    /** JCTools is part of netty-common's own jar, under another package. */
    private static final String WITHIN_NETTY = "org.jctools";

    private static final Pattern POM = Pattern.compile("META-INF/maven/([^/]+)/([^/]+)/pom.xml");

    @Test
    void namesEveryLibraryWithVersionLicenceAndHash() throws IOException {
        if (!Files.exists(SBOM) || !Files.exists(JAR)) {
            LeftOut.because("the bill of materials", "is made by `mvn package`, not offline");
        }
        JsonObject sbom = new JsonObject(Files.readString(SBOM));
        assertEquals("CycloneDX", sbom.getString("bomFormat"));
        Map<String, String> versions = new TreeMap<>();
        for (Object each : sbom.getJsonArray("components")) {
            JsonObject library = (JsonObject) each;
            String name = library.getString("group") + ":" + library.getString("name");
            versions.put(name, library.getString("version"));
            assertFalse(library.getString("version").isBlank(), name);
            assertFalse(library.getJsonArray("licenses", new JsonArray()).isEmpty(), name + " has no licence");
            assertTrue(
                    library.getJsonArray("hashes", new JsonArray()).stream()
                            .map(hash -> ((JsonObject) hash).getString("alg"))
                            .anyMatch("SHA-256"::equals),
                    name + " has no SHA-256");
            assertTrue(library.getString("purl").startsWith("pkg:maven/"), name);
        }
        try (ZipFile jar = new ZipFile(JAR.toFile())) {
            jar.stream().forEach(entry -> {
                Matcher pom = POM.matcher(entry.getName());
                if (pom.matches()
                        && !pom.group(2).equals("lethe")
                        && !pom.group(1).equals(WITHIN_NETTY)) {
                    assertTrue(
                            versions.containsKey(pom.group(1) + ":" + pom.group(2)),
                            entry.getName() + " is in the jar and not in the bill of materials");
                }
            });
        }
        System.out.println("X13: " + versions.size() + " libraries, each with version, licence and SHA-256");
        assertTrue(versions.containsKey("io.vertx:vertx-core"));
    }
}
