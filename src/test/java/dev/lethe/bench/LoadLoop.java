package dev.lethe.bench;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * One thread of the load: keep-alive connections of HTTP/1.1 on a selector, one request under way on each. It knows of HTTP what it
 * needs: a header's end, the status, and whether Lethe says {@code stored}.
 */
final class LoadLoop implements AutoCloseable {
    private static final int MOST_BYTES = 32 * 1024;
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final byte[] END_OF_HEADERS = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] STORED = ": stored\r\n".getBytes(StandardCharsets.US_ASCII);

    private final Order order;
    private final List<Template> templates;
    private final SplittableRandom random;
    private final Selector selector;
    private final List<Connection> connections = new ArrayList<>();
    private final Deque<Connection> idle = new ArrayDeque<>();
    /** When the requests were due for which no connection was free (open loop). */
    private final Deque<Long> due = new ArrayDeque<>();

    private final Histogram micros = Answers.histogram();
    private long endNanos;
    private long sent;
    private long inTime;
    private long wanted;
    private long other;
    private long broken;
    private int underWay;

    private static final class Connection {
        final SocketChannel channel;
        final SelectionKey key;
        final ByteBuffer out = ByteBuffer.allocateDirect(MOST_BYTES);
        final ByteBuffer in = ByteBuffer.allocateDirect(MOST_BYTES);
        final byte[] answer = new byte[MOST_BYTES];
        long dueNanos;

        Connection(SocketChannel channel, Selector selector) throws IOException {
            this.channel = channel;
            this.key = channel.register(selector, SelectionKey.OP_READ, this);
        }
    }

    /** Connects. */
    LoadLoop(Order order, List<Template> templates, int number, long seed) throws IOException {
        this.order = order;
        this.templates = templates;
        this.random = new SplittableRandom(seed ^ System.nanoTime());
        this.selector = Selector.open();
        for (int i = 0; i < number; i++) {
            SocketChannel channel = SocketChannel.open(order.to());
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.configureBlocking(false);
            connections.add(new Connection(channel, selector));
        }
    }

    /** Until the order's end, and until what is under way then is answered. {@code perSecond} is this loop's share. */
    Answers run(long beginNanos, double perSecond) throws IOException {
        endNanos = beginNanos + TimeUnit.SECONDS.toNanos(order.seconds());
        if (order.isOpen()) {
            idle.addAll(connections);
            keepTime(beginNanos, perSecond);
        } else {
            connections.forEach(connection -> send(connection, System.nanoTime()));
            while (underWay > 0 && System.nanoTime() < endNanos + DRAIN_NANOS) {
                selector.select(this::ready, 100);
            }
        }
        return new Answers(sent, inTime, wanted, other, broken + due.size() + underWay, order.seconds(), micros);
    }

    /** Sends what is due, and counts from when it was due: a server that is late does not make the load wait for it. */
    private void keepTime(long beginNanos, double perSecond) throws IOException {
        double interval = 1e9 / perSecond;
        long number = 0;
        while (true) {
            long now = System.nanoTime();
            long next = beginNanos + (long) (number * interval);
            while (next <= now && next < endNanos) {
                due.add(next);
                number++;
                next = beginNanos + (long) (number * interval);
            }
            while (!due.isEmpty() && !idle.isEmpty()) {
                send(idle.remove(), due.remove());
            }
            boolean isOver = next >= endNanos;
            if ((isOver && underWay == 0 && due.isEmpty()) || now > endNanos + DRAIN_NANOS) {
                return;
            }
            // A selector waits whole milliseconds; the lateness this brings counts as the server's.
            selector.select(this::ready, isOver ? 100 : Math.max(1, (next - now) / 1_000_000));
        }
    }

    private void send(Connection connection, long dueNanos) {
        connection.dueNanos = dueNanos;
        templates.get(random.nextInt(templates.size())).fill(connection.out, random);
        underWay++;
        sent++;
        try {
            write(connection);
        } catch (IOException e) {
            giveUp(connection);
        }
    }

    private static void write(Connection connection) throws IOException {
        connection.channel.write(connection.out);
        boolean isWaiting = (connection.key.interestOps() & SelectionKey.OP_WRITE) != 0;
        if (connection.out.hasRemaining() != isWaiting) {
            connection.key.interestOps(SelectionKey.OP_READ | (isWaiting ? 0 : SelectionKey.OP_WRITE));
        }
    }

    private void ready(SelectionKey key) {
        Connection connection = (Connection) key.attachment();
        try {
            if (key.isWritable()) {
                write(connection);
            }
            if (key.isReadable()) {
                read(connection);
            }
        } catch (IOException e) {
            giveUp(connection);
        }
    }

    private void giveUp(Connection connection) {
        broken++;
        underWay--;
        connection.key.cancel();
        try {
            connection.channel.close();
        } catch (IOException alreadyBroken) {
            // It is counted.
        }
    }

    private void read(Connection connection) throws IOException {
        if (connection.channel.read(connection.in) < 0) {
            throw new IOException("closed");
        }
        int length = connection.in.position();
        byte[] answer = connection.answer;
        connection.in.get(0, answer, 0, length);
        int headers = find(answer, length, END_OF_HEADERS);
        if (headers < 0) {
            return;
        }
        // "HTTP/1.1 204": such an answer has no body.
        boolean isEmpty = answer[9] == '2' && answer[10] == '0' && answer[11] == '4';
        if (!isEmpty && length < headers + END_OF_HEADERS.length + bodyLength(answer, headers)) {
            return;
        }
        connection.in.clear();
        boolean isWanted = isEmpty && (order.kind() == Order.Kind.EMPTY || find(answer, headers + 2, STORED) >= 0);
        answered(connection, isWanted);
    }

    private void answered(Connection connection, boolean isWanted) {
        long now = System.nanoTime();
        underWay--;
        if (isWanted) {
            wanted++;
            if (now < endNanos) {
                inTime++;
            }
            micros.recordValue(Math.min((now - connection.dueNanos) / 1_000, Answers.MOST_MICROS));
        } else {
            other++;
        }
        if (order.isOpen()) {
            if (due.isEmpty()) {
                idle.add(connection);
            } else {
                send(connection, due.remove());
            }
        } else if (now < endNanos) {
            send(connection, now);
        }
    }

    private static int bodyLength(byte[] answer, int headers) {
        String text = new String(answer, 0, headers, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT);
        return text.lines()
                .filter(line -> line.startsWith("content-length:"))
                .mapToInt(line -> Integer.parseInt(
                        line.substring("content-length:".length()).strip()))
                .findFirst()
                .orElse(0);
    }

    private static int find(byte[] text, int length, byte[] wanted) {
        for (int at = 0; at <= length - wanted.length; at++) {
            int same = 0;
            while (same < wanted.length && text[at + same] == wanted[same]) {
                same++;
            }
            if (same == wanted.length) {
                return at;
            }
        }
        return -1;
    }

    @Override
    public void close() throws IOException {
        for (Connection connection : connections) {
            connection.channel.close();
        }
        selector.close();
    }
}
