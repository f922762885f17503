package dev.lethe.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;

/**
 * Ports for settings that leave the choice to Lethe. They lie below the ranges from which Linux and macOS take a port
 * by themselves, so that between choice and use no passing connection sits down on one.
 */
public final class FreePorts {
    private static final int LOWEST = 20_000;

    private static final int HIGHEST = 30_000;

    private FreePorts() {}

    /**
     * A port of the address that nobody uses now.
     *
     * @throws IllegalStateException when there seems to be none
     */
    public static int choose(String host) {
        InetAddress address = address(host);
        SecureRandom random = new SecureRandom();
        for (int tries = 0; tries < 1_000; tries++) {
            int candidate = random.nextInt(LOWEST, HIGHEST);
            if (isFree(address, candidate)) {
                return candidate;
            }
        }
        throw new IllegalStateException("No free port between " + LOWEST + " and " + HIGHEST + " on " + host
                + ". End what uses them, or choose one yourself (public.port, database.url).");
    }

    /** As {@link #choose(String)}, of the address that only this machine reaches. */
    public static int choose() {
        return choose(InetAddress.getLoopbackAddress().getHostAddress());
    }

    /** Whether nobody uses the port of the address that only this machine reaches. */
    public static boolean isFree(int port) {
        return isFree(InetAddress.getLoopbackAddress(), port);
    }

    private static boolean isFree(InetAddress address, int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, address)) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    private static InetAddress address(String host) {
        try {
            return InetAddress.getByName(host);
        } catch (IOException unknown) {
            throw new UncheckedIOException(unknown);
        }
    }
}
