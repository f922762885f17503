package dev.lethe.rights;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.lethe.rights.Deadline.Suspension;
import dev.lethe.rights.Deadline.Urgency;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** S27's rule by the calendar: 30 days or a month, whichever is shorter, and a clock that stands still while the request is incomplete. */
class P15DeadlinesTest {
    private static final int DATES = 1_000;

    static Stream<Arguments> byHand() {
        return Stream.of(
                arguments("30 days where a month has 31", "2026-01-15", List.of(), "2026-02-14"),
                arguments("a month where it has 28", "2026-02-01", List.of(), "2026-03-01"),
                arguments("the end of February", "2026-01-31", List.of(), "2026-02-28"),
                arguments("the end of a leap February", "2028-01-31", List.of(), "2028-02-29"),
                arguments("30 days of April", "2026-04-10", List.of(), "2026-05-10"),
                arguments("over the year", "2026-12-05", List.of(), "2027-01-04"),
                arguments("ten days of waiting", "2026-04-10", List.of("2026-04-15/2026-04-25"), "2026-05-20"),
                arguments("asked and sent on one day", "2026-04-10", List.of("2026-04-15/2026-04-15"), "2026-05-10"),
                arguments("asked on the last day", "2026-04-10", List.of("2026-05-10/2026-05-20"), "2026-05-20"),
                arguments("asked a day too late", "2026-04-10", List.of("2026-05-11/2026-05-20"), "2026-05-10"),
                arguments(
                        "asked twice",
                        "2026-04-10",
                        List.of("2026-04-12/2026-04-14", "2026-04-20/2026-05-01"),
                        "2026-05-23"),
                arguments("asked, and nothing came", "2026-04-10", List.of("2026-04-12/"), ""));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("byHand")
    void isDueOn(String why, String received, List<String> suspended, String due) {
        List<Suspension> suspensions = suspended.stream()
                .map(text -> {
                    String[] days = text.split("/", 2);
                    return new Suspension(
                            LocalDate.parse(days[0]),
                            days[1].isEmpty() ? Optional.empty() : Optional.of(LocalDate.parse(days[1])));
                })
                .toList();
        assertEquals(
                due.isEmpty() ? Optional.empty() : Optional.of(LocalDate.parse(due)),
                Deadline.due(LocalDate.parse(received), suspensions),
                why);
    }

    /** 1,000 dates and suspensions, against somebody who crosses off one day after the other. */
    @Test
    void agreesWithWhoeverCountsDayByDay() {
        long seed = new Random().nextLong();
        System.out.println("P15: " + DATES + " dates, seed " + seed);
        Random random = new Random(seed);
        int moved = 0;
        int tooLate = 0;
        for (int i = 0; i < DATES; i++) {
            LocalDate received = LocalDate.of(2023, 1, 1).plusDays(random.nextInt(3_000));
            List<Suspension> suspensions = new ArrayList<>();
            LocalDate from = received;
            for (int many = random.nextInt(4); many > 0; many--) {
                from = from.plusDays(random.nextInt(25));
                boolean ends = many > 1 || random.nextInt(4) > 0;
                LocalDate to = from.plusDays(random.nextInt(40));
                suspensions.add(new Suspension(from, ends ? Optional.of(to) : Optional.empty()));
                from = to;
            }
            Optional<LocalDate> counted = crossOff(received, suspensions);
            assertEquals(counted, Deadline.due(received, suspensions), received + " " + suspensions);
            moved += counted.isPresent() && !counted.equals(crossOff(received, List.of())) ? 1 : 0;
            LocalDate untouched = crossOff(received, List.of()).orElseThrow();
            tooLate += suspensions.stream().anyMatch(each -> each.from().isAfter(untouched)) ? 1 : 0;
        }
        assertTrue(moved > DATES / 10 && tooLate > DATES / 50, "the cases are met: " + moved + ", " + tooLate);
    }

    /** Crosses off the days that count, one by one, until 30 have passed or as many as the month of receipt has in it. */
    private static Optional<LocalDate> crossOff(LocalDate received, List<Suspension> suspensions) {
        int allowed = 30;
        for (LocalDate day = received.plusDays(1); day.isBefore(received.plusDays(31)); day = day.plusDays(1)) {
            boolean nextMonth = day.getMonth() != received.getMonth();
            boolean lastOfMonth = day.plusDays(1).getDayOfMonth() == 1;
            if (nextMonth && (day.getDayOfMonth() == received.getDayOfMonth() || lastOfMonth)) {
                allowed = Math.min(allowed, (int) (day.toEpochDay() - received.toEpochDay()));
            }
        }
        LocalDate day = received;
        int used = 0;
        while (true) {
            LocalDate today = day;
            boolean stands = suspensions.stream()
                    .anyMatch(each -> !today.isBefore(each.from())
                            && (each.resumed().isEmpty()
                                    || today.isBefore(each.resumed().get())));
            if (!stands && used == allowed) {
                return Optional.of(day);
            }
            if (day.isAfter(received.plusYears(2))) {
                return Optional.empty();
            }
            used += stands ? 0 : 1;
            day = day.plusDays(1);
        }
    }

    static Stream<Arguments> urgencies() {
        return Stream.of(
                arguments("2026-05-02", Urgency.IN_TIME),
                arguments("2026-05-03", Urgency.SOON),
                arguments("2026-05-07", Urgency.SOON),
                arguments("2026-05-08", Urgency.URGENT),
                arguments("2026-05-10", Urgency.URGENT),
                arguments("2026-05-11", Urgency.OVERDUE));
    }

    @ParameterizedTest
    @MethodSource("urgencies")
    void remindsSevenAndTwoDaysBefore(String today, Urgency urgency) {
        assertEquals(
                urgency, Deadline.urgency(Optional.of(LocalDate.parse("2026-05-10")), LocalDate.parse(today)), today);
    }

    @Test
    void nobodyIsLateWhileTheClockStandsStill() {
        assertEquals(Urgency.SUSPENDED, Deadline.urgency(Optional.empty(), LocalDate.parse("2030-01-01")));
    }
}
