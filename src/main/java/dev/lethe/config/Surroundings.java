package dev.lethe.config;

import java.nio.file.Path;
import java.util.Map;

/**
 * What settings are read against: the process's environment, its directories and whether it is root. Immutable; tests make
 * their own.
 *
 * @param home the user's home directory
 */
public record Surroundings(Map<String, String> environment, Path workingDirectory, Path home, boolean isRoot) {
    public Surroundings {
        environment = Map.copyOf(environment);
        workingDirectory = workingDirectory.toAbsolutePath().normalize();
    }

    public static Surroundings ofThisProcess() {
        return new Surroundings(
                System.getenv(),
                Path.of(""),
                Path.of(System.getProperty("user.home", "")),
                "root".equals(System.getProperty("user.name")));
    }

    /** Relative paths start at the working directory. */
    Path resolve(String path) {
        return workingDirectory.resolve(path).normalize();
    }

    /**
     * The default of {@code state-dir}: what systemd made for the service, root's place, or the user's own by the XDG Base
     * Directory Specification, which has relative paths in {@code XDG_STATE_HOME} ignored.
     */
    Path stateDirectory() {
        // systemd separates several directories by colons; the first is ours.
        String systemd = environment.getOrDefault("STATE_DIRECTORY", "").split(":", 2)[0];
        if (!systemd.isEmpty()) {
            return resolve(systemd);
        }
        if (isRoot) {
            return Path.of("/var/lib/lethe");
        }
        String xdg = environment.getOrDefault("XDG_STATE_HOME", "");
        Path base =
                xdg.startsWith("/") ? Path.of(xdg) : resolve(home.toString()).resolve(".local/state");
        return base.resolve("lethe").normalize();
    }
}
