package dev.lethe.classify;

/**
 * What is kept of a user agent, immutable; the header itself is forgotten.
 *
 * @param browserMajor 1 to 9,999, or 0 when unknown
 * @param bot whether the agent says that no person sits before it; such beacons are dropped
 */
public record Agent(Browser browser, int browserMajor, OperatingSystem system, Device device, boolean bot) {

    /** An agent that is a program: nothing else about it is of interest. */
    public static final Agent BOT = new Agent(Browser.OTHER, 0, OperatingSystem.OTHER, Device.OTHER, true);

    public Agent {
        if (browserMajor < 0 || browserMajor > 9_999) {
            throw new IllegalArgumentException("a browser's major version is 0 to 9999");
        }
    }
}
