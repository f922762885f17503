package dev.lethe.classify;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.lethe.config.MacKey;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import ua_parser.OS;
import ua_parser.Parser;
import ua_parser.UserAgent;

/**
 * Turns user agents into what is kept of them; safe for threads, one per process because it holds the compiled patterns. The
 * last 10,000 verdicts are remembered under a keyed hash of the header, with a key that lives and dies with this object: a heap
 * dump holds no user agent.
 */
public final class UserAgents {

    /** Longer headers are cut: no browser sends them, and patterns cost time in the length of the text. */
    static final int LONGEST_HEADER = 1_024;

    private static final int REMEMBERED = 10_000;

    private static final Map<String, Browser> BROWSERS = Map.<String, Browser>ofEntries(
            Map.entry("chrome", Browser.CHROME),
            Map.entry("chrome mobile", Browser.CHROME),
            Map.entry("chrome mobile ios", Browser.CHROME),
            Map.entry("chromium", Browser.CHROME),
            Map.entry("brave", Browser.CHROME),
            Map.entry("safari", Browser.SAFARI),
            Map.entry("mobile safari", Browser.SAFARI),
            Map.entry("edge", Browser.EDGE),
            Map.entry("edge mobile", Browser.EDGE),
            Map.entry("firefox", Browser.FIREFOX),
            Map.entry("firefox mobile", Browser.FIREFOX),
            Map.entry("firefox ios", Browser.FIREFOX),
            Map.entry("firefox focus", Browser.FIREFOX),
            Map.entry("samsung internet", Browser.SAMSUNG_INTERNET),
            Map.entry("opera", Browser.OPERA),
            Map.entry("opera mobile", Browser.OPERA),
            Map.entry("opera touch", Browser.OPERA),
            Map.entry("opera gx", Browser.OPERA),
            Map.entry("opera mini", Browser.OPERA_MINI),
            Map.entry("ie", Browser.INTERNET_EXPLORER),
            Map.entry("ie mobile", Browser.INTERNET_EXPLORER),
            Map.entry("android", Browser.ANDROID_BROWSER),
            Map.entry("chrome mobile webview", Browser.ANDROID_WEBVIEW),
            Map.entry("mobile safari ui/wkwebview", Browser.IOS_WEBVIEW),
            Map.entry("google", Browser.GOOGLE_APP),
            Map.entry("duckduckgo", Browser.DUCKDUCKGO),
            Map.entry("duckduckgo mobile", Browser.DUCKDUCKGO),
            Map.entry("vivaldi", Browser.VIVALDI),
            Map.entry("yandex browser", Browser.YANDEX),
            Map.entry("yandex", Browser.YANDEX),
            Map.entry("uc browser", Browser.UC),
            Map.entry("huawei browser", Browser.HUAWEI),
            Map.entry("huaweibrowser", Browser.HUAWEI),
            Map.entry("miuibrowser", Browser.XIAOMI),
            Map.entry("amazon silk", Browser.SILK),
            Map.entry("whale", Browser.WHALE),
            Map.entry("qq browser", Browser.QQ),
            Map.entry("qq browser mobile", Browser.QQ),
            Map.entry("facebook", Browser.FACEBOOK),
            Map.entry("facebook messenger", Browser.FACEBOOK),
            Map.entry("instagram", Browser.INSTAGRAM),
            Map.entry("linkedin", Browser.LINKEDIN),
            Map.entry("linkedinapp", Browser.LINKEDIN),
            Map.entry("snapchat", Browser.SNAPCHAT),
            Map.entry("pinterest", Browser.PINTEREST),
            Map.entry("tiktok", Browser.TIKTOK),
            Map.entry("wechat", Browser.WECHAT),
            Map.entry("line", Browser.LINE),
            Map.entry("ecosia ios", Browser.ECOSIA),
            Map.entry("ecosia android", Browser.ECOSIA));

    /** Names that the pattern collection does not know, as they stand in the header before the version. */
    private static final List<Map.Entry<String, Browser>> NAMED = List.of(
            Map.entry("HuaweiBrowser/", Browser.HUAWEI),
            Map.entry("MiuiBrowser/", Browser.XIAOMI),
            Map.entry("Ddg/", Browser.DUCKDUCKGO),
            Map.entry("DuckDuckGo/", Browser.DUCKDUCKGO),
            Map.entry("musical_ly", Browser.TIKTOK),
            Map.entry("BytedanceWebview", Browser.TIKTOK),
            Map.entry("LinkedInApp", Browser.LINKEDIN),
            Map.entry("Ecosia", Browser.ECOSIA),
            Map.entry("MicroMessenger/", Browser.WECHAT));

    private final Parser parser = new Parser();
    private final Bots bots = Bots.builtIn();
    private final MacKey key;
    private final Cache<Fingerprint, Agent> verdicts =
            Caffeine.newBuilder().maximumSize(REMEMBERED).build();

    public UserAgents() {
        this(new SecureRandom());
    }

    UserAgents(SecureRandom random) {
        byte[] secret = new byte[32];
        random.nextBytes(secret);
        this.key = new MacKey(secret);
    }

    /**
     * The verdict if it is known without work, in about a microsecond: safe on an event loop.
     *
     * @param header null when the request has none
     */
    public Optional<Agent> ifKnown(@Nullable String header) {
        if (header == null || header.isBlank()) {
            return Optional.of(Agent.BOT);
        }
        return Optional.ofNullable(verdicts.getIfPresent(fingerprint(cut(header))));
    }

    /**
     * The verdict; takes about a millisecond the first time, so never call it on an event loop. No header at all is a program's:
     * every browser sends one.
     *
     * @param header null when the request has none
     */
    public Agent classify(@Nullable String header) {
        if (header == null || header.isBlank()) {
            return Agent.BOT;
        }
        String agent = cut(header);
        return verdicts.get(fingerprint(agent), unknown -> judge(agent));
    }

    private static String cut(String header) {
        return header.length() > LONGEST_HEADER ? header.substring(0, LONGEST_HEADER) : header;
    }

    /** The verdict without the memory. */
    Agent judge(String agent) {
        if (bots.matches(agent)) {
            return Agent.BOT;
        }
        OperatingSystem system = system(parser.parseOS(agent), agent);
        UserAgent parsed = parser.parseUserAgent(agent);
        Browser browser = browser(parsed, agent);
        return new Agent(browser, major(browser, parsed), system, device(system, agent), false);
    }

    private static Browser browser(@Nullable UserAgent parsed, String agent) {
        for (Map.Entry<String, Browser> named : NAMED) {
            if (agent.contains(named.getKey())) {
                return named.getValue();
            }
        }
        return parsed == null
                ? Browser.OTHER
                : BROWSERS.getOrDefault(parsed.family.toLowerCase(Locale.ROOT), Browser.OTHER);
    }

    /** The version of a browser that is counted by name; in an unusual one it would be one more way to be rare. */
    private static int major(Browser browser, @Nullable UserAgent parsed) {
        if (browser == Browser.OTHER
                || parsed == null
                || parsed.major == null
                || BROWSERS.get(parsed.family.toLowerCase(Locale.ROOT)) != browser
                || !parsed.major.matches("[0-9]{1,4}")) {
            return 0;
        }
        return Integer.parseInt(parsed.major);
    }

    private static OperatingSystem system(@Nullable OS parsed, String agent) {
        if (agent.contains("HarmonyOS") || agent.contains("OpenHarmony")) {
            return OperatingSystem.HARMONYOS;
        }
        if (isTelevision(agent) && !agent.contains("Android")) {
            return OperatingSystem.TV;
        }
        if (isConsole(agent)) {
            return OperatingSystem.CONSOLE;
        }
        String family = parsed == null || parsed.family == null ? "" : parsed.family;
        return switch (family) {
            case "Windows", "Windows Phone", "Windows Mobile" -> OperatingSystem.WINDOWS;
            case "Mac OS X", "Mac OS" -> OperatingSystem.MACOS;
            case "iOS", "ATV OS X", "watchOS" -> OperatingSystem.IOS;
            case "Android" -> OperatingSystem.ANDROID;
            case "Chrome OS" -> OperatingSystem.CHROMEOS;
            case "Linux",
                    "Ubuntu",
                    "Debian",
                    "Fedora",
                    "Red Hat",
                    "SUSE",
                    "Arch Linux",
                    "Gentoo",
                    "Mint",
                    "CentOS",
                    "Mageia",
                    "Slackware",
                    "Kubuntu",
                    "Linux Mint" -> OperatingSystem.LINUX;
            default -> OperatingSystem.OTHER;
        };
    }

    /** By the words that makers agreed on, not by lists of models: the model is more than is kept. */
    private static Device device(OperatingSystem system, String agent) {
        if (isTelevision(agent)) {
            return Device.TV;
        }
        if (isConsole(agent)) {
            return Device.CONSOLE;
        }
        if (agent.contains("Watch")) {
            return Device.WATCH;
        }
        boolean mobile = agent.contains("Mobi");
        return switch (system) {
            case IOS -> agent.contains("iPad") ? Device.TABLET : Device.MOBILE;
            case ANDROID, HARMONYOS -> {
                boolean tablet = agent.contains("Tablet") || agent.contains("SM-T") || agent.contains("SM-X");
                yield (mobile && !tablet) || agent.contains("Opera Mini") ? Device.MOBILE : Device.TABLET;
            }
            case WINDOWS -> mobile || agent.contains("Windows Phone") ? Device.MOBILE : Device.DESKTOP;
            case MACOS, LINUX, CHROMEOS -> mobile ? Device.MOBILE : Device.DESKTOP;
            case TV -> Device.TV;
            case CONSOLE -> Device.CONSOLE;
            case OTHER -> mobile ? Device.MOBILE : Device.OTHER;
        };
    }

    private static boolean isTelevision(String agent) {
        return agent.contains("SMART-TV")
                || agent.contains("SmartTV")
                || agent.contains("Smart TV")
                || agent.contains("Web0S")
                || agent.contains("HbbTV")
                || agent.contains("GoogleTV")
                || agent.contains("Android TV")
                || agent.contains("AppleTV")
                || agent.contains("BRAVIA")
                || agent.contains("CrKey")
                || agent.contains("; AFT")
                || agent.contains("Roku");
    }

    private static boolean isConsole(String agent) {
        return agent.contains("PlayStation") || agent.contains("Xbox") || agent.contains("Nintendo");
    }

    private Fingerprint fingerprint(String agent) {
        ByteBuffer longs = ByteBuffer.wrap(key.hmac(agent));
        return new Fingerprint(longs.getLong(), longs.getLong());
    }

    /** 128 bits of the keyed hash. */
    private record Fingerprint(long high, long low) {}
}
