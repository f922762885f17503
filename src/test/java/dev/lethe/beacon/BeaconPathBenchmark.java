package dev.lethe.beacon;

import dev.lethe.classify.Agent;
import dev.lethe.classify.Countries;
import dev.lethe.classify.ScrubbedUrl;
import dev.lethe.classify.UrlScrubber;
import dev.lethe.classify.UserAgents;
import dev.lethe.config.KeyDirectory;
import dev.lethe.config.MacKey;
import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.Granted;
import dev.lethe.consent.Signals;
import dev.lethe.consent.Tags;
import dev.lethe.consent.TokenKeys;
import dev.lethe.consent.VisitorId;
import dev.lethe.consent.VisitorToken;
import dev.lethe.consent.VisitorTokens;
import dev.lethe.database.TestDirectories;
import dev.lethe.event.RawEvent;
import dev.lethe.site.Preset;
import dev.lethe.site.Site;
import dev.lethe.site.SiteId;
import dev.lethe.visitor.Pseudonym;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.Period;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What one beacon costs an event loop before the writer has it, step by step. Run by {@code mvn -Pbench verify}. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
public class BeaconPathBenchmark {
    private static final String AGENT =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
    private static final String URL =
            "https://www.example.test/docs/guides/consent?utm_source=newsletter&utm_medium=email&q=secret#top";
    private static final Map<String, String> STEPS = Map.of(
            "gate", "Consent: token verified, gate asked",
            "knownAgent", "User agent, known",
            "unknownAgent", "User agent, never seen (not on the event loop)",
            "parse", "Body parsed and checked",
            "scrub", "Address of the page scrubbed",
            "minimise", "Body to event: parsed, scrubbed, classified",
            "country", "Country of the network",
            "pseudonym", "Pseudonym (HMAC-SHA-256)",
            "tag", "Tag for the limits and the writer (HMAC-SHA-256)");

    private final Instant now = Clock.systemUTC().instant();
    private final VisitorId visitor = VisitorId.random(new SecureRandom());
    private final Site site = new Site(
            new SiteId("example.test"),
            Set.of("https://www.example.test"),
            ZoneOffset.UTC,
            Optional.empty(),
            Preset.BALANCED,
            false);
    private final byte[] body = ("{\"id\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"type\":\"pageview\",\"url\":\"" + URL
                    + "\",\"referrer\":\"https://www.google.com/\",\"screen\":\"lg\",\"language\":\"fr-FR\"}")
            .getBytes(StandardCharsets.UTF_8);
    private final UrlScrubber scrubber = new UrlScrubber();
    private final UserAgents agents = new UserAgents();
    private final Countries countries = Countries.builtIn();
    private final Pseudonym pseudonym = new Pseudonym(new UUID(1, 2));
    private final UUID beaconTag = new UUID(3, 4);

    @SuppressWarnings("NullAway.Init") // made in the set-up
    private Vertx vertx;

    @SuppressWarnings("NullAway.Init") // made in the set-up
    private Tags tags;

    @SuppressWarnings("NullAway.Init") // made in the set-up
    private ConsentGate gate;

    @SuppressWarnings("NullAway.Init") // made in the set-up
    private Signals signals;

    @SuppressWarnings("NullAway.Init") // made in the set-up
    private Granted granted;

    @SuppressWarnings("NullAway.Init") // made in the set-up
    private Intake intake;

    @SuppressWarnings("NullAway.Init") // made in the set-up
    private Agent agent;

    @SuppressWarnings("NullAway.Init") // made in the set-up
    private MacKey key;

    @SuppressWarnings("NullAway.Init") // made in the set-up
    private InetAddress address;

    private int number;

    /** What a step is called in the table. */
    public static String describe(String step) {
        return Objects.requireNonNull(STEPS.get(step), step);
    }

    @Setup
    public void prepare() throws UnknownHostException {
        vertx = Vertx.vertx();
        // Never asked: the gate and the routes look at what they hold in memory.
        Pool nobody = PgBuilder.pool()
                .connectingTo(new PgConnectOptions().setHost("127.0.0.1").setPort(1))
                .using(vertx)
                .build();
        SecureRandom random = new SecureRandom();
        KeyDirectory keys = KeyDirectory.open(TestDirectories.fresh("benchmark").resolve("keys"), random);
        Period lifetime = Period.ofMonths(13);
        TokenKeys tokenKeys = new TokenKeys(keys, Clock.systemUTC(), lifetime);
        tokenKeys.refresh();
        VisitorTokens tokens = new VisitorTokens(tokenKeys, lifetime);
        LocalDate today = site.dayOf(now);
        String written = tokens.write(
                site, new VisitorToken(visitor, today, Optional.of(today), 1, today, new UUID(5, 6), false));
        tags = new Tags(nobody, keys);
        gate = new ConsentGate(tokens, tags, 1, Period.ofMonths(6));
        signals = new Signals(Optional.of(written), Optional.empty(), false);
        granted = (Granted) gate.decide(site, signals, now);
        intake = new Intake(new Routes(nobody));
        agent = agents.classify(AGENT);
        byte[] bytes = new byte[KeyDirectory.KEY_BYTES];
        random.nextBytes(bytes);
        key = new MacKey(bytes);
        address = InetAddress.getByName("81.2.69.142");
    }

    @TearDown
    public void end() {
        vertx.close().await();
    }

    @Benchmark
    public ConsentGate.Verdict gate() {
        return gate.decide(site, signals, now);
    }

    @Benchmark
    public Optional<Agent> knownAgent() {
        return agents.ifKnown(AGENT);
    }

    @Benchmark
    public Agent unknownAgent() {
        return agents.classify(AGENT + " Build/" + number++);
    }

    @Benchmark
    public Object parse() {
        return BeaconParser.parse(body, site);
    }

    @Benchmark
    public ScrubbedUrl scrub() {
        return scrubber.scrub(URL);
    }

    @Benchmark
    public List<RawEvent> minimise() {
        return intake.events(body, granted, now, pseudonym, beaconTag, agent, Optional.of("FR"));
    }

    @Benchmark
    public Optional<String> country() {
        return countries.country(address);
    }

    @Benchmark
    public byte[] pseudonym() {
        return key.hmac(visitor.toBytes());
    }

    @Benchmark
    public UUID tag() {
        return tags.tag(site, visitor);
    }
}
