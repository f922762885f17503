package dev.lethe.rights;

import dev.lethe.config.Settings;
import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.Notice;
import dev.lethe.consent.Possession;
import dev.lethe.consent.Receipts;
import dev.lethe.consent.Refusal;
import dev.lethe.consent.Tags;
import dev.lethe.consent.VisitorCodes;
import dev.lethe.consent.VisitorCookies;
import dev.lethe.database.Patience;
import dev.lethe.http.CrossOrigin;
import dev.lethe.http.Problem;
import dev.lethe.http.RateLimits;
import dev.lethe.retention.SigningKey;
import dev.lethe.rights.OwnEvents.OwnEvent;
import dev.lethe.site.Site;
import dev.lethe.site.Sites;
import dev.lethe.visitor.Pseudonymiser;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Pool;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything under {@code /privacy}: the visitor's page, the notice, the facts, and every right. Works without a script and without
 * any identifier but the cookie that is there or not, or the visitor code in a form. Thread-safe.
 */
public final class PrivacyHandler {
    private static final Logger LOG = LoggerFactory.getLogger(PrivacyHandler.class);

    private final Wishes wishes;
    private final ConsentGate gate;
    private final VisitorCookies cookies;
    private final VisitorCodes codes;
    private final Withdrawals withdrawals;
    private final Receipts receipts;
    private final OwnEvents events;
    private final RightsLedger ledger;
    private final Export export;
    private final Facts facts;
    private final PrivacyPage page;
    private final String base;

    /**
     * What the handler works with.
     *
     * @param rights the pool of the role that may read a visitor's events for her
     */
    public record Parts(
            Sites sites,
            ConsentGate gate,
            VisitorCookies cookies,
            VisitorCodes codes,
            Tags tags,
            Withdrawals withdrawals,
            Receipts receipts,
            Pseudonymiser pseudonymiser,
            Pool rights,
            CrossOrigin crossOrigin,
            RateLimits limits,
            Notice notice,
            Settings settings,
            SigningKey reportKey,
            SecureRandom random,
            Clock clock) {}

    public PrivacyHandler(Parts parts) {
        Settings settings = parts.settings();
        Texts texts = new Texts(settings);
        this.wishes = new Wishes(
                parts.sites(),
                parts.gate(),
                parts.cookies(),
                parts.codes(),
                parts.tags(),
                parts.crossOrigin(),
                parts.limits(),
                settings.proxies(),
                parts.clock());
        this.gate = parts.gate();
        this.cookies = parts.cookies();
        this.codes = parts.codes();
        this.withdrawals = parts.withdrawals();
        this.receipts = parts.receipts();
        this.events = new OwnEvents(parts.rights(), parts.pseudonymiser());
        this.ledger = new RightsLedger(parts.rights(), parts.clock());
        this.export = new Export(events, ledger, texts, settings, parts.random());
        this.facts = new Facts(
                settings,
                parts.notice(),
                parts.cookies(),
                texts,
                parts.rights(),
                parts.reportKey().publicKey(),
                parts.clock());
        this.page = new PrivacyPage(settings, parts.notice(), parts.cookies(), texts, parts.clock());
        this.base = settings.publicListener().basePath();
    }

    // What is only read.

    public void page(HttpServerRequest request) {
        wishes.read(request, wish -> {
            Future<Optional<List<OwnEvent>>> held = wish.visitor()
                    .map(visitor ->
                            events.newest(visitor, PrivacyPage.MOST_EVENTS).map(Optional::of))
                    .orElseGet(() -> Future.succeededFuture(Optional.empty()));
            Future<PrivacyPage.Shown> shown = held.compose(list -> receipt(wish)
                    .map(receipt -> new PrivacyPage.Shown(
                            gate.decide(wish.site(), wish.signals(), wish.at()),
                            list,
                            Optional.ofNullable(request.getParam("done")),
                            receipt)));
            return Patience.within(Patience.OF_A_VISITOR, shown).map(all -> {
                html(request, page.choice(wish, all));
                return null;
            });
        });
    }

    /** What the receipt in the query is for; the outer is empty when there is none in it. */
    private Future<Optional<Optional<RightsLedger.Found>>> receipt(Wish wish) {
        String number = wish.request().getParam("receipt");
        if (number == null) {
            return Future.succeededFuture(Optional.empty());
        }
        try {
            return ledger.find(wish.site(), UUID.fromString(number.strip())).map(Optional::of);
        } catch (IllegalArgumentException e) {
            return Future.succeededFuture(Optional.of(Optional.empty()));
        }
    }

    public void notice(HttpServerRequest request) {
        wishes.read(request, wish -> {
            html(request, page.notice(wish.site(), wish.language()));
            return Future.succeededFuture();
        });
    }

    public void facts(HttpServerRequest request) {
        wishes.read(
                request,
                wish -> Patience.within(Patience.OF_A_VISITOR, facts.of(wish.site()))
                        .map(found -> {
                            json(request, found);
                            return null;
                        }));
    }

    public void style(HttpServerRequest request) {
        PrivacyPage.STYLE.answer(request, 200).onFailure(failure -> LOG.debug("A browser left early"));
    }

    // Access and portability.

    public void data(HttpServerRequest request) {
        wishes.read(request, this::copy);
    }

    /** The same by visitor code, which never stands in an address. */
    public void dataByCode(HttpServerRequest request) {
        wishes.post(request, this::copy);
    }

    private Future<Void> copy(Wish wish) {
        return wishes.mayGoOn(wish) ? export.answer(wish) : Future.succeededFuture();
    }

    // Objection and withdrawal: for everybody, known or not, as often as they like.

    /** Objection (GDPR Art. 21): nothing more is collected, and nobody asks again while it stands. */
    public void optOut(HttpServerRequest request) {
        wishes.post(request, wish -> end(wish, Right.OBJECTION));
    }

    /** Withdrawal of consent (GDPR Art. 7(3)). */
    public void withdraw(HttpServerRequest request) {
        wishes.post(request, wish -> end(wish, Right.WITHDRAWAL));
    }

    private Future<Void> end(Wish wish, Right right) {
        Site site = wish.site();
        boolean objects = right == Right.OBJECTION;
        boolean erase = !"false".equals(wish.fields().get("erase"));
        boolean firstChoice =
                wish.visitor().isEmpty() && wish.signals().refusal().isEmpty();
        // An objection is not weakened by a later withdrawal.
        Refusal refusal = wish.signals()
                .refusal()
                .filter(Refusal.OBJECTED::equals)
                .orElse(objects ? Refusal.OBJECTED : Refusal.REFUSED);
        Future<Optional<UUID>> ended = wish.visitor()
                .map(who -> withdrawals.end(who, right, erase).map(Optional::of))
                .orElseGet(() -> Future.succeededFuture(Optional.empty()));
        Future<Optional<UUID>> kept = ended.compose(receipt -> receipts.keepRefusal(
                        wish.request(),
                        site,
                        objects ? Receipts.Choice.OBJECTED : Receipts.Choice.WITHDRAWN,
                        Receipts.Method.PAGE,
                        firstChoice,
                        Optional.empty(),
                        site.dayOf(wish.at()))
                .map(receipt));
        return Patience.within(Patience.OF_A_VISITOR, kept).map(receipt -> {
            HttpServerResponse response = wish.request().response();
            cookies.setRefusal(response, site, refusal, site.dayOf(wish.at()), wish.at());
            if (wish.signals().token().isPresent()) {
                cookies.clearToken(response, site);
            }
            if (wish.wantsJson()) {
                JsonObject body = new JsonObject()
                        .put("choice", "refused")
                        .put("refusal", refusal.value())
                        .put("erased", erase);
                receipt.ifPresent(number -> body.put("receipt", number.toString()));
                json(wish.request(), body);
            } else {
                back(wish, right.word() + (erase ? "" : "_kept"), receipt);
            }
            return null;
        });
    }

    // Rights over what is held: for whoever has a genuine cookie or code.

    /** Erasure (GDPR Art. 17). The agreement ends with it: a later one gets another id. */
    public void erase(HttpServerRequest request) {
        wishes.post(
                request,
                wish -> carryOut(
                        wish,
                        Right.ERASURE,
                        who -> withdrawals.end(who, Right.ERASURE, true).map(receipt -> {
                            if (!wish.byCode() || isThisBrowser(wish, who)) {
                                cookies.clearToken(request.response(), wish.site());
                            }
                            return Optional.of(receipt);
                        })));
    }

    private boolean isThisBrowser(Wish wish, Possession who) {
        return gate.possession(wish.site(), wish.signals(), wish.at())
                .filter(held -> held.visitor().equals(who.visitor()))
                .isPresent();
    }

    /** Restriction (GDPR Art. 18). */
    public void restrict(HttpServerRequest request) {
        wishes.post(
                request,
                wish -> carryOut(
                        wish,
                        Right.RESTRICTION,
                        who -> withdrawals.restrict(who).map(Optional::of)));
    }

    /** The end of a restriction (GDPR Art. 18(3)). */
    public void release(HttpServerRequest request) {
        wishes.post(request, wish -> carryOut(wish, Right.RELEASE, withdrawals::release));
    }

    /** Rectification (GDPR Art. 16): a machine's record is not amended; the wrong one is removed. */
    public void correct(HttpServerRequest request) {
        wishes.post(request, wish -> {
            Optional<UUID> beacon = OwnEvents.read(wish.fields().getOrDefault("id", ""));
            if (beacon.isEmpty()) {
                Problem.badField("id", "The id is that of an event, as the download gives it: 22 characters.")
                        .answer(request.response());
                return Future.succeededFuture();
            }
            return carryOut(wish, Right.RECTIFICATION, who -> withdrawals.correct(who, beacon.get()));
        });
    }

    /** How a right is carried out: gives the receipt's number, or nothing when there was nothing to do. */
    private interface Deed {
        Future<Optional<UUID>> on(Possession visitor);
    }

    private Future<Void> carryOut(Wish wish, Right right, Deed deed) {
        if (!wishes.mayGoOn(wish)) {
            return Future.succeededFuture();
        }
        Future<Optional<UUID>> done =
                wish.visitor().map(deed::on).orElseGet(() -> Future.succeededFuture(Optional.empty()));
        return Patience.within(Patience.OF_A_VISITOR, done).map(receipt -> {
            if (wish.wantsJson()) {
                JsonObject body = new JsonObject().put("right", right.word()).put("executed", receipt.isPresent());
                receipt.ifPresent(number -> body.put("receipt", number.toString()));
                json(wish.request(), body);
            } else {
                back(wish, receipt.isPresent() ? right.word() : "nothing", receipt);
            }
            return null;
        });
    }

    /** The visitor code: shown in the answer to a form, never in an address, never kept. */
    public void code(HttpServerRequest request) {
        wishes.post(request, wish -> {
            if (!wishes.mayGoOn(wish)) {
                return Future.succeededFuture();
            }
            // A code does not beget a fresh one: it would never end.
            Optional<Possession> visitor = wish.visitor().filter(who -> !wish.byCode());
            if (visitor.isEmpty()) {
                if (wish.wantsJson()) {
                    json(request, new JsonObject().put("executed", false));
                } else {
                    back(wish, "nothing", Optional.empty());
                }
                return Future.succeededFuture();
            }
            LocalDate today = wish.site().dayOf(wish.at());
            String written = codes.write(visitor.get(), today);
            LocalDate until = today.plus(VisitorCodes.LIFE);
            if (wish.wantsJson()) {
                json(
                        request,
                        new JsonObject()
                                .put("executed", true)
                                .put("code", written)
                                .put("valid_until", until.toString()));
            } else {
                html(request, page.visitorCode(wish, written, until));
            }
            return Future.succeededFuture();
        });
    }

    private void back(Wish wish, String done, Optional<UUID> receipt) {
        HttpServerResponse response = wish.request().response();
        var ignored = response.setStatusCode(303)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader(
                        HttpHeaders.LOCATION,
                        base + "/privacy?site=" + wish.site().id() + "&lang=" + wish.language() + "&done="
                                + done.toLowerCase(Locale.ROOT)
                                + receipt.map(number -> "&receipt=" + number).orElse(""))
                .end();
    }

    private static void json(HttpServerRequest request, JsonObject body) {
        answer(request, "application/json", body.toBuffer());
    }

    private static void html(HttpServerRequest request, String html) {
        answer(request, "text/html; charset=utf-8", Buffer.buffer(html));
    }

    private static void answer(HttpServerRequest request, String contentType, Buffer body) {
        HttpServerResponse response = request.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, contentType)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        var ignored = request.method().equals(HttpMethod.HEAD) ? response.end() : response.end(body);
    }
}
