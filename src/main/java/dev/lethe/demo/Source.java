package dev.lethe.demo;

import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/** What brings a visitor: the referrer that her browser tells, and the campaign in the link that she followed. */
@SuppressWarnings("ImmutableEnumChecker") // Its lists are those of List.of and toList, which nobody can change.
enum Source {
    DIRECT(.27, .040),
    GOOGLE(.30, .030, "https://www.google.com/", "https://www.google.fr/"),
    OTHER_SEARCH(
            .07,
            .030,
            "https://www.bing.com/",
            "https://duckduckgo.com/",
            "https://www.qwant.com/",
            "https://www.ecosia.org/"),
    SOCIAL(
            .10,
            .008,
            "https://l.instagram.com/",
            "https://m.facebook.com/",
            "https://www.reddit.com/",
            "https://mastodon.social/"),
    AI_ASSISTANT(
            .05,
            .045,
            "https://chatgpt.com/",
            "https://chatgpt.com/",
            "https://www.perplexity.ai/",
            "https://claude.ai/"),
    NEWSLETTER(.07, .075),
    REFERRAL(
            .12,
            .025,
            "https://www.cyclelog.example/",
            "https://velo-en-ville.example/",
            "https://www.touring-notes.example/",
            "https://atelier-annuaire.example/",
            "https://fr.wikipedia.org/"),
    ADVERTISEMENT(.02, .015, "https://www.google.com/", "https://www.cyclelog.example/"),
    /** Only during the campaign: its share comes on top. */
    AUTUMN_CAMPAIGN(0, .050, "https://www.cyclelog.example/", "https://l.instagram.com/", "");

    static final Weighted<Source> USUAL = new Weighted<>(Arrays.asList(values()), source -> source.share);

    private final double share;
    /** How many of its visits end with what the shop wants: a test ride, a letter, a call. */
    private final double conversion;

    private final List<String> referrers;

    Source(double share, double conversion, String... referrers) {
        this.share = share;
        this.conversion = conversion;
        this.referrers = List.of(referrers);
    }

    double conversion() {
        return conversion;
    }

    /** Empty when the browser tells nothing. */
    String referrer(RandomGenerator random) {
        return referrers.isEmpty() ? "" : referrers.get(random.nextInt(referrers.size()));
    }

    /** What stands behind the landing page's path; {@code letter} is the number of the newsletter. */
    String query(int letter) {
        return switch (this) {
            case NEWSLETTER -> "?utm_source=newsletter&utm_medium=email&utm_campaign=letter-" + letter;
            case ADVERTISEMENT -> "?utm_source=google&utm_medium=cpc&utm_campaign=city-bicycles";
            case AUTUMN_CAMPAIGN -> "?utm_source=partners&utm_medium=campaign&utm_campaign=open-workshop";
            case DIRECT, GOOGLE, OTHER_SEARCH, SOCIAL, AI_ASSISTANT, REFERRAL -> "";
        };
    }
}
