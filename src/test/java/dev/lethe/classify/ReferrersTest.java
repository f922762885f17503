package dev.lethe.classify;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReferrersTest {

    private static final Set<String> OWN = Set.of("example.com", "shop.example.com");

    private final Referrers referrers = new Referrers();

    @ParameterizedTest(name = "{0}")
    @CsvSource(nullValues = "-", textBlock = """
        -                                               , -, DIRECT
        ''                                              , -, DIRECT
        about:blank                                     , -, DIRECT
        data:text/html                                  , -, DIRECT
        https://example.com/page                        , -, DIRECT
        https://www.example.com:8443/page               , -, DIRECT
        https://SHOP.example.com                        , -, DIRECT
        https://www.google.com/                         , google.com, SEARCH
        https://www.google.fr/search?q=jean+dupont      , google.fr, SEARCH
        https://www.google.co.uk/                       , google.co.uk, SEARCH
        https://google.evil.example.net/                , google.evil.example.net, REFERRAL
        https://notgoogle.com/                          , notgoogle.com, REFERRAL
        https://duckduckgo.com/                         , duckduckgo.com, SEARCH
        https://www.bing.com/                           , bing.com, SEARCH
        https://mail.google.com/mail/u/0/               , mail.google.com, EMAIL
        https://docs.google.com/document/d/1a2b         , docs.google.com, REFERRAL
        android-app://com.google.android.gm/            , com.google.android.gm, EMAIL
        android-app://com.google.android.googlequicksearchbox/, com.google.android.googlequicksearchbox, SEARCH
        https://l.facebook.com/l.php?u=x                , facebook.com, SOCIAL
        https://t.co/abc                                , t.co, SOCIAL
        https://chatgpt.com/c/1234                      , chatgpt.com, AI_ASSISTANT
        https://claude.ai/chat/x                        , claude.ai, AI_ASSISTANT
        https://gemini.google.com/app                   , gemini.google.com, AI_ASSISTANT
        https://www.perplexity.ai/                      , perplexity.ai, AI_ASSISTANT
        https://copilot.microsoft.com/                  , copilot.microsoft.com, AI_ASSISTANT
        https://chat.mistral.ai/                        , chat.mistral.ai, AI_ASSISTANT
        https://News.Example.ORG:8080/a?b#c             , news.example.org, REFERRAL
        https://user:secret@partner.example.org/        , partner.example.org, REFERRAL
        https://partner.example.org./                   , partner.example.org, REFERRAL
        https://müller.example.de/                      , xn--mller-kva.example.de, REFERRAL
        http://192.168.1.20/                            , (other), REFERRAL
        http://[2001:db8::1]:8080/                      , (other), REFERRAL
        http://intranet/                                , (other), REFERRAL
        http://john-smith-laptop.local/                 , (other), REFERRAL
        https://jean-dupont.github.io/                  , github.io, REFERRAL
        https://jean.dupont.blogspot.co.uk/             , blogspot.co.uk, REFERRAL
        https://u0612345678.example.org/                , example.org, REFERRAL
        https://4f2a9c81d7e6b3a0.cdn.example.org/       , cdn.example.org, REFERRAL
        https://a.b.c.d.example.org/                    , c.d.example.org, REFERRAL
        https://exa mple.org/                           , (other), REFERRAL
        https:///path                                   , -, DIRECT
        """)
    void keepsAPublicHostAndItsChannel(String url, String host, Channel channel) {
        assertEquals(new Referrer(Optional.ofNullable(host), channel), referrers.classify(url, OWN, Campaign.NONE));
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(nullValues = "-", textBlock = """
        newsletter , email       , autumn, EMAIL
        partner    , Newsletter  , -     , EMAIL
        facebook   , social      , -     , SOCIAL
        google     , organic     , -     , SEARCH
        google     , cpc         , autumn, CAMPAIGN
        partner    , referral    , -     , REFERRAL
        -          , display     , -     , CAMPAIGN
        -          , -           , autumn, CAMPAIGN
        partner    , -           , -     , CAMPAIGN
        chatgpt.com, -           , -     , AI_ASSISTANT
        """)
    void letsTheCampaignDecideBeforeTheHost(String source, String medium, String name, Channel channel) {
        String query =
                "utm_source=" + orEmpty(source) + "&utm_medium=" + orEmpty(medium) + "&utm_campaign=" + orEmpty(name);
        Campaign campaign = new UrlScrubber().scrub("/?" + query).campaign();
        assertEquals(
                new Referrer(Optional.of("bing.com"), channel),
                referrers.classify("https://www.bing.com/", OWN, campaign));
    }

    @Test
    void takesTheOwnPagesForNoReferrerEvenWithACampaign() {
        Campaign campaign = new Campaign(Optional.of("autumn"), Optional.of("email"), Optional.empty());
        assertEquals(
                new Referrer(Optional.empty(), Channel.EMAIL),
                referrers.classify("https://example.com/", OWN, campaign));
    }

    private static String orEmpty(String value) {
        return value == null ? "" : value;
    }
}
