package dev.lethe.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The pages of the invented website, those of the sample website among them: a bicycle workshop with a shop, a guide and a journal, in
 * English and French, about 120 paths. A few are viewed often and most seldom, as Zipf found for words. Immutable.
 */
final class Workshop {
    private static final String[] MODELS = {"quai", "crue", "aube"};

    /** The most viewed first. */
    private static final List<String> PAGES = List.of(
            "/",
            "/bicycles/",
            "/bicycles/quai/",
            "/guide/",
            "/bicycles/crue/",
            "/app/",
            "/where-from/",
            "/journal/",
            "/bicycles/aube/",
            "/contact/",
            "/shop/",
            "/guide/which-size",
            "/app/riding",
            "/app/fit",
            "/shop/lights",
            "/guide/chain-care",
            "/journal/a-winter-on-the-quays",
            "/shop/mudguards",
            "/guide/flat-tyre",
            "/shop/locks",
            "/journal/why-steel",
            "/guide/commuting-in-rain",
            "/shop/panniers",
            "/shop/helmets",
            "/guide/brakes",
            "/journal/three-years-of-one-chain",
            "/shop/tyres",
            "/guide/child-seats",
            "/shop/saddles",
            "/journal/the-high-water-of-march",
            "/guide/saddle-height",
            "/guide/gears",
            "/shop/bells",
            "/journal/open-workshop",
            "/guide/lights-and-the-law",
            "/shop/pumps",
            "/guide/locking-up",
            "/journal/painting-a-frame",
            "/shop/baskets",
            "/guide/trains-and-bicycles",
            "/journal/second-life-of-a-wheel",
            "/shop/gloves",
            "/guide/storing-in-winter",
            "/shop/pedals",
            "/journal/a-map-of-the-river-paths",
            "/guide/wheel-truing",
            "/shop/tools",
            "/guide/headset",
            "/shop/capes",
            "/journal/what-a-bicycle-costs",
            "/guide/bottom-bracket",
            "/shop/grips",
            "/guide/warranty",
            "/shop/gift-cards",
            "/journal/apprentices",
            "/guide/returns",
            "/guide/delivery",
            "/legal/",
            "/journal/archive",
            "/press/");

    private static final Weighted<String> POPULAR = Weighted.zipf(PAGES, .95);
    private static final Weighted<String> READING = Weighted.zipf(
            PAGES.stream().filter(page -> page.matches("/(guide|journal)/.+")).toList(), .8);
    private static final List<String> OUTBOUND = List.of(
            "https://www.openstreetmap.org/", "https://www.youtube.com/", "https://www.velo-assurance.example/");
    private static final List<String> DOWNLOADS =
            List.of("/assets/sizes.pdf", "/assets/sizes.pdf", "/assets/prices.csv");

    private final String root;

    /** @param root what stands before every path, without a slash at its end: {@code "/demo"} for the sample website, else {@code ""} */
    Workshop(String root) {
        this.root = root;
    }

    /** Every path of one language; for tests and for whoever registers routes. */
    List<String> paths(boolean french) {
        List<String> paths = new ArrayList<>();
        PAGES.forEach(page -> paths.add(path(page, french)));
        return paths;
    }

    String path(String page, boolean french) {
        return root + (french ? "/fr" : "") + page;
    }

    /** Where a visit begins. */
    String landing(Source source, RandomGenerator random) {
        double chance = random.nextDouble();
        return switch (source) {
            case DIRECT -> chance < .6 ? "/" : POPULAR.draw(random);
            case GOOGLE, OTHER_SEARCH -> chance < .3 ? "/" : chance < .75 ? READING.draw(random) : POPULAR.draw(random);
            case AI_ASSISTANT -> chance < .7 ? READING.draw(random) : "/bicycles/quai/";
            case NEWSLETTER -> chance < .7 ? "/journal/open-workshop" : "/bicycles/";
            case ADVERTISEMENT -> "/bicycles/";
            case AUTUMN_CAMPAIGN -> chance < .8 ? "/journal/open-workshop" : "/bicycles/crue/";
            case SOCIAL, REFERRAL -> chance < .4 ? "/bicycles/quai/" : POPULAR.draw(random);
        };
    }

    /** Where it goes on: from the list to one of the list, now and then anywhere. */
    String next(String page, RandomGenerator random) {
        double chance = random.nextDouble();
        if (page.equals("/bicycles/") && chance < .7) {
            return "/bicycles/" + MODELS[random.nextInt(MODELS.length)] + "/";
        }
        if (page.equals("/") && chance < .4) {
            return "/bicycles/";
        }
        if (page.equals("/app/") && chance < .6) {
            return "/app/riding";
        }
        if (page.equals("/app/riding") && chance < .8) {
            return "/app/fit";
        }
        if (page.startsWith("/guide/") && chance < .4) {
            return READING.draw(random);
        }
        return POPULAR.draw(random);
    }

    /** An address that was right once. */
    String gone(RandomGenerator random) {
        return random.nextBoolean() ? "/bicycles/delta/" : "/shop/spring-sale";
    }

    /** What the workshop hopes for, by the page it happens on; the names are those of the sample website. */
    String goal(String page) {
        return switch (page) {
            case "/bicycles/quai/" -> "test-ride-quai";
            case "/bicycles/crue/" -> "test-ride-crue";
            case "/bicycles/aube/" -> "test-ride-aube";
            case "/contact/" -> "call-back";
            default -> "newsletter";
        };
    }

    String outbound(RandomGenerator random) {
        return OUTBOUND.get(random.nextInt(OUTBOUND.size()));
    }

    String download(RandomGenerator random) {
        return root + DOWNLOADS.get(random.nextInt(DOWNLOADS.size()));
    }
}
