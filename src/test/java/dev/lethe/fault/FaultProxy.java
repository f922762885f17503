package dev.lethe.fault;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * A way to PostgreSQL that can be cut, stalled, half closed and slowed. It reads the server's side message by message
 * (https://www.postgresql.org/docs/current/protocol-message-formats.html), so that it can let the server commit and
 * keep the answer. Thread-safe; ends with {@link #close}.
 */
public final class FaultProxy implements AutoCloseable {
    private static final int COMMAND_COMPLETE = 'C';
    private static final int READY_FOR_QUERY = 'Z';
    private static final int NOT_IN_TRANSACTION = 'I';
    /** The answer of one byte to a client that asks whether it may encrypt. */
    private static final int NO_ENCRYPTION = 'N';

    private final ServerSocket entry;
    private final String host;
    private final int port;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger commitsToCut = new AtomicInteger();
    private final AtomicInteger commitsCut = new AtomicInteger();
    private final AtomicInteger callsLeft = new AtomicInteger();
    private volatile boolean cutHeard;
    private final AtomicInteger answersToPass = new AtomicInteger(Integer.MAX_VALUE);
    private volatile boolean stalled;
    private volatile boolean refusing;
    private volatile long delayMillis;

    private FaultProxy(ServerSocket entry, String host, int port) {
        this.entry = entry;
        this.host = host;
        this.port = port;
    }

    /** Listens on a free port of this machine. */
    public static FaultProxy to(String host, int port) {
        try {
            FaultProxy proxy = new FaultProxy(new ServerSocket(0, 100, InetAddress.getByName("127.0.0.1")), host, port);
            Thread.ofVirtual().start(proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return entry.getLocalPort();
    }

    /**
     * The next so many commits of inserted rows happen, and their answers do not arrive: the connection is cut instead.
     * An insert that added nothing is no such commit.
     */
    public void cutAfterCommits(int number) {
        commitsToCut.set(number);
    }

    /**
     * The connection is cut when the client has said something for the {@code number}th time from now, before the server hears it, or
     * with {@code heard} right after. Counted over all connections; 0 ends it.
     */
    public void cutAtCall(int number, boolean heard) {
        cutHeard = heard;
        callsLeft.set(number);
    }

    /** Whether the call to cut at is still to come. */
    public boolean isCutPending() {
        return callsLeft.get() > 0;
    }

    public int commitsCut() {
        return commitsCut.get();
    }

    /** So many further answers of the server pass; when the next is there, as {@link #refuse}. */
    public void refuseAfterAnswers(int number) {
        answersToPass.set(number);
    }

    /** How many answers may still pass, less than 0 when that number was reached. */
    public int answersToPass() {
        return answersToPass.get();
    }

    /** From now on nothing passes in either direction; connections stay open. */
    public void stall() {
        stalled = true;
    }

    public void resume() {
        stalled = false;
    }

    /** Each chunk of either direction waits so long. */
    public void delay(long millis) {
        delayMillis = millis;
    }

    /** Cuts all connections; new ones are accepted. */
    public void cutAll() {
        open.forEach(FaultProxy::cut);
    }

    /** Cuts all connections, and new ones at once, until {@link #admit}. */
    public void refuse() {
        refusing = true;
        cutAll();
    }

    public void admit() {
        answersToPass.set(Integer.MAX_VALUE);
        refusing = false;
    }

    /** Ends the stream to the server, as a peer that says nothing more and still listens. */
    public void halfClose() {
        for (Socket socket : open) {
            try {
                if (socket.getPort() == port) {
                    socket.shutdownOutput();
                }
            } catch (IOException alreadyClosed) {
                cut(socket);
            }
        }
    }

    @Override
    public void close() {
        resume();
        try {
            entry.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cutAll();
    }

    private void accept() {
        while (!entry.isClosed()) {
            try {
                Socket client = entry.accept();
                if (refusing) {
                    cut(client);
                    continue;
                }
                Socket server = new Socket(host, port);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                open.add(client);
                open.add(server);
                Thread.ofVirtual().start(() -> run(() -> forward(client, server), client, server));
                Thread.ofVirtual().start(() -> run(() -> answer(server, client), client, server));
            } catch (IOException closed) {
                // The entry is closed, or the server is away: the next connection tries again.
            }
        }
    }

    private interface Pump {
        void run() throws IOException;
    }

    private void run(Pump pump, Socket client, Socket server) {
        try {
            pump.run();
        } catch (IOException ended) {
            // One side has gone, so the other goes too.
        }
        open.remove(client);
        open.remove(server);
        cut(client);
        cut(server);
    }

    private void forward(Socket from, Socket to) throws IOException {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        byte[] chunk = new byte[64 * 1024];
        for (int length = in.read(chunk); length >= 0; length = in.read(chunk)) {
            boolean cut = callsLeft.get() > 0 && callsLeft.decrementAndGet() == 0;
            if (cut && !cutHeard) {
                throw new SocketException("cut before a call");
            }
            pass(out, chunk, length);
            if (cut) {
                throw new SocketException("cut after a call");
            }
        }
    }

    /** Collects what the server says up to its being ready again, and looks whether rows were committed by then. */
    private void answer(Socket from, Socket to) throws IOException {
        DataInputStream in = new DataInputStream(from.getInputStream());
        OutputStream out = to.getOutputStream();
        ByteArrayOutputStream held = new ByteArrayOutputStream();
        boolean begun = false;
        boolean loggedIn = false;
        boolean rows = false;
        boolean inTransaction = false;
        while (true) {
            int type = in.readUnsignedByte();
            if (!begun && type == NO_ENCRYPTION) {
                pass(out, new byte[] {(byte) type}, 1);
                continue;
            }
            begun = true;
            int length = in.readInt();
            byte[] body = in.readNBytes(length - 4);
            held.write(type);
            held.writeBytes(
                    new byte[] {(byte) (length >>> 24), (byte) (length >>> 16), (byte) (length >>> 8), (byte) length});
            held.writeBytes(body);
            if (type == COMMAND_COMPLETE) {
                String tag = new String(body, 0, body.length - 1, StandardCharsets.US_ASCII);
                rows |= tag.startsWith("INSERT") && !tag.endsWith(" 0");
            }
            boolean ready = type == READY_FOR_QUERY;
            if (ready) {
                loggedIn = true;
                inTransaction = body[0] != NOT_IN_TRANSACTION;
            }
            if (ready && answersToPass.decrementAndGet() < 0) {
                refuse();
                throw new SocketException("cut after as many answers as wanted");
            }
            if (ready || !loggedIn) {
                if (ready && rows && !inTransaction) {
                    rows = false;
                    if (commitsToCut.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                        commitsCut.incrementAndGet();
                        throw new SocketException("cut after a commit");
                    }
                }
                pass(out, held.toByteArray(), held.size());
                held.reset();
            }
        }
    }

    private void pass(OutputStream out, byte[] bytes, int length) throws IOException {
        if (delayMillis > 0) {
            LockSupport.parkNanos(delayMillis * 1_000_000);
        }
        while (stalled) {
            LockSupport.parkNanos(1_000_000);
        }
        out.write(bytes, 0, length);
    }

    private static void cut(Socket socket) {
        try {
            // No farewell: the peer sees a reset.
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException alreadyClosed) {
            // That is what was wanted.
        }
    }
}
