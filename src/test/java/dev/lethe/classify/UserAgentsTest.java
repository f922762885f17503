package dev.lethe.classify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class UserAgentsTest {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    private static final UserAgents AGENTS = new UserAgents();

    @ParameterizedTest(name = "{0} {1} {2} {3}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
        CHROME           | 131 | WINDOWS  | DESKTOP | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36
        CHROME           | 131 | MACOS    | DESKTOP | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36
        CHROME           | 130 | LINUX    | DESKTOP | Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36
        CHROME           | 129 | CHROMEOS | DESKTOP | Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/129.0.0.0 Safari/537.36
        CHROME           | 131 | ANDROID  | MOBILE  | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Mobile Safari/537.36
        CHROME           | 131 | ANDROID  | TABLET  | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36
        CHROME           | 131 | IOS      | MOBILE  | Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0.6778.73 Mobile/15E148 Safari/604.1
        SAFARI           | 18  | MACOS    | DESKTOP | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15
        SAFARI           | 18  | IOS      | MOBILE  | Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1
        SAFARI           | 16  | IOS      | TABLET  | Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1
        FIREFOX          | 132 | WINDOWS  | DESKTOP | Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0
        FIREFOX          | 115 | LINUX    | DESKTOP | Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/115.0
        FIREFOX          | 132 | ANDROID  | MOBILE  | Mozilla/5.0 (Android 14; Mobile; rv:132.0) Gecko/132.0 Firefox/132.0
        FIREFOX          | 132 | ANDROID  | TABLET  | Mozilla/5.0 (Android 14; Tablet; rv:132.0) Gecko/132.0 Firefox/132.0
        FIREFOX          | 132 | IOS      | MOBILE  | Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) FxiOS/132.0 Mobile/15E148 Safari/605.1.15
        EDGE             | 131 | WINDOWS  | DESKTOP | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.51
        EDGE             | 130 | ANDROID  | MOBILE  | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Mobile Safari/537.36 EdgA/130.0.2849.80
        SAMSUNG_INTERNET | 27  | ANDROID  | MOBILE  | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36
        OPERA            | 114 | WINDOWS  | DESKTOP | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Safari/537.36 OPR/114.0.0.0
        OPERA            | 85  | ANDROID  | MOBILE  | Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 Mobile Safari/537.36 OPR/85.0.0.0
        VIVALDI          | 7   | WINDOWS  | DESKTOP | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Vivaldi/7.0.3495.11
        YANDEX           | 24  | WINDOWS  | DESKTOP | Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/128.0.0.0 YaBrowser/24.10.0.0 Safari/537.36
        ANDROID_WEBVIEW  | 131 | ANDROID  | MOBILE  | Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/AP2A.240805.005; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0.6778.39 Mobile Safari/537.36
        IOS_WEBVIEW      | 0   | IOS      | MOBILE  | Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148
        FACEBOOK         | 489 | IOS      | MOBILE  | Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22B83 [FBAN/FBIOS;FBAV/489.0.0.26.110;FBBV/659117432;FBDV/iPhone15,2;FBMD/iPhone;FBSN/iOS;FBSV/18.1;FBSS/3;FBCR/;FBID/phone;FBLC/fr_FR;FBOP/80]
        INSTAGRAM        | 357 | IOS      | MOBILE  | Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/22B83 Instagram 357.0.4.25.100 (iPhone15,2; iOS 18_1; fr_FR; fr; scale=3.00; 1179x2556; 661944379)
        GOOGLE_APP       | 341 | IOS      | MOBILE  | Mozilla/5.0 (iPhone; CPU iPhone OS 17_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) GSA/341.3.692278309 Mobile/15E148 Safari/604.1
        LINKEDIN         | 0   | IOS      | MOBILE  | Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [LinkedInApp]/9.30.1404
        DUCKDUCKGO       | 0   | MACOS    | DESKTOP | Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15 Ddg/18.1
        INTERNET_EXPLORER| 11  | WINDOWS  | DESKTOP | Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko
        HUAWEI           | 0   | HARMONYOS| MOBILE  | Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00; HMSCore 6.14.0.302) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.5735.196 HuaweiBrowser/15.0.4.312 Mobile Safari/537.36
        """)
    void namesBrowserSystemAndDevice(Browser browser, int major, OperatingSystem system, Device device, String header) {
        assertEquals(new Agent(browser, major, system, device, false), AGENTS.classify(header));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
                "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko)"
                        + " Chrome/131.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1;"
                        + " +http://www.google.com/bot.html)",
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0;"
                        + " +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36",
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2;"
                        + " +https://openai.com/gptbot)",
                "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; ClaudeBot/1.0;"
                        + " +claudebot@anthropic.com)",
                "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/131.0.0.0"
                        + " Safari/537.36",
                "curl/8.5.0",
                "Wget/1.21.4",
                "python-requests/2.32.3",
                "okhttp/4.12.0",
                "Go-http-client/2.0",
                "axios/1.7.7",
                "Java/21.0.5",
                "PostmanRuntime/7.42.0",
                "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
                "WhatsApp/2.24.20",
                "Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
                "Chrome-Lighthouse",
                "UptimeRobot/2.0",
                "",
                "   "
            })
    void callsProgramsBots(String header) {
        assertTrue(AGENTS.classify(header).bot());
    }

    @Test
    void callsRequestsWithoutAgentBots() {
        assertEquals(Optional.of(Agent.BOT), AGENTS.ifKnown(null));
        assertSame(Agent.BOT, AGENTS.classify(null));
    }

    @Test
    void knowsAnAgentOnceItHasBeenClassified() {
        UserAgents agents = new UserAgents();
        String header = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0";
        assertEquals(Optional.empty(), agents.ifKnown(header));
        Agent agent = agents.classify(header);
        assertEquals(Optional.of(agent), agents.ifKnown(header));
        assertFalse(agent.bot());
    }

    @Test
    void looksNoFurtherThanTheLongestHeader() {
        String header = "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0" + " x".repeat(8_000);
        Agent agent = AGENTS.classify(header);
        assertEquals(agent, AGENTS.classify(header.substring(0, UserAgents.LONGEST_HEADER) + "Googlebot/"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a",
                "0",
                " ",
                "/",
                "1.",
                ".1111111111",
                "a/1",
                "; a",
                "Mozilla/5.0 (",
                "Mozilla/",
                "(",
                "()",
                "Current",
                "-",
                ";",
                "Android ",
                "Android; ",
                "Build/",
                "iPhone OS ",
                "Linux; Android 1;",
                "Safari/",
                "Version/1",
                "Chrome/1.1 ",
                "SM-",
                "\u0000",
                "Windows NT ",
                "HTC_",
                "HUAWEI ",
                "; wv",
                "bot",
                "@a",
                "\u00e9",
                "AppleWebKit/1 ",
                "Dalvik/1;",
                "[FBAN",
                "x86_64;",
                "\t"
            })
    void staysQuickOnAgentsMadeToBeSlow(String piece) {
        for (String start : new String[] {"", "Mozilla/5.0 (Linux; Android 9; ", "Mozilla/5.0 (compatible; "}) {
            String header = start + piece.repeat(2_000 / piece.length());
            long best = Long.MAX_VALUE;
            for (int i = 0; i < 5; i++) {
                long begin = THREADS.getCurrentThreadCpuTime();
                AGENTS.judge(header.substring(0, UserAgents.LONGEST_HEADER));
                best = Math.min(best, THREADS.getCurrentThreadCpuTime() - begin);
            }
            if (best > TimeUnit.MILLISECONDS.toNanos(5)) {
                System.out.printf("%s%s: %.1f ms%n", start, piece, best / 1e6);
            }
            // Processor time, the best of five: neither a busy machine nor a compiler that warms up is the classifier's
            // fault.
            assertTrue(best < TimeUnit.MILLISECONDS.toNanos(50), best + " ns");
        }
    }
}
