package dev.lethe.beacon;

import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.Set;

/** Opens the parser, which nothing outside its room may call, to fuzzing. */
public final class BeaconParserFuzz {
    private static final Site SITE = new Site(
            new SiteId("example.test"),
            Set.of("https://www.example.test"),
            ZoneOffset.UTC,
            Optional.empty(),
            Preset.BALANCED,
            false);

    private BeaconParserFuzz() {}

    /** How many valid beacons {@code body} holds, 0 when it is refused. */
    public static int beacons(byte[] body) {
        return switch (BeaconParser.parse(body, SITE)) {
            case BeaconParser.Beacons valid -> valid.beacons().size();
            case Rejection rejection -> 0;
        };
    }
}
