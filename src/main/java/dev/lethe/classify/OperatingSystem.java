package dev.lethe.classify;

/** Operating-system families without versions, immutable. */
public enum OperatingSystem implements Coded {
    OTHER(0, "other"),
    WINDOWS(1, "Windows"),
    MACOS(2, "macOS"),
    IOS(3, "iOS"),
    ANDROID(4, "Android"),
    LINUX(5, "Linux"),
    CHROMEOS(6, "ChromeOS"),
    HARMONYOS(7, "HarmonyOS"),
    TV(8, "TV system"),
    CONSOLE(9, "console system");

    private final short code;
    private final String label;

    OperatingSystem(int code, String label) {
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
