package dev.lethe.demo;

import dev.lethe.consent.Refusal;
import dev.lethe.consent.Signals;
import java.net.InetAddress;
import java.time.LocalDate;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * An invented browser: what it is, what its person tends to do, and the two cookies it holds. Changes with every visit; of one thread
 * at a time.
 */
final class Guest {
    /** What the person does when asked. */
    enum Attitude {
        GRANTS(.60),
        REFUSES(.22),
        /** Neither yes nor no; a few say yes when they come again. */
        IGNORES(.10),
        /** Lets the browser say no, by Global Privacy Control. */
        SIGNALS(.05),
        /** A program that presses the button. */
        BOT(.03);

        private static final Weighted<Attitude> ALL =
                new Weighted<>(java.util.Arrays.asList(values()), attitude -> attitude.share);

        private final double share;

        Attitude(double share) {
            this.share = share;
        }

        double share() {
            return share;
        }
    }

    /** How likely a person comes again after a visit, and after how many days. */
    private enum Habit {
        CASUAL(.83, .15, 12),
        REGULAR(.15, .55, 6),
        DEVOTED(.02, .92, 2.5);

        private static final Weighted<Habit> ALL =
                new Weighted<>(java.util.Arrays.asList(values()), habit -> habit.share);

        private final double share;
        private final double comesAgain;
        private final double meanDays;

        Habit(double share, double comesAgain, double meanDays) {
            this.share = share;
            this.comesAgain = comesAgain;
            this.meanDays = meanDays;
        }
    }

    private static final double GRANTS_LATER = .25;

    private final long seed;
    private final Device device;
    private final String language;
    private final InetAddress network;
    private final String screen;
    private final String botAgent;
    private final Habit habit;
    private Attitude attitude;
    private Optional<String> token = Optional.empty();
    private Optional<Refusal> refusal = Optional.empty();
    private LocalDate refusedUntil = LocalDate.MIN;
    private boolean wasMeasured;

    Guest(long seed) {
        this.seed = seed;
        SplittableRandom random = new SplittableRandom(seed);
        Place place = Place.ALL.draw(random);
        this.device = Device.ALL.draw(random);
        this.language = place.language(random);
        this.network = place.network(random);
        this.screen = device.screen(random).label();
        this.botAgent = Device.BOTS.get(random.nextInt(Device.BOTS.size()));
        this.habit = Habit.ALL.draw(random);
        this.attitude = Attitude.ALL.draw(random);
    }

    /** Chance that belongs to this guest and day alone, so that no order of work changes what happens. */
    SplittableRandom chanceOf(LocalDate day, int purpose) {
        return new SplittableRandom(Seeds.mix(Seeds.mix(seed, day.toEpochDay()), purpose));
    }

    /** The day of the next visit, if there is to be one. */
    Optional<LocalDate> comesAgain(LocalDate day) {
        SplittableRandom random = chanceOf(day, 1);
        return random.nextDouble() < habit.comesAgain
                ? Optional.of(day.plusDays(1 + (long) (-Math.log(1 - random.nextDouble()) * (habit.meanDays - 1))))
                : Optional.empty();
    }

    /** Whoever left the banner alone may press a button the next time. */
    void thinkAgain(SplittableRandom random) {
        if (attitude == Attitude.IGNORES && random.nextDouble() < GRANTS_LATER) {
            attitude = Attitude.GRANTS;
        }
    }

    Signals signals() {
        return new Signals(token, refusal, attitude == Attitude.SIGNALS);
    }

    void holdToken(String written) {
        token = Optional.of(written);
        refusal = Optional.empty();
    }

    void refuse(Refusal value, LocalDate day) {
        token = Optional.empty();
        refusal = Optional.of(value);
        refusedUntil = day.plus(value.life());
    }

    /** What a browser does with cookies whose time is over. */
    void forgetExpiredRefusal(LocalDate day) {
        if (!day.isBefore(refusedUntil)) {
            refusal = Optional.empty();
        }
    }

    /** Whether this is the first day on which anything was stored of this browser. */
    boolean isMeasuredFirstNow() {
        boolean isFirst = !wasMeasured;
        wasMeasured = true;
        return isFirst;
    }

    boolean isMeasured() {
        return token.isPresent() && attitude != Attitude.BOT;
    }

    long seed() {
        return seed;
    }

    Attitude attitude() {
        return attitude;
    }

    Device device() {
        return device;
    }

    String userAgentOn(LocalDate day) {
        return attitude == Attitude.BOT ? botAgent : device.userAgentOn(day);
    }

    String language() {
        return language;
    }

    boolean readsFrench() {
        return language.startsWith("fr");
    }

    InetAddress network() {
        return network;
    }

    String screen() {
        return screen;
    }

    @Override
    public String toString() {
        return "(guest)";
    }
}
