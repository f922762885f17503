package dev.lethe.classify;

/** Classes of devices, immutable; no makers and no models. An iPad that asks for desktop pages calls itself a Mac and counts as a desktop. */
public enum Device implements Coded {
    OTHER(0, "other"),
    DESKTOP(1, "desktop"),
    MOBILE(2, "mobile"),
    TABLET(3, "tablet"),
    TV(4, "tv"),
    CONSOLE(5, "console"),
    WATCH(6, "watch");

    private final short code;
    private final String label;

    Device(int code, String label) {
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
