package dev.lethe.routes;

import dev.lethe.consent.Notice;
import dev.lethe.http.StaticFile;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/**
 * The tracker, the banner and the vitals script, under their plain names and under names that hold their hash. What a hash names never
 * changes: builds of earlier releases stay, so that pages which pin them by integrity survive an upgrade. Immutable.
 */
public final class Scripts {
    private static final String RELEASED = "scripts/released.txt";

    private final byte[] trackerSha256;
    private final Map<String, StaticFile> current = new HashMap<>();
    private final Map<String, StaticFile> byHash = new HashMap<>();

    /** Takes the built files from the class path; the banner begins with the texts of this installation's notice. */
    public Scripts(Notice notice) {
        String tracker = read("scripts/lethe.js");
        trackerSha256 = digest(tracker);
        add("lethe", tracker);
        add("lethe-vitals", read("scripts/lethe-vitals.js"));
        add("lethe-banner", "window.letheNotice=" + notice.toJson() + ";\n" + read("scripts/lethe-banner.js"));
        read(RELEASED).lines().filter(name -> !name.isBlank()).forEach(name -> {
            String text = read("scripts/released/" + name);
            byHash.put("/" + name, StaticFile.ofText(name, text));
        });
    }

    private void add(String name, String text) {
        StaticFile file = StaticFile.ofText(name + ".js", text);
        current.put("/" + name + ".js", file);
        byHash.put("/" + name + "." + hash(text) + ".js", file);
    }

    /** Answers a script's request, or passes it on. */
    public void handle(RoutingContext context) {
        String path = context.mountPoint() == null
                ? context.normalizedPath()
                : context.normalizedPath()
                        .substring(context.mountPoint().replaceAll("/$", "").length());
        StaticFile pinned = byHash.get(path);
        StaticFile file = pinned == null ? current.get(path) : pinned;
        if (file == null) {
            context.next();
            return;
        }
        // Scripts are the same for everybody, and a page that pins one by integrity must be allowed to read it.
        context.response()
                .putHeader(HttpHeaders.ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                .putHeader("Cross-Origin-Resource-Policy", "cross-origin")
                .putHeader(
                        HttpHeaders.CACHE_CONTROL,
                        pinned == null
                                ? "public, max-age=300, must-revalidate"
                                : "public, max-age=31536000, immutable");
        file.answer(context.request(), 200);
    }

    /** SHA-256 of the tracker that is served now, for proofs of consent. */
    public byte[] trackerSha256() {
        return trackerSha256.clone();
    }

    /** The first 16 hexadecimal digits of SHA-256: enough to tell builds apart; integrity attributes carry the whole. */
    private static String hash(String text) {
        return HexFormat.of().formatHex(digest(text), 0, 8);
    }

    private static byte[] digest(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String read(String name) {
        return StaticFile.textOf(Scripts.class, name);
    }
}
