package dev.lethe.retention;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a data-protection officer gets: a JSON document that says how each promise stands, signed, with the chain of the ledger in it.
 * The printable page carries the same document. Immutable.
 *
 * <p>The signature is over the document without its field {@code signature}, as JSON without white space, keys sorted by their UTF-16
 * units, in UTF-8.
 */
public final class ComplianceReport {
    private static final String SIGNATURE = "signature";
    private static final String PUBLIC_KEY = "public_key";
    private static final int HASH_BYTES = 32;
    private static final Pattern EMBEDDED =
            Pattern.compile("<script type=\"application/json\" id=\"lethe-report\">(.*?)</script>", Pattern.DOTALL);

    private final JsonObject document;

    private ComplianceReport(JsonObject document) {
        this.document = document;
    }

    /** Signs what was gathered. */
    public static ComplianceReport signed(JsonObject gathered, SigningKey key) {
        JsonObject document = gathered.copy().put(PUBLIC_KEY, key.publicKey());
        return new ComplianceReport(document.put(SIGNATURE, key.sign(signedBytes(document))));
    }

    /**
     * Reads a report, or a page that carries one. Nothing is checked.
     *
     * @throws IllegalArgumentException when it is neither
     */
    public static ComplianceReport parse(String text) {
        Matcher page = EMBEDDED.matcher(text);
        try {
            JsonObject document = new JsonObject(page.find() ? page.group(1) : text);
            if (!"lethe compliance".equals(document.getValue("report"))) {
                throw new IllegalArgumentException("this is no compliance report of Lethe");
            }
            return new ComplianceReport(document);
        } catch (DecodeException e) {
            throw new IllegalArgumentException("this is no compliance report of Lethe", e);
        }
    }

    public JsonObject document() {
        return document.copy();
    }

    /** Indented, for people and machines. */
    public String toJson() {
        return document.encodePrettily();
    }

    public String publicKey() {
        return document.getString(PUBLIC_KEY, "");
    }

    /** Whether the holder of the key that the report names signed all of it. Whose key that is, the reader has to know. */
    public boolean isSigned() {
        return SigningKey.verifies(publicKey(), signedBytes(document), document.getString(SIGNATURE, ""));
    }

    private static byte[] signedBytes(JsonObject document) {
        JsonObject signed = document.copy();
        signed.remove(SIGNATURE);
        return Ledger.canonical(signed).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The first entry of the report's own copy of the ledger at which the chain is broken. Entries about persons come without their
     * detail, so of these only the links are checked.
     */
    public Optional<Long> brokenAt() {
        JsonArray entries = document.getJsonObject("ledger", new JsonObject()).getJsonArray("entries", new JsonArray());
        String previous = HexFormat.of().formatHex(new byte[HASH_BYTES]);
        long seq = 1;
        for (int i = 0; i < entries.size(); i++) {
            JsonObject entry = entries.getJsonObject(i);
            if (entry.getLong("seq", 0L) != seq
                    || !previous.equals(entry.getString("previous"))
                    || !isHashed(entry, seq)) {
                return Optional.of(seq);
            }
            previous = entry.getString("hash");
            seq++;
        }
        return Optional.empty();
    }

    private static boolean isHashed(JsonObject entry, long seq) {
        String detail = entry.getString("detail");
        if (detail == null) {
            return true;
        }
        byte[] hash = Ledger.hash(
                HexFormat.of().parseHex(entry.getString("previous")),
                seq,
                Instant.parse(entry.getString("at")),
                entry.getString("kind"),
                detail);
        return HexFormat.of().formatHex(hash).equals(entry.getString("hash"));
    }

    /** Number and hash of the newest entry that the report knows; empty when the ledger was empty. */
    public Optional<Link> head() {
        List<Link> links = links();
        return links.isEmpty() ? Optional.empty() : Optional.of(links.getLast());
    }

    /** One entry's number and hash. */
    public record Link(long seq, String hash) {}

    private List<Link> links() {
        JsonArray entries = document.getJsonObject("ledger", new JsonObject()).getJsonArray("entries", new JsonArray());
        List<Link> links = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            JsonObject entry = entries.getJsonObject(i);
            links.add(new Link(entry.getLong("seq", 0L), entry.getString("hash", "")));
        }
        return links;
    }

    /** The document as it stands in a page: no text in it can end the element. */
    String embedded() {
        return "<script type=\"application/json\" id=\"lethe-report\">"
                + document.encode().replace("<", "\\u003c") + "</script>";
    }
}
