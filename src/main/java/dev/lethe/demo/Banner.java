package dev.lethe.demo;

import dev.lethe.consent.ConsentGate;
import dev.lethe.consent.DropReason;
import dev.lethe.consent.Granted;
import dev.lethe.consent.Receipts;
import dev.lethe.consent.Refusal;
import dev.lethe.consent.VisitorId;
import dev.lethe.consent.VisitorToken;
import dev.lethe.consent.VisitorTokens;
import dev.lethe.site.Site;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * What happens between an invented visitor and the consent banner, by the rules of the consent handler: who is asked, who says what,
 * which token that makes and which receipt. The verdict is always the gate's. Thread-safe.
 *
 * <p>One thing is left out: whoever withdraws here keeps the rows that are stored already, as with {@code erase=false}.
 */
final class Banner {
    private static final double WITHDRAWS = .004;
    private static final double OBJECTS = .25;

    private final Site site;
    private final ConsentGate gate;
    private final VisitorTokens tokens;
    private final int noticeVersion;

    Banner(Site site, ConsentGate gate, VisitorTokens tokens, int noticeVersion) {
        this.site = site;
        this.gate = gate;
        this.tokens = tokens;
        this.noticeVersion = noticeVersion;
    }

    /** A visit begins; {@code receipts} gets what is chosen. */
    ConsentGate.Verdict arrive(Guest guest, Instant at, SplittableRandom random, List<Receipts.Past> receipts) {
        LocalDate day = site.dayOf(at);
        guest.forgetExpiredRefusal(day);
        switch (gate.decide(site, guest.signals(), at)) {
            case Granted granted -> {
                if (granted.token().lastSeen().isPresent() && random.nextDouble() < WITHDRAWS) {
                    withdraw(guest, day, random, receipts);
                }
            }
            case ConsentGate.Dropped dropped when isAsked(dropped.reason()) -> choose(guest, at, day, random, receipts);
            case ConsentGate.Dropped dropped -> {}
        }
        return gate.decide(site, guest.signals(), at);
    }

    /** The gate's word on one request. */
    ConsentGate.Verdict decide(Guest guest, Instant at) {
        return gate.decide(site, guest.signals(), at);
    }

    /** The cookie that comes back with the day's first committed pageview. */
    void seen(Guest guest, Granted granted, LocalDate day) {
        if (!granted.token().lastSeen().equals(Optional.of(day))) {
            guest.holdToken(tokens.write(site, granted.token().seenOn(day)));
        }
    }

    private static boolean isAsked(DropReason reason) {
        return switch (reason) {
            case NO_CONSENT, CONSENT_EXPIRED, NOTICE_OUTDATED -> true;
            case OPTED_OUT, GPC, RESTRICTED, UNKNOWN_SITE, FOREIGN_ORIGIN, BOT -> false;
        };
    }

    private void choose(Guest guest, Instant at, LocalDate day, SplittableRandom random, List<Receipts.Past> receipts) {
        switch (guest.attitude()) {
            case GRANTS, BOT -> grant(guest, at, day, random, receipts);
            case REFUSES -> {
                receipts.add(receipt(random, Receipts.Choice.REFUSED, Receipts.Method.BANNER, true, day));
                guest.refuse(Refusal.REFUSED, day);
            }
            case IGNORES -> guest.thinkAgain(random);
            case SIGNALS -> {}
        }
    }

    private void grant(Guest guest, Instant at, LocalDate day, SplittableRandom random, List<Receipts.Past> receipts) {
        Optional<VisitorToken> held = guest.signals().token().flatMap(written -> tokens.read(site, written, at));
        Receipts.Past receipt = receipt(random, Receipts.Choice.GRANTED, Receipts.Method.BANNER, held.isEmpty(), day);
        receipts.add(receipt);
        long idSeed = Seeds.mix(guest.seed(), day.toEpochDay());
        guest.holdToken(tokens.write(
                site,
                new VisitorToken(
                        held.map(VisitorToken::id).orElseGet(() -> VisitorId.random(Seeds.repeatable(idSeed))),
                        held.map(VisitorToken::issued).orElse(day),
                        held.flatMap(VisitorToken::lastSeen),
                        noticeVersion,
                        day,
                        receipt.number(),
                        guest.signals().refusesTracking())));
    }

    private static void withdraw(Guest guest, LocalDate day, SplittableRandom random, List<Receipts.Past> receipts) {
        boolean objects = random.nextDouble() < OBJECTS;
        receipts.add(receipt(
                random,
                objects ? Receipts.Choice.OBJECTED : Receipts.Choice.WITHDRAWN,
                objects ? Receipts.Method.PAGE : Receipts.Method.BANNER,
                false,
                day));
        guest.refuse(objects ? Refusal.OBJECTED : Refusal.REFUSED, day);
    }

    private static Receipts.Past receipt(
            SplittableRandom random, Receipts.Choice choice, Receipts.Method method, boolean isFirst, LocalDate day) {
        return new Receipts.Past(new UUID(random.nextLong(), random.nextLong()), choice, method, isFirst, day);
    }
}
