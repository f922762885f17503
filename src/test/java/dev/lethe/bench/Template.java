package dev.lethe.bench;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The bytes of one request, with the places where the ids of its beacons stand: sending it again with new ids costs a copy and a few
 * random bits, so that the load takes as little of the machine as can be. Immutable.
 */
final class Template {
    /** What stands for an id until it is sent. */
    static final String ID = "----------------------";

    private static final byte[] DIGITS =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".getBytes(StandardCharsets.US_ASCII);

    private final byte[] request;
    private final int[] ids;

    Template(String request) {
        this.request = request.getBytes(StandardCharsets.US_ASCII);
        List<Integer> places = new ArrayList<>();
        for (int at = request.indexOf(ID); at >= 0; at = request.indexOf(ID, at + ID.length())) {
            places.add(at);
        }
        this.ids = places.stream().mapToInt(place -> place).toArray();
    }

    int beacons() {
        return ids.length;
    }

    /** Makes the buffer hold the request, with ids nobody has used. */
    void fill(ByteBuffer buffer, RandomGenerator random) {
        buffer.clear().put(request);
        for (int id : ids) {
            writeId(buffer, id, random.nextLong());
            writeId(buffer, id + 11, random.nextLong());
        }
        buffer.flip();
    }

    /** 62 random bits in eleven digits of base64url. The last of an id's 22 digits holds two bits, so the eleventh does here as well. */
    private static void writeId(ByteBuffer buffer, int at, long bits) {
        for (int digit = 0; digit < 10; digit++) {
            buffer.put(at + digit, DIGITS[(int) (bits >>> (6 * digit)) & 63]);
        }
        buffer.put(at + 10, DIGITS[(int) (bits >>> 60) << 4 & 63]);
    }
}
