package dev.lethe.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.lethe.config.AddressRange;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Whom a request is counted for, with proxies that can be trusted and headers that cannot. */
class ClientAddressTest {
    private static final List<AddressRange> NO_PROXY = List.of();
    private static final List<AddressRange> LOCAL_PROXY = List.of(AddressRange.parse("127.0.0.1"));
    private static final List<AddressRange> TWO_PROXIES =
            List.of(AddressRange.parse("127.0.0.1"), AddressRange.parse("10.0.0.0/8"), AddressRange.parse("fd00::/8"));

    private record Row(
            String name, List<AddressRange> proxies, List<String> forwarded, String address, boolean local) {}

    private static final List<Row> ROWS = List.of(
            new Row("no proxy, no header", NO_PROXY, List.of(), "127.0.0.1", true),
            new Row("nobody is believed", NO_PROXY, List.of("8.8.8.8"), "127.0.0.1", true),
            new Row("a proxy that says nothing", LOCAL_PROXY, List.of(), "127.0.0.1", true),
            new Row("a proxy", LOCAL_PROXY, List.of("203.0.113.7"), "203.0.113.7", false),
            new Row("what stands left is forged", LOCAL_PROXY, List.of("8.8.8.8, 203.0.113.7"), "203.0.113.7", false),
            new Row("in a header of its own too", LOCAL_PROXY, List.of("8.8.8.8", "203.0.113.7"), "203.0.113.7", false),
            new Row("two proxies", TWO_PROXIES, List.of("8.8.8.8, 203.0.113.7, 10.1.2.3"), "203.0.113.7", false),
            new Row("three", TWO_PROXIES, List.of("203.0.113.7,fd00::1,10.1.2.3"), "203.0.113.7", false),
            new Row("nobody but proxies", TWO_PROXIES, List.of("10.9.9.9, 10.1.2.3"), "10.9.9.9", false),
            new Row("IPv6", LOCAL_PROXY, List.of("8.8.8.8, 2001:db8:1:2:3:4:5:6"), "2001:db8:1:2:3:4:5:6", false),
            new Row("IPv4 written as IPv6", LOCAL_PROXY, List.of("::ffff:203.0.113.7"), "203.0.113.7", false),
            new Row("with a port", LOCAL_PROXY, List.of("8.8.8.8, 203.0.113.7:4711"), "203.0.113.7", false),
            new Row(
                    "IPv6 with a port",
                    LOCAL_PROXY,
                    List.of("8.8.8.8, [2001:db8::1]:4711"),
                    "2001:db8:0:0:0:0:0:1",
                    false),
            new Row("IPv6 in brackets", LOCAL_PROXY, List.of("[2001:db8::1]"), "2001:db8:0:0:0:0:0:1", false),
            // From here on the nearest hop says nothing usable: then it is the proxy's own network, and never what
            // stands
            // further left.
            new Row("a name in brackets", LOCAL_PROXY, List.of("8.8.8.8, [a.b]"), "127.0.0.1", false),
            new Row("a name", LOCAL_PROXY, List.of("8.8.8.8, localhost"), "127.0.0.1", false),
            new Row("unknown", LOCAL_PROXY, List.of("8.8.8.8, unknown"), "127.0.0.1", false),
            new Row("nothing", LOCAL_PROXY, List.of("8.8.8.8, "), "127.0.0.1", false),
            new Row("too large numbers", LOCAL_PROXY, List.of("8.8.8.8, 999.1.1.1"), "127.0.0.1", false),
            new Row("too many numbers", LOCAL_PROXY, List.of("8.8.8.8, 1.1.1.1.1"), "127.0.0.1", false),
            new Row("too few numbers", LOCAL_PROXY, List.of("8.8.8.8, 1.1.257"), "127.0.0.1", false),
            new Row("one number", LOCAL_PROXY, List.of("8.8.8.8, 16843009"), "127.0.0.1", false),
            new Row("colons", LOCAL_PROXY, List.of("8.8.8.8, :::"), "127.0.0.1", false),
            new Row("a broken IPv6", LOCAL_PROXY, List.of("8.8.8.8, 1:2:3:4:5:6:7:8:9"), "127.0.0.1", false),
            new Row("a zone", LOCAL_PROXY, List.of("8.8.8.8, fe80::1%eth0"), "127.0.0.1", false),
            new Row("a long text", LOCAL_PROXY, List.of("8.8.8.8, " + "1".repeat(4_000)), "127.0.0.1", false),
            new Row("behind a proxy", TWO_PROXIES, List.of("8.8.8.8, x, 10.1.2.3"), "10.1.2.3", false));

    @Test
    void findsTheRightMostHopThatIsNoProxyOfOurs() throws Exception {
        Vertx vertx = Vertx.vertx();
        try {
            BlockingQueue<String> seen = new LinkedBlockingQueue<>();
            BlockingQueue<List<AddressRange>> proxies = new LinkedBlockingQueue<>();
            HttpServer server = vertx.createHttpServer()
                    .requestHandler(request -> {
                        ClientAddress from = ClientAddress.of(request, proxies.remove());
                        seen.add(from.address().getHostAddress() + " " + from.isThisMachine() + " " + from);
                        request.response().end();
                    })
                    .listen(0, "127.0.0.1")
                    .await();
            var client = vertx.createHttpClient();
            for (Row row : ROWS) {
                proxies.add(row.proxies());
                HttpClientRequest request = client.request(HttpMethod.GET, server.actualPort(), "127.0.0.1", "/")
                        .await();
                row.forwarded().forEach(value -> request.headers().add("X-Forwarded-For", value));
                request.send().await();
                assertEquals(
                        row.address() + " " + row.local() + " (address)", seen.poll(10, TimeUnit.SECONDS), row::name);
            }
        } finally {
            vertx.close().await();
        }
    }

    @Test
    void aNetworkIsTheFirst24Or48Bits() throws Exception {
        record Network(String address, String hex) {}
        for (Network row : List.of(
                new Network("203.0.113.7", "cb0071"),
                new Network("203.0.113.255", "cb0071"),
                new Network("2001:db8:1:2::7", "20010db80001"),
                new Network("2001:db8:1:ffff::7", "20010db80001"))) {
            ClientAddress from = new ClientAddress(java.net.InetAddress.getByName(row.address()), false);
            assertEquals(row.hex(), HexFormat.of().formatHex(from.network()), row::address);
        }
    }
}
