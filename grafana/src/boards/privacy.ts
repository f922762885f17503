import {band, NO_MONTH, NO_WEEK, numbers, published, rows, SAY, sized, words} from "../grafana.js";
import {BOUND_HITS, CONSENT, CONSENT_LINE, facts, GUARANTEES, PERIODS, RUNS} from "../sql.js";

const PROMISE = `Somebody who sees only the published statistics, knows everybody else's data and forges visitors at will improves a guess
about whether one browser came by at most so many points; each number is published once, and its noise is never drawn again.

| Preset | One day | 5 days | 30 days |
|---|---|---|---|
| strict | 13 | 29 | 69 |
| balanced | 18 | 41 | 85 |
| light | 38 | 77 | 100 |

Apart from this, a key that only one browser brought about appears with a chance of one in a million. Live figures, raw events and the
collector's own measurements are for those who run Lethe, and outside this guarantee.`;

export const privacy = published({
    board: "privacy",
    questions: [
        "Do visitors consent, and did that change?",
        "Is everything destroyed in time, and every request answered in time?",
        "What may the statistics tell about a person?",
    ],
    lines: [
        [sized(numbers({
            title: "Raw events",
            description: "The oldest day of raw events, of all sites, against 25 months (760 days at least), the longest that Lethe keeps "
                + "them; a shorter retention may be set. Overdue days must be 0.",
            empty: "No raw events, or the operations view cannot be read.",
            unit: "short",
        }, facts({
            raw_oldest_day: "Oldest raw day, days ago (760 at most)", raw_partitions_overdue: "Days overdue",
            month_keys_destroyed: "Month keys destroyed",
        })), 12, 5),
        sized(numbers({
            title: "Requests of visitors",
            description: "Open requests at the desk of the rights, of all sites: all of them, those waiting for an answer of the visitor, those "
                + "due within 7 days, and those whose day has passed. The last must be 0.",
            empty: "No requests, or the operations view cannot be read.",
            unit: "short",
        }, facts({
            requests_open: "Open", requests_suspended: "Suspended", requests_due: "Due within 7 days", requests_overdue: "Overdue",
        })), 12, 5)],
        [sized(rows({
            title: "Consent choices",
            description: `${SAY.week} First choices, from the proofs of consent; refusals carry no guarantee, because nothing identifies who `
                + `refused. Compared are the shares: fewer choices are only fewer new visitors. ${SAY.interval} ${SAY.change}`,
            empty: NO_WEEK,
            unit: "short",
        }, CONSENT)
            .overrideByName("Share before", [
                {id: "unit", value: "percentunit"}, {id: "decimals", value: 1}, {id: "custom.width", value: 110}])
            .overrideByName("Difference", [{id: "custom.width", value: 120}]), 24, 4)],
        [sized(band({
            title: "Choices to grant consent, by week",
            description: `By week, the only grain that carries it. Of all first choices. ${SAY.interval}`,
            empty: NO_WEEK,
            unit: "percentunit",
        }, CONSENT_LINE), 12, 8),
        sized(rows({
            title: "What hit a bound",
            description: "By month. To hide everybody, each visitor's day counts for a bounded number of views and pages. Of so many visitors "
                + "something was cut; if these are many of the visitors of the month, a higher bound (and more noise) may suit the site better.",
            empty: NO_MONTH,
            unit: "short",
        }, BOUND_HITS), 12, 8)],
        [sized(rows({
            title: "Runs",
            description: "When retention last destroyed everything that was due, and when everything due was last published. Retention must "
                + "have succeeded within 36 hours.",
            empty: "Lethe has not run yet.",
            unit: "string",
        }, RUNS).overrideByName("Last success", [{id: "custom.width", value: 190}]), 12, 6),
        sized(rows({
            title: "Published, lost and overdue periods",
            description: "A lost period's noise was drawn before the database went back to an older state, and nobody has its rows: it is "
                + "never drawn again. An overdue one should have been published two hours ago or earlier.",
            empty: "Nothing published yet.",
            unit: "short",
        }, PERIODS), 12, 6)],
        [sized(words("The guarantee", "What the published statistics may tell about a person, in numbers.", PROMISE), 12, 9),
        sized(rows({
            title: "Budget and guarantee of each site",
            description: "The budget rho is what all statistics of a day, its week and its month together may spend; a guess gains at most so "
                + "many points for one day of one browser. From and until are the first and last published day.",
            empty: "No site is registered.",
            unit: "short",
        }, GUARANTEES)
            .overrideByName("Site", [{id: "custom.width", value: 165}])
            .overrideByName("Preset", [{id: "custom.width", value: 85}])
            .overrideByName("Budget ρ", [{id: "custom.width", value: 85}]), 12, 9)],
    ],
});
