package dev.lethe.attack;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.lethe.TestClock;
import dev.lethe.TestLethe;
import dev.lethe.config.KeyDirectory;
import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.Granted;
import dev.lethe.consent.Signals;
import dev.lethe.consent.Tags;
import dev.lethe.consent.VisitorToken;
import dev.lethe.consent.VisitorTokens;
import dev.lethe.site.Site;
import dev.lethe.visitor.KeyRing;
import dev.lethe.visitor.Pseudonym;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.sqlclient.Pool;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.Period;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** P5: of a million visitor ids on two sites in two months no two pseudonyms are equal, so none can be joined. */
class P5PseudonymsUnlinkedTest {
    private static final int FULL = 1_000_000;
    private static final Site ONE = Tokens.site("one.test");
    private static final Site TWO = Tokens.site("two.test");

    @Test
    void noPseudonymIsSharedBetweenSitesAndMonths() {
        Instant now = Instant.parse("2026-11-23T12:00:00Z");
        List<Instant> months = List.of(now, now.minus(Duration.ofDays(30)));
        int ids = Wire.tries(FULL);
        Vertx vertx = Vertx.vertx();
        try (TestLethe lethe = TestLethe.start(TestClock.at(now))) {
            Pool pool = PgBuilder.pool()
                    .connectingTo(
                            PgConnectOptions.fromUri(lethe.database().url().reveal()))
                    .using(vertx)
                    .build();
            SecureRandom random = new SecureRandom();
            KeyDirectory files = KeyDirectory.open(lethe.keysDir(), random);
            VisitorTokens tokens = Tokens.of(lethe.keysDir(), lethe.clock());
            ConsentGate gate = new ConsentGate(tokens, new Tags(pool, files), 1, Period.ofMonths(6));
            Pseudonymiser pseudonymiser = new Pseudonymiser(new KeyRing(vertx, pool, files, random));

            // The first 64 of 128 bits: when even these differ everywhere, the whole does.
            long[] pseudonyms = new long[4 * ids];
            int made = 0;
            for (int i = 0; i < ids; i++) {
                // The same id on both sites: as if a browser could be made to send one cookie to the other.
                VisitorToken token = Tokens.granted(ONE, now);
                for (Site site : List.of(ONE, TWO)) {
                    Granted granted = granted(gate, tokens, site, token, now);
                    for (Instant month : months) {
                        Pseudonym pseudonym =
                                pseudonymiser.pseudonymise(granted, month).await();
                        pseudonyms[made++] = pseudonym.value().getMostSignificantBits();
                    }
                }
            }
            Arrays.sort(pseudonyms);
            int equal = 0;
            for (int i = 1; i < made; i++) {
                equal += pseudonyms[i] == pseudonyms[i - 1] ? 1 : 0;
            }
            System.out.printf("P5: %d ids of %d, %d pseudonyms, %d equal%n", ids, FULL, made, equal);
            assertEquals(4 * ids, made);
            assertEquals(0, equal);

            // The control: with one key the same id gives the same pseudonym, and could be followed.
            VisitorToken token = Tokens.granted(ONE, now);
            Granted granted = granted(gate, tokens, ONE, token, now);
            assertEquals(
                    pseudonymiser.pseudonymise(granted, now).await(),
                    pseudonymiser
                            .pseudonymise(granted, now.minusSeconds(86_400))
                            .await());
            assertEquals(
                    4,
                    lethe.count(
                            "select count(distinct wrapped) from keys.month where site in ('one.test', 'two.test')"));
            assertTrue(lethe.count("select count(*) from keys.month where octet_length(wrapped) <> 40") == 0);
            pool.close().await();
        } finally {
            vertx.close().await();
        }
    }

    private static Granted granted(ConsentGate gate, VisitorTokens tokens, Site site, VisitorToken token, Instant now) {
        Signals signals = new Signals(Optional.of(tokens.write(site, token)), Optional.empty(), false);
        return assertInstanceOf(Granted.class, gate.decide(site, signals, now));
    }
}
