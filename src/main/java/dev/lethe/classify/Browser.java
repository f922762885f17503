package dev.lethe.classify;

/** Browser families that a product team tells apart, immutable; a browser that hides in another's name (Brave) counts there. */
public enum Browser implements Coded {
    OTHER(0, "other"),
    CHROME(1, "Chrome"),
    SAFARI(2, "Safari"),
    EDGE(3, "Edge"),
    FIREFOX(4, "Firefox"),
    SAMSUNG_INTERNET(5, "Samsung Internet"),
    OPERA(6, "Opera"),
    OPERA_MINI(7, "Opera Mini"),
    INTERNET_EXPLORER(8, "Internet Explorer"),
    ANDROID_BROWSER(9, "Android Browser"),
    ANDROID_WEBVIEW(10, "Android WebView"),
    IOS_WEBVIEW(11, "iOS in-app"),
    GOOGLE_APP(12, "Google app"),
    DUCKDUCKGO(13, "DuckDuckGo"),
    VIVALDI(14, "Vivaldi"),
    YANDEX(15, "Yandex Browser"),
    UC(16, "UC Browser"),
    HUAWEI(17, "Huawei Browser"),
    XIAOMI(18, "Mi Browser"),
    SILK(19, "Amazon Silk"),
    WHALE(20, "Whale"),
    QQ(21, "QQ Browser"),
    FACEBOOK(22, "Facebook app"),
    INSTAGRAM(23, "Instagram app"),
    LINKEDIN(24, "LinkedIn app"),
    SNAPCHAT(25, "Snapchat app"),
    PINTEREST(26, "Pinterest app"),
    TIKTOK(27, "TikTok app"),
    WECHAT(28, "WeChat app"),
    LINE(29, "LINE app"),
    ECOSIA(30, "Ecosia");

    private final short code;
    private final String label;

    Browser(int code, String label) {
        this.code = (short) code;
        this.label = label;
    }

    @Override
    public short code() {
        return code;
    }

    @Override
    public String label() {
        return label;
    }
}
