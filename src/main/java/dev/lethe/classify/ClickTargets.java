package dev.lethe.classify;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What is kept of a clicked link; immutable, safe for threads. */
public final class ClickTargets {

    /** Documents, archives, programs, media and data that people download; pages and images are no downloads. */
    private static final Set<String> EXTENSIONS = Set.of(
            "pdf",
            "doc",
            "docx",
            "odt",
            "rtf",
            "txt",
            "xls",
            "xlsx",
            "ods",
            "csv",
            "ppt",
            "pptx",
            "odp",
            "epub",
            "mobi",
            "zip",
            "gz",
            "tgz",
            "bz2",
            "xz",
            "zst",
            "7z",
            "rar",
            "tar",
            "dmg",
            "pkg",
            "exe",
            "msi",
            "deb",
            "rpm",
            "apk",
            "appimage",
            "iso",
            "jar",
            "mp3",
            "m4a",
            "wav",
            "flac",
            "ogg",
            "mp4",
            "m4v",
            "mov",
            "avi",
            "mkv",
            "webm",
            "json",
            "xml",
            "yaml",
            "sql",
            "parquet",
            "ics",
            "vcf",
            "gpx",
            "kml",
            "geojson",
            "dwg",
            "dxf",
            "stl",
            "step",
            "svg",
            "psd",
            "ai",
            "eps",
            "ttf",
            "otf",
            "woff2");

    private final Hosts hosts = Hosts.builtIn();

    /** Every extension that makes a link a download. */
    public static Set<String> extensions() {
        return EXTENSIONS;
    }

    /** An outbound host or a download; a link to anything else leaves no trace. */
    public sealed interface Target permits OutboundHost, Download {}

    /** The host of a link that leaves the site, treated as a referrer's. */
    public record OutboundHost(String host) implements Target {}

    /** The extension of a downloaded file, lower case and without the dot, of a closed list. */
    public record Download(String extension) implements Target {}

    /**
     * A file is a download wherever it lies; of other links those that leave the site count. Never the path, the file's name, or
     * the address behind {@code mailto:} and {@code tel:}.
     *
     * @param url absolute, or relative to the page
     * @param ownHosts hosts of the site's origins, lower case, without port
     */
    public Optional<Target> of(String url, Set<String> ownHosts) {
        String link = url.strip();
        int colon = link.indexOf(':');
        int slash = link.indexOf('/');
        boolean hasScheme = colon > 0 && (slash < 0 || colon < slash);
        String scheme = hasScheme ? link.substring(0, colon).toLowerCase(Locale.ROOT) : "https";
        if (!scheme.equals("https") && !scheme.equals("http")) {
            return Optional.empty();
        }
        Optional<String> host = hasScheme || link.startsWith("//") ? Hosts.of(link) : Optional.empty();
        String extension = extension(link, host.isPresent() ? link.indexOf("//") + 2 : 0);
        if (EXTENSIONS.contains(extension)) {
            return Optional.of(new Download(extension));
        }
        return host.filter(name -> !Hosts.isOwn(name, ownHosts)).map(name -> new OutboundHost(hosts.kept(name)));
    }

    /** @param authority where host and port begin, or 0 when the link has none */
    private static String extension(String link, int authority) {
        int end = authority;
        while (end < link.length() && "?#;".indexOf(link.charAt(end)) < 0) {
            end++;
        }
        int slash = link.lastIndexOf('/', end - 1);
        int dot = link.lastIndexOf('.', end - 1);
        boolean file = dot > slash && (authority == 0 || slash >= authority);
        return file ? link.substring(dot + 1, end).toLowerCase(Locale.ROOT) : "";
    }
}
