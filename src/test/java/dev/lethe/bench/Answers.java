package dev.lethe.bench;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Base64;
import java.util.zip.DataFormatException;
import org.HdrHistogram.Histogram;

/**
 * What came of one run of the load. Crosses from the load's process to the bench's as a line.
 *
 * @param sent requests
 * @param inTime wanted answers that came before the run's end
 * @param wanted all wanted answers: 204, and of Lethe {@code stored}
 * @param other other answers
 * @param broken connections that broke, and requests that had found no free one at the end
 * @param seconds how long the run was meant to last
 * @param micros microseconds from the moment a request was due to its answer
 */
record Answers(long sent, long inTime, long wanted, long other, long broken, int seconds, Histogram micros) {
    /** Longer than anybody waits. */
    static final long MOST_MICROS = 60_000_000;

    static Histogram histogram() {
        // Three digits, so that a quantile is exact within 0.1 per cent.
        return new Histogram(MOST_MICROS, 3);
    }

    Answers plus(Answers more) {
        Histogram both = micros.copy();
        both.add(more.micros);
        return new Answers(
                sent + more.sent,
                inTime + more.inTime,
                wanted + more.wanted,
                other + more.other,
                broken + more.broken,
                seconds,
                both);
    }

    double perSecond() {
        return inTime / (double) seconds;
    }

    Duration at(double percentile) {
        return Duration.ofNanos(1_000 * micros.getValueAtPercentile(percentile));
    }

    double millisAt(double percentile) {
        return micros.getValueAtPercentile(percentile) / 1e3;
    }

    String toLine() {
        ByteBuffer encoded = ByteBuffer.allocate(micros.getNeededByteBufferCapacity());
        byte[] bytes = new byte[micros.encodeIntoCompressedByteBuffer(encoded)];
        encoded.flip().get(bytes);
        return sent + " " + inTime + " " + wanted + " " + other + " " + broken + " " + seconds + " "
                + Base64.getEncoder().encodeToString(bytes);
    }

    static Answers parse(String line) {
        String[] words = line.split(" ");
        try {
            ByteBuffer encoded = ByteBuffer.wrap(Base64.getDecoder().decode(words[6]));
            return new Answers(
                    Long.parseLong(words[0]),
                    Long.parseLong(words[1]),
                    Long.parseLong(words[2]),
                    Long.parseLong(words[3]),
                    Long.parseLong(words[4]),
                    Integer.parseInt(words[5]),
                    Histogram.decodeFromCompressedByteBuffer(encoded, MOST_MICROS));
        } catch (DataFormatException | RuntimeException e) {
            throw new IllegalStateException("no result of the load: " + line, e);
        }
    }
}
