package dev.lethe.bench;

import java.net.InetSocketAddress;
import java.util.Locale;

/**
 * A run that the load is asked for. Crosses from the bench's process to the load's as a line.
 *
 * @param perSecond requests due in a second, whatever becomes of the ones before (open loop); 0: each connection sends its next when the
 *     last is answered (closed loop)
 */
record Order(Kind kind, InetSocketAddress to, int connections, int seconds, int perSecond) {

    enum Kind {
        /** The same requests as {@link #SINGLE}, of which any 204 is a wanted answer. */
        EMPTY,
        SINGLE,
        BATCH
    }

    static Order closed(Kind kind, InetSocketAddress to, int connections, int seconds) {
        return new Order(kind, to, connections, seconds, 0);
    }

    static Order open(InetSocketAddress to, int connections, int seconds, int perSecond) {
        return new Order(Kind.SINGLE, to, connections, seconds, perSecond);
    }

    boolean isOpen() {
        return perSecond > 0;
    }

    String toLine() {
        return kind.name().toLowerCase(Locale.ROOT) + " " + to.getHostString() + " " + to.getPort() + " " + connections
                + " " + seconds + " " + perSecond;
    }

    static Order parse(String line) {
        String[] words = line.split(" ");
        return new Order(
                Kind.valueOf(words[0].toUpperCase(Locale.ROOT)),
                new InetSocketAddress(words[1], Integer.parseInt(words[2])),
                Integer.parseInt(words[3]),
                Integer.parseInt(words[4]),
                Integer.parseInt(words[5]));
    }
}
