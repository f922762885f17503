package dev.lethe.demo;

import dev.lethe.classify.Screen;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * A browser on a machine, as it names itself: {@code %d} in the user agent is the major version, which moves with the calendar.
 * Shares are those of a shop with many visitors on their way.
 */
@SuppressWarnings("ImmutableEnumChecker") // Its lists are those of List.of and toList, which nobody can change.
enum Device {
    IPHONE(
            .27,
            Release.SAFARI,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
                    + " Version/%d.0 Mobile/15E148 Safari/604.1",
            Screen.XS),
    ANDROID(
            .25,
            Release.CHROME,
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Mobile"
                    + " Safari/537.36",
            Screen.XS),
    GALAXY(
            .04,
            Release.SAMSUNG,
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/%d.0"
                    + " Chrome/130.0.0.0 Mobile Safari/537.36",
            Screen.XS),
    IPHONE_CHROME(
            .02,
            Release.CHROME,
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"
                    + " CriOS/%d.0.0.0 Mobile/15E148 Safari/604.1",
            Screen.XS),
    ANDROID_FIREFOX(
            .01, Release.FIREFOX, "Mozilla/5.0 (Android 15; Mobile; rv:%1$d.0) Gecko/%1$d.0 Firefox/%1$d.0", Screen.XS),
    IPAD(
            .03,
            Release.SAFARI,
            "Mozilla/5.0 (iPad; CPU OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/%d.0"
                    + " Mobile/15E148 Safari/604.1",
            Screen.MD,
            Screen.LG),
    WINDOWS(
            .15,
            Release.CHROME,
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0"
                    + " Safari/537.36",
            Screen.LG,
            Screen.XL,
            Screen.XL,
            Screen.XXL),
    WINDOWS_EDGE(
            .07,
            Release.CHROME,
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%1$d.0.0.0"
                    + " Safari/537.36 Edg/%1$d.0.0.0",
            Screen.LG,
            Screen.XL,
            Screen.XXL),
    WINDOWS_FIREFOX(
            .04,
            Release.FIREFOX,
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:%1$d.0) Gecko/20100101 Firefox/%1$d.0",
            Screen.LG,
            Screen.XL),
    MAC(
            .06,
            Release.SAFARI,
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/%d.0"
                    + " Safari/605.1.15",
            Screen.LG,
            Screen.XL,
            Screen.XL),
    MAC_CHROME(
            .03,
            Release.CHROME,
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0"
                    + " Safari/537.36",
            Screen.XL,
            Screen.XXL),
    LINUX_FIREFOX(
            .02,
            Release.FIREFOX,
            "Mozilla/5.0 (X11; Linux x86_64; rv:%1$d.0) Gecko/20100101 Firefox/%1$d.0",
            Screen.LG,
            Screen.XL),
    CHROMEBOOK(
            .01,
            Release.CHROME,
            "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0"
                    + " Safari/537.36",
            Screen.LG);

    /** Programs that say so, those that load scripts and click a banner's button. */
    static final List<String> BOTS = List.of(
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1;"
                    + " +http://www.google.com/bot.html) Chrome/140.0.0.0 Safari/537.36",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/140.0.0.0"
                    + " Safari/537.36",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0;"
                    + " +http://www.bing.com/bingbot.htm) Chrome/140.0.0.0 Safari/537.36");

    static final Weighted<Device> ALL = new Weighted<>(Arrays.asList(values()), device -> device.share);

    private final double share;
    private final Release release;
    private final String userAgent;
    private final List<Screen> screens;

    Device(double share, Release release, String userAgent, Screen... screens) {
        this.share = share;
        this.release = release;
        this.userAgent = userAgent;
        this.screens = List.of(screens);
    }

    String userAgentOn(LocalDate day) {
        return userAgent.formatted(release.majorOn(day));
    }

    Screen screen(RandomGenerator random) {
        return screens.get(random.nextInt(screens.size()));
    }

    boolean isHandheld() {
        return screens.contains(Screen.XS);
    }

    /** How a browser's major version moves: about as the makers publish. */
    private enum Release {
        CHROME(131, LocalDate.of(2024, 11, 12), 28),
        FIREFOX(133, LocalDate.of(2024, 11, 26), 28),
        /** One a year since it carries the year's number. */
        SAFARI(26, LocalDate.of(2025, 9, 15), 365),
        SAMSUNG(27, LocalDate.of(2024, 11, 6), 150);

        private final int major;
        private final LocalDate since;
        private final int days;

        Release(int major, LocalDate since, int days) {
            this.major = major;
            this.since = since;
            this.days = days;
        }

        private int majorOn(LocalDate day) {
            return Math.max(major - 1, major + Math.floorDiv((int) ChronoUnit.DAYS.between(since, day), days));
        }
    }
}
