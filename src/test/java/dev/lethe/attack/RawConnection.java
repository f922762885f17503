package dev.lethe.attack;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.regex.Pattern;

/** A socket on which a test writes any bytes as an attacker would. Text is sent and read byte for byte. For one thread. */
final class RawConnection implements AutoCloseable {
    private static final Pattern STATUS_LINE = Pattern.compile("HTTP/1\\.[01] (\\d{3}) ");

    private final Socket socket;
    private final InputStream in;

    private RawConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
    }

    static RawConnection to(URI url) {
        try {
            Socket socket = new Socket();
            socket.setTcpNoDelay(true);
            socket.connect(new InetSocketAddress(url.getHost(), url.getPort()), 10_000);
            return new RawConnection(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Says whether the bytes could be handed over; a connection that the other side has closed takes none. */
    boolean send(byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    boolean send(String text) {
        return send(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Everything that is answered until the other side closes, or falls silent for {@code patience}. */
    Answer answer(Duration patience) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        boolean closed = false;
        try {
            socket.setSoTimeout(Math.toIntExact(patience.toMillis()));
            byte[] bytes = new byte[8_192];
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                all.write(bytes, 0, read);
            }
            closed = true;
        } catch (SocketTimeoutException silent) {
            closed = false;
        } catch (SocketException reset) {
            closed = true;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Answer(all.toString(StandardCharsets.ISO_8859_1), closed);
    }

    /**
     * What came back.
     *
     * @param closed whether the other side ended the connection
     */
    record Answer(String text, boolean closed) {
        /** Of the first answer; 0 when there was none. */
        int status() {
            var line = STATUS_LINE.matcher(text);
            return line.lookingAt() ? Integer.parseInt(line.group(1)) : 0;
        }

        long answers() {
            return STATUS_LINE.matcher(text).results().count();
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
