package dev.lethe.classify;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns a referring address into a host and a channel; immutable, safe for threads. */
public final class Referrers {

    private static final Set<String> EMAIL = Set.of("email", "e-mail", "mail", "newsletter", "e_mail");

    private static final Set<String> SOCIAL =
            Set.of("social", "social-media", "social_media", "social-network", "social_network", "sm", "socialmedia");

    private static final Set<String> SEARCH = Set.of("organic", "search", "organic-search", "organic_search");

    private static final Set<String> REFERRAL = Set.of("referral");

    private final Hosts hosts = Hosts.builtIn();

    /** The hosts that are known beforehand: search engines, social networks, mail, AI assistants. */
    public static Set<String> listedHosts() {
        return Set.copyOf(Hosts.builtIn().listed());
    }

    /**
     * The site's own pages are no referrer. What the site's owner wrote into the link, its campaign, decides the channel before
     * the host does: its medium, else its source when that is a listed host ({@code utm_source=chatgpt.com}).
     *
     * @param referrerUrl what the page reports, null or empty when nothing
     * @param ownHosts hosts of the site's origins, lower case, without port
     */
    public Referrer classify(@Nullable String referrerUrl, Set<String> ownHosts, Campaign campaign) {
        Optional<String> given = referrerUrl == null ? Optional.empty() : host(referrerUrl.strip());
        Optional<String> outside = given.filter(host -> !Hosts.isOwn(host, ownHosts));
        Channel channel = byCampaign(campaign).orElseGet(() -> byHost(outside));
        return new Referrer(outside.map(hosts::kept), channel);
    }

    /** Pages of the web, and applications on Android, which name their package in place of a host. */
    private static Optional<String> host(String url) {
        String scheme = url.substring(0, Math.max(0, url.indexOf(':'))).toLowerCase(Locale.ROOT);
        return switch (scheme) {
            case "http", "https", "android-app" -> Hosts.of(url);
            default -> Optional.empty();
        };
    }

    private Optional<Channel> byCampaign(Campaign campaign) {
        if (campaign.medium().isPresent()) {
            return Optional.of(byMedium(campaign.medium().get()));
        }
        if (campaign.source().isPresent()) {
            return Optional.of(hosts.channel(campaign.source().get()).orElse(Channel.CAMPAIGN));
        }
        return campaign.name().map(name -> Channel.CAMPAIGN);
    }

    private static Channel byMedium(String medium) {
        if (EMAIL.contains(medium)) {
            return Channel.EMAIL;
        }
        if (SOCIAL.contains(medium)) {
            return Channel.SOCIAL;
        }
        if (SEARCH.contains(medium)) {
            return Channel.SEARCH;
        }
        return REFERRAL.contains(medium) ? Channel.REFERRAL : Channel.CAMPAIGN;
    }

    private Channel byHost(Optional<String> host) {
        return host.map(name -> hosts.channel(name).orElse(Channel.REFERRAL)).orElse(Channel.DIRECT);
    }
}
