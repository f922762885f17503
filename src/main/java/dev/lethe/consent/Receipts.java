package dev.lethe.consent;

import dev.lethe.config.AddressRange;
import dev.lethe.http.ClientAddress;
import dev.lethe.http.RateLimits;
import dev.lethe.site.Site;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * Proofs that somebody chose, as the CNIL asks for (délibération 2020-092): which notice, which script, which choice, on which day.
 * Nothing in them tells whose they are; a receipt's number stands in the visitor's cookie only. Thread-safe.
 */
public final class Receipts {
    private final Pool pool;
    private final Notice notice;
    private final SecureRandom random;
    private final RateLimits limits;
    private final List<AddressRange> proxies;

    public Receipts(Pool pool, Notice notice, SecureRandom random, RateLimits limits, List<AddressRange> proxies) {
        this.pool = pool;
        this.notice = notice;
        this.random = random;
        this.limits = limits;
        this.proxies = proxies;
    }

    /** What was chosen. */
    public enum Choice {
        GRANTED,
        REFUSED,
        WITHDRAWN,
        OBJECTED
    }

    /** Through what it was chosen: our banner, a consent tool, a call of the page's own script, or the privacy page. */
    public enum Method {
        BANNER,
        CMP,
        API,
        PAGE;

        static Optional<Method> ofLabel(String label) {
            for (Method method : values()) {
                if (method.label().equals(label)) {
                    return Optional.of(method);
                }
            }
            return Optional.empty();
        }

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Keeps the text of the current notice, so that every receipt's fingerprint can be resolved. To be called at start. */
    public Future<Void> keepNotice() {
        return pool.preparedQuery("""
            insert into consent.notice (version, sha256, text)
            values ($1, $2, $3)
            on conflict do nothing
            """)
                .execute(Tuple.of(notice.version(), Buffer.buffer(notice.sha256()), notice.toJson()))
                .mapEmpty();
    }

    /**
     * Commits the receipt of a refusal, a withdrawal or an objection, unless the network that asks has used up its share: nobody is
     * ever refused a no, and nobody fills a table with noes.
     */
    public Future<Void> keepRefusal(
            HttpServerRequest request,
            Site site,
            Choice choice,
            Method method,
            boolean firstChoice,
            Optional<byte[]> scriptSha256,
            LocalDate day) {
        return limits.takeReceipt(ClientAddress.of(request, proxies))
                ? keep(site, choice, method, firstChoice, scriptSha256, day).mapEmpty()
                : Future.succeededFuture();
    }

    /** Commits a receipt under a new random number and gives the number. */
    public Future<UUID> keep(
            Site site,
            Choice choice,
            Method method,
            boolean firstChoice,
            Optional<byte[]> scriptSha256,
            LocalDate day) {
        UUID number = new UUID(random.nextLong(), random.nextLong());
        return pool.preparedQuery("""
            insert into consent.receipt
              (receipt, site, notice_version, notice_sha256, script_sha256, choice, method, first_choice, day)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            """)
                .execute(Tuple.tuple()
                        .addUUID(number)
                        .addString(site.id().value())
                        .addInteger(notice.version())
                        .addBuffer(Buffer.buffer(notice.sha256()))
                        .addBuffer(scriptSha256.map(Buffer::buffer).orElse(null))
                        .addString(choice.name().toLowerCase(Locale.ROOT))
                        .addString(method.label())
                        .addBoolean(firstChoice)
                        .addLocalDate(day))
                .map(number);
    }

    /** A proof of another day, under a number of its own. */
    public record Past(UUID number, Choice choice, Method method, boolean firstChoice, LocalDate day) {}

    /** Commits many receipts of a site whose visitors are invented; a number that is there already stays as it is. */
    public Future<Void> keepPast(Site site, List<Past> receipts) {
        return pool.preparedQuery("""
            insert into consent.receipt
              (receipt, site, notice_version, notice_sha256, choice, method, first_choice, day)
            select r.receipt, $1, $2, $3, r.choice, r.method, r.first_choice, r.day
            from unnest($4::uuid[], $5::text[], $6::text[], $7::bool[], $8::date[])
              as r (receipt, choice, method, first_choice, day)
            on conflict do nothing
            """)
                .execute(Tuple.tuple()
                        .addString(site.id().value())
                        .addInteger(notice.version())
                        .addBuffer(Buffer.buffer(notice.sha256()))
                        .addArrayOfUUID(receipts.stream().map(Past::number).toArray(UUID[]::new))
                        .addArrayOfString(receipts.stream()
                                .map(receipt -> receipt.choice().name().toLowerCase(Locale.ROOT))
                                .toArray(String[]::new))
                        .addArrayOfString(receipts.stream()
                                .map(receipt -> receipt.method().label())
                                .toArray(String[]::new))
                        .addArrayOfBoolean(
                                receipts.stream().map(Past::firstChoice).toArray(Boolean[]::new))
                        .addArrayOfLocalDate(receipts.stream().map(Past::day).toArray(LocalDate[]::new)))
                .mapEmpty();
    }
}
