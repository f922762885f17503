package dev.lethe.demo;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * One visit as a tracker reports it: which pages, for how long, what was clicked, how fast they were. Written in the wire format, so that
 * the parser has its say. Used once, by one thread.
 */
final class Visit {
    private static final double BOUNCES = .38;
    private static final double GOES_ON = .66;
    private static final int MOST_PAGES = 14;
    private static final double IS_TIMED = .15;
    private static final double GETS_LOST = .008;
    private static final double BREAKS = .004;

    private final Workshop workshop;
    private final Guest guest;
    private final Source source;
    private final String origin;
    private final Supplier<UUID> ids;
    private final SplittableRandom random;
    private final List<Request> requests = new ArrayList<>();

    /** One request of the tracker. */
    record Request(Instant at, boolean isPageview, String body) {
        byte[] bytes() {
            return body.getBytes(StandardCharsets.UTF_8);
        }
    }

    Visit(Workshop workshop, Guest guest, Source source, String origin, Supplier<UUID> ids, SplittableRandom random) {
        this.workshop = workshop;
        this.guest = guest;
        this.source = source;
        this.origin = origin;
        this.ids = ids;
        this.random = random;
    }

    /** In the order of their times; {@code letter} is the number of the newsletter of these days. */
    List<Request> requests(Instant start, int letter) {
        boolean bounces = random.nextDouble() < BOUNCES;
        boolean reachesGoal = !bounces && random.nextDouble() < source.conversion() / (1 - BOUNCES);
        boolean isTimed = random.nextDouble() < IS_TIMED;
        Instant at = start;
        String page = workshop.landing(source, random);
        String query = source.query(letter);
        String referrer = source.referrer(random);
        for (int view = 1; ; view++) {
            boolean isLast = bounces || view == MOST_PAGES || (view > 1 && random.nextDouble() > GOES_ON);
            if (isLast && reachesGoal && !page.startsWith("/bicycles/") && random.nextDouble() < .7) {
                page = random.nextBoolean() ? "/bicycles/quai/" : "/contact/";
            }
            boolean isLost = random.nextDouble() < GETS_LOST;
            String url = origin + workshop.path(isLost ? workshop.gone(random) : page, guest.readsFrench());
            requests.add(new Request(
                    at, true, beacon("pageview", url + query, referrer.isEmpty() ? "" : text("referrer", referrer))));
            int seconds = secondsOn(page, bounces);
            List<String> later = new ArrayList<>();
            if (isLost) {
                later.add(beacon("problem", url, text("kind", "not_found")));
            } else if (random.nextDouble() < BREAKS) {
                later.add(beacon("problem", url, text("kind", "script_error")));
            }
            clicks(page, url, isLast && reachesGoal, later);
            if (isTimed) {
                vitals(url, view == 1, later);
            }
            int scroll = Math.min(100, 15 + seconds / 2 + random.nextInt(45));
            later.add(beacon("engagement", url, ",\"seconds\":" + seconds + ",\"scroll\":" + scroll));
            at = at.plusSeconds(seconds + random.nextInt(1, 20));
            requests.add(new Request(at, false, "[" + String.join(",", later) + "]"));
            if (isLast) {
                return requests;
            }
            at = at.plusSeconds(1);
            referrer = url;
            query = "";
            page = workshop.next(page, random);
        }
    }

    /** Reading times are many short and few long ones: about log-normal. */
    private int secondsOn(String page, boolean bounces) {
        double median = bounces ? 7 : page.startsWith("/guide/") || page.startsWith("/journal/") ? 55 : 22;
        double normal = random.nextDouble() + random.nextDouble() + random.nextDouble() + random.nextDouble() - 2;
        return (int) Math.clamp(median * Math.exp(1.5 * normal), 1, 900);
    }

    private void clicks(String page, String url, boolean reachesGoal, List<String> later) {
        if (reachesGoal) {
            later.add(beacon("click", url, text("name", workshop.goal(page))));
        }
        double chance = random.nextDouble();
        if (page.equals("/") && chance < .25) {
            later.add(beacon("click", url, text("name", chance < .17 ? "see-bicycles" : "find-fit")));
        } else if (chance < .015) {
            later.add(beacon("click", url, text("target", workshop.outbound(random))));
        } else if (chance > .985 || (page.startsWith("/bicycles/") && chance > .95)) {
            later.add(beacon("click", url, text("target", origin + workshop.download(random))));
        }
    }

    /** A telephone is slower; most pages are good, a few are poor. */
    private void vitals(String url, boolean isFirst, List<String> later) {
        double slow =
                (guest.device().isHandheld() ? 1.35 : 1) * (isFirst ? 1.2 : .8) * Math.exp(random.nextDouble() - .3);
        later.add(vital(url, "LCP", 1_250 * slow));
        later.add(vital(url, "CLS", random.nextDouble() < .8 ? random.nextDouble() * .08 : random.nextDouble() * .4));
        later.add(vital(url, "INP", 95 * slow * Math.exp(random.nextDouble() - .5)));
    }

    private String vital(String url, String metric, double value) {
        return beacon(
                "vital",
                url,
                text("metric", metric) + ",\"value\":"
                        + String.format(Locale.ROOT, metric.equals("CLS") ? "%.3f" : "%.0f", value));
    }

    private String beacon(String type, String url, String fields) {
        return "{\"id\":\"" + id() + "\",\"type\":\"" + type + "\",\"url\":\"" + url + "\",\"screen\":\""
                + guest.screen() + "\",\"language\":\"" + guest.language() + "\"" + fields + "}";
    }

    private String id() {
        UUID id = ids.get();
        byte[] bytes = ByteBuffer.allocate(16)
                .putLong(id.getMostSignificantBits())
                .putLong(id.getLeastSignificantBits())
                .array();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static String text(String name, String value) {
        return ",\"" + name + "\":\"" + value + "\"";
    }
}
