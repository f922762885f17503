package dev.lethe.site;

import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One measured website. Its days are the days of its own time zone, everywhere: partitions, cookies, the months of keys, publication.
 *
 * @param origins which pages may speak for it: scheme, host and port as browsers send them
 * @param nextZone a change of zone, which takes effect with a month's first day so that no day overlaps another
 * @param preset how strongly its statistics are hidden; asked by day, because of the next
 * @param nextPreset a weaker one, which takes effect with a month's first day: days that were collected under a promise keep it
 * @param weakestPreset the weakest that was ever in force; what was published under it stays published
 * @param synthetic measures nobody: made for demonstration and tests, its events may be shown one by one
 */
public record Site(
        SiteId id,
        Set<String> origins,
        ZoneId zone,
        Optional<ZoneChange> nextZone,
        Preset preset,
        Optional<PresetChange> nextPreset,
        Preset weakestPreset,
        boolean synthetic) {

    /** The zone that holds from the first day of a month on. */
    public record ZoneChange(ZoneId zone, LocalDate from) {}

    /** The weaker preset that holds from the first day of a month on. */
    public record PresetChange(Preset preset, LocalDate from) {}

    public Site {
        origins = Set.copyOf(origins);
    }

    /** A site that never had another preset and has no other planned. */
    public Site(
            SiteId id,
            Set<String> origins,
            ZoneId zone,
            Optional<ZoneChange> nextZone,
            Preset preset,
            boolean synthetic) {
        this(id, origins, zone, nextZone, preset, Optional.empty(), preset, synthetic);
    }

    /** The site-local day of an instant. */
    public LocalDate dayOf(Instant instant) {
        return nextZone.map(change -> {
                    LocalDate day = instant.atZone(change.zone()).toLocalDate();
                    return day.isBefore(change.from()) ? before(change, instant) : day;
                })
                .orElseGet(() -> instant.atZone(zone).toLocalDate());
    }

    /** The old zone's day, held back to the last one before the change when the two zones disagree about midnight. */
    private LocalDate before(ZoneChange change, Instant instant) {
        LocalDate day = instant.atZone(zone).toLocalDate();
        return day.isBefore(change.from()) ? day : change.from().minusDays(1);
    }

    /** The site-local month of an instant: which key makes its pseudonyms. */
    public YearMonth monthOf(Instant instant) {
        return YearMonth.from(dayOf(instant));
    }

    /** The instant a site-local day begins. */
    public Instant startOf(LocalDate day) {
        return day.atStartOfDay(zoneOn(day)).toInstant();
    }

    /** The zone of a site-local day. */
    public ZoneId zoneOn(LocalDate day) {
        return nextZone.filter(change -> !day.isBefore(change.from()))
                .map(ZoneChange::zone)
                .orElse(zone);
    }

    /** The zone whose midnight ends the day that it is. */
    public ZoneId zoneAt(Instant now) {
        return zoneOn(dayOf(now));
    }

    /** The preset of a site-local day. */
    public Preset presetOn(LocalDate day) {
        return nextPreset
                .filter(change -> !day.isBefore(change.from()))
                .map(PresetChange::preset)
                .orElse(preset);
    }

    /** The preset that can be promised of everything published until now. */
    public Preset promisedPreset(Instant now) {
        return Preset.weaker(weakestPreset, presetOn(dayOf(now)));
    }

    public boolean hasOrigin(String origin) {
        return origins.contains(origin);
    }

    /** The host names of its own pages, lower case: a referrer among them is no referrer, a link to them not outbound. */
    public Set<String> hosts() {
        return origins.stream().map(Site::hostOf).collect(Collectors.toUnmodifiableSet());
    }

    /** {@link Origin} has parsed it: scheme, host and perhaps a port, the colons of an IPv6 address in brackets. */
    private static String hostOf(String origin) {
        int host = origin.indexOf("://") + "://".length();
        int port = origin.indexOf(':', Math.max(host, origin.indexOf(']')));
        return origin.substring(host, port < 0 ? origin.length() : port);
    }
}
