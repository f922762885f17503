package dev.lethe.http;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;

/**
 * A file that is the same for everybody, held in memory with its content type and entity tag. Immutable, made once at start
 * and answered from any thread.
 */
public final class StaticFile {
    /** What browsers are told by the file's ending; a closed list, so that nothing unforeseen is ever served as a page. */
    private static final Map<String, String> CONTENT_TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "json", "application/json",
            "svg", "image/svg+xml",
            "csv", "text/csv; charset=utf-8",
            "yaml", "application/yaml",
            "pdf", "application/pdf");

    private final Buffer content;
    private final String contentType;
    private final String etag;

    private StaticFile(byte[] content, String contentType) {
        this.content = Buffer.buffer(content);
        this.contentType = contentType;
        this.etag = '"' + HexFormat.of().formatHex(Arrays.copyOf(sha256(content), 16)) + '"';
    }

    /** A file from the class path beside {@code room}; one that is missing is a fault of the build. */
    public static StaticFile ofResource(Class<?> room, String name) {
        return new StaticFile(read(room, name), contentTypeOf(name));
    }

    /** A page made from text, of the type its {@code name} ends with. */
    public static StaticFile ofText(String name, String text) {
        return new StaticFile(text.getBytes(StandardCharsets.UTF_8), contentTypeOf(name));
    }

    /** The UTF-8 text of a class path resource beside {@code room}. */
    public static String textOf(Class<?> room, String name) {
        return new String(read(room, name), StandardCharsets.UTF_8);
    }

    /**
     * Answers GET and HEAD with {@code status}, or 304 when the browser already holds these bytes. Browsers keep a copy but
     * ask each time, unless the response already carries another {@code Cache-Control}.
     */
    public Future<Void> answer(HttpServerRequest request, int status) {
        HttpServerResponse response = request.response();
        if (!response.headers().contains(HttpHeaders.CACHE_CONTROL)) {
            response.putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
        }
        if (status == 200) {
            response.putHeader(HttpHeaders.ETAG, etag);
            if (isHeldBy(request)) {
                return response.setStatusCode(304).end();
            }
        }
        response.setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                .putHeader("X-Content-Type-Options", "nosniff")
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(content.length()));
        return request.method().equals(HttpMethod.HEAD) ? response.end() : response.end(content);
    }

    /** RFC 9110, 13.1.2: a list of tags, compared weakly. */
    private boolean isHeldBy(HttpServerRequest request) {
        String held = request.getHeader(HttpHeaders.IF_NONE_MATCH);
        return held != null
                && Arrays.stream(held.split(",", -1))
                        .map(String::strip)
                        .anyMatch(tag -> tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag));
    }

    private static String contentTypeOf(String name) {
        String type = CONTENT_TYPES.get(name.substring(name.lastIndexOf('.') + 1));
        if (type == null) {
            throw new IllegalArgumentException("no content type is known for " + name);
        }
        return type;
    }

    private static byte[] read(Class<?> room, String name) {
        try (InputStream in = room.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("missing from the class path: " + name + " beside " + room.getName());
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] sha256(byte[] content) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(content);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
