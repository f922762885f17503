package dev.lethe.event;

import io.vertx.sqlclient.Tuple;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;

/**
 * The rows of one group commit as arrays, column by column: PostgreSQL takes them apart with {@code unnest}, which costs it a third
 * less than a statement a row. Sorted by key, because two connections that insert the same keys in opposite order deadlock.
 */
final class EventRows {
    /** PostgreSQL compares the bytes of a uuid unsigned; {@link UUID#compareTo} does not. */
    private static final Comparator<UUID> BY_BYTES = (one, other) -> {
        int high = Long.compareUnsigned(one.getMostSignificantBits(), other.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(one.getLeastSignificantBits(), other.getLeastSignificantBits());
    };

    private static final Comparator<RawEvent> BY_KEY = Comparator.<RawEvent, UUID>comparing(
                    event -> event.pseudonym().value(), BY_BYTES)
            .thenComparing(RawEvent::beaconId, BY_BYTES)
            .thenComparing(RawEvent::day);

    /**
     * Inserts the rows whose visitor is not tagged as having objected or asked for restriction, once each. A row near midnight counts only when its beacon id
     * was first seen on this very day. The order is asked for because the planner may hash these rows to find the tags among them.
     */
    static final String INSERT = """
        insert into raw.event
          (received_at, day, pseudonym, beacon_id, type, channel, browser, browser_major, system, device, screen,
           seconds, scroll, metric, problem, gap_days, value, site, path, country, language,
           referrer_host, utm_source, utm_medium, utm_campaign, click, target_host, download)
        select
          r.received_at, r.day, r.pseudonym, r.beacon_id, r.type, r.channel, r.browser, r.browser_major, r.system,
          r.device, r.screen, r.seconds, r.scroll, r.metric, r.problem, r.gap_days, r.value, r.site, r.path,
          r.country, r.language, r.referrer_host, r.utm_source, r.utm_medium, r.utm_campaign, r.click,
          r.target_host, r.download
        from unnest(
          $1::timestamptz[], $2::date[], $3::uuid[], $4::uuid[], $5::int2[], $6::int2[], $7::int2[], $8::int2[],
          $9::int2[], $10::int2[], $11::int2[], $12::int2[], $13::int2[], $14::int2[], $15::int2[], $16::int2[],
          $17::float4[], $18::text[], $19::text[], $20::text[], $21::text[], $22::text[], $23::text[], $24::text[],
          $25::text[], $26::text[], $27::text[], $28::text[], $29::uuid[], $30::bool[])
          as r (received_at, day, pseudonym, beacon_id, type, channel, browser, browser_major, system, device, screen,
            seconds, scroll, metric, problem, gap_days, value, site, path, country, language, referrer_host,
            utm_source, utm_medium, utm_campaign, click, target_host, download, tag, near_midnight)
        where not exists (
            select from rights.tag t where t.tag = r.tag and t.site = r.site and t.kind <> 'released')
          and (not r.near_midnight or exists (
            select from raw.seen s where s.beacon_id = r.beacon_id and s.day = r.day))
        order by r.pseudonym, r.beacon_id, r.day
        on conflict do nothing
        """;

    /**
     * Remembers the beacon ids near midnight; the first day that is committed for an id is the one that counts. In the order of the
     * ids for the same reason as the keys', and like them not for a tagged visitor.
     */
    static final String REMEMBER = """
        insert into raw.seen (beacon_id, day, seen_at)
        select r.beacon_id, r.day, r.seen_at
        from unnest($1::uuid[], $2::date[], $3::timestamptz[], $4::uuid[], $5::text[])
          as r (beacon_id, day, seen_at, tag, site)
        where not exists (
            select from rights.tag t where t.tag = r.tag and t.site = r.site and t.kind <> 'released')
        order by r.beacon_id, r.day
        on conflict do nothing
        """;

    /** Which of these beacons are stored, under this day's key or across midnight. */
    static final String STORED = """
        select r.pseudonym, r.beacon_id
        from unnest($1::uuid[], $2::uuid[], $3::date[]) as r (pseudonym, beacon_id, day)
        where exists (
            select from raw.event e
            where e.pseudonym = r.pseudonym and e.beacon_id = r.beacon_id and e.day = r.day
              and e.day between $4 and $5)
          or exists (
            select from raw.seen s where s.beacon_id = r.beacon_id and s.day <> r.day)
        """;

    /** What a beacon is known by when it is looked up. */
    record BeaconKey(UUID pseudonym, UUID beaconId) {
        static BeaconKey of(RawEvent event) {
            return new BeaconKey(event.pseudonym().value(), event.beaconId());
        }
    }

    private final List<RawEvent> events;

    EventRows(List<RawEvent> events) {
        this.events = events.stream().sorted(BY_KEY).toList();
    }

    int size() {
        return events.size();
    }

    List<RawEvent> events() {
        return events;
    }

    boolean anyNearMidnight() {
        return events.stream().anyMatch(RawEvent::nearMidnight);
    }

    List<LocalDate> days() {
        return events.stream().map(RawEvent::day).distinct().toList();
    }

    Tuple forInsert() {
        int n = events.size();
        OffsetDateTime[] receivedAt = new OffsetDateTime[n];
        LocalDate[] day = new LocalDate[n];
        UUID[] pseudonym = new UUID[n];
        UUID[] beaconId = new UUID[n];
        Short[] type = new Short[n];
        Short[] channel = new Short[n];
        Short[] browser = new Short[n];
        Short[] browserMajor = new Short[n];
        Short[] system = new Short[n];
        Short[] device = new Short[n];
        Short[] screen = new Short[n];
        Short[] seconds = new Short[n];
        Short[] scroll = new Short[n];
        Short[] metric = new Short[n];
        Short[] problem = new Short[n];
        Short[] gapDays = new Short[n];
        Float[] value = new Float[n];
        String[] site = new String[n];
        String[] path = new String[n];
        String[] country = new String[n];
        String[] language = new String[n];
        String[] referrerHost = new String[n];
        String[] utmSource = new String[n];
        String[] utmMedium = new String[n];
        String[] utmCampaign = new String[n];
        String[] click = new String[n];
        String[] targetHost = new String[n];
        String[] download = new String[n];
        UUID[] tag = new UUID[n];
        Boolean[] nearMidnight = new Boolean[n];
        for (int i = 0; i < n; i++) {
            RawEvent event = events.get(i);
            receivedAt[i] = seconds(event);
            day[i] = event.day();
            pseudonym[i] = event.pseudonym().value();
            beaconId[i] = event.beaconId();
            type[i] = event.type().code();
            browser[i] = event.agent().browser().code();
            browserMajor[i] = (short) event.agent().browserMajor();
            system[i] = event.agent().system().code();
            device[i] = event.agent().device().code();
            screen[i] = event.screen().map(known -> known.code()).orElse(null);
            site[i] = event.site().id().value();
            path[i] = event.path();
            country[i] = event.country().orElse(null);
            language[i] = event.language().orElse(null);
            tag[i] = event.tag();
            nearMidnight[i] = event.nearMidnight();
            switch (event.subject()) {
                case RawEvent.Pageview pageview -> {
                    channel[i] = pageview.channel().code();
                    referrerHost[i] = pageview.referrerHost().orElse(null);
                    utmSource[i] = pageview.campaign().source().orElse(null);
                    utmMedium[i] = pageview.campaign().medium().orElse(null);
                    utmCampaign[i] = pageview.campaign().name().orElse(null);
                    gapDays[i] = pageview.gapDays();
                }
                case RawEvent.NamedClick named -> click[i] = named.name();
                case RawEvent.OutboundClick outbound -> targetHost[i] = outbound.host();
                case RawEvent.DownloadClick file -> download[i] = file.extension();
                case RawEvent.Engagement engagement -> {
                    seconds[i] = engagement.seconds();
                    scroll[i] = engagement.scroll();
                }
                case RawEvent.Vital vital -> {
                    metric[i] = vital.metric().code();
                    value[i] = vital.value();
                }
                case RawEvent.Fault fault -> problem[i] = fault.kind().code();
            }
        }
        return Tuple.from(List.of(
                receivedAt,
                day,
                pseudonym,
                beaconId,
                type,
                channel,
                browser,
                browserMajor,
                system,
                device,
                screen,
                seconds,
                scroll,
                metric,
                problem,
                gapDays,
                value,
                site,
                path,
                country,
                language,
                referrerHost,
                utmSource,
                utmMedium,
                utmCampaign,
                click,
                targetHost,
                download,
                tag,
                nearMidnight));
    }

    /** The rows near midnight. */
    Tuple forRemembering() {
        List<RawEvent> near = events.stream().filter(RawEvent::nearMidnight).toList();
        return Tuple.of(
                near.stream().map(RawEvent::beaconId).toArray(UUID[]::new),
                near.stream().map(RawEvent::day).toArray(LocalDate[]::new),
                near.stream().map(EventRows::seconds).toArray(OffsetDateTime[]::new),
                near.stream().map(RawEvent::tag).toArray(UUID[]::new),
                near.stream().map(event -> event.site().id().value()).toArray(String[]::new));
    }

    Tuple forLookingUp() {
        List<LocalDate> days = days();
        return Tuple.of(
                events.stream().map(event -> event.pseudonym().value()).toArray(UUID[]::new),
                events.stream().map(RawEvent::beaconId).toArray(UUID[]::new),
                events.stream().map(RawEvent::day).toArray(LocalDate[]::new),
                days.stream().min(Comparator.naturalOrder()).orElseThrow(),
                days.stream().max(Comparator.naturalOrder()).orElseThrow());
    }

    private static OffsetDateTime seconds(RawEvent event) {
        return event.receivedAt().truncatedTo(ChronoUnit.SECONDS).atOffset(ZoneOffset.UTC);
    }
}
