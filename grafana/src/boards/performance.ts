import {band, bars, curves, named, NO_WEEK, published, rows, SAY, sized} from "../grafana.js";
import {P75, vital, VITAL_LINES, vitalLine, type Vital} from "../sql.js";

const LIMITS: Record<Vital, string> = {
    LCP: "Largest contentful paint: when the largest element stands. Good up to 2.5 s, poor above 4 s.",
    INP: "Interaction to next paint: how long a click waits for its answer. Good up to 200 ms, poor above 500 ms.",
    CLS: "Cumulative layout shift: how much jumps while the page loads. Good up to 0.1, poor above 0.25.",
};

function byDevice(metric: Vital) {
    return sized(bars({
        title: `${metric} by device`,
        description: `${LIMITS[metric]} The weeks that begin in the range, added up, or the last one before. The first sample of each `
            + "visitor's day. Devices below the noise have no bar; the intervals stand in the table below.",
        empty: NO_WEEK,
        unit: "percentunit",
    }, "Device", vital(metric)), 8, 9);
}

function good(metric: Vital) {
    return sized(band({
        title: `Visitors with a good ${metric}, by week`,
        description: `${LIMITS[metric]} All devices that stand out of the noise, by week, the only grain that carries it. ${SAY.interval}`,
        empty: NO_WEEK,
        unit: "percentunit",
    }, vitalLine(metric)), 8, 9);
}

export const performance = published({
    board: "performance",
    questions: [
        "For how many visitors is the site fast, steady and quick to answer, on which devices?",
        "Did the last release make it better or worse?",
    ],
    lines: [
        [byDevice("LCP"), byDevice("INP"), byDevice("CLS")],
        [good("LCP"), good("INP"), good("CLS")],
        [sized(rows({
            title: "Good shares, and what three of four visitors do not exceed (p75)",
            description: "The weeks that begin in the range, added up, or the last one before. Good is the share of visitors with a good "
                + "value, between its bounds with a probability of 95 %. All devices are those that stand out of the noise. p75 stands only where the share of visitors up to it is known "
                + "to 5 points; elsewhere it says so. Within its bucket it is interpolated. LCP and INP in milliseconds, "
                + "CLS is a score.",
            empty: NO_WEEK,
            unit: "string",
        }, P75)
            .overrideByName("Metric", [{id: "custom.width", value: 70}])
            .overrideByName("Good", [{id: "custom.width", value: 70}])
            .overrideByName("p75", [{id: "custom.width", value: 165}])
            .overrideByName("Rating", [{id: "custom.width", value: 150}]), 15, 11),
        sized(named(curves({
            title: "p75 of LCP, of four weeks each",
            description: "All devices that stand out of the noise, each week with the three before it, because one week alone rarely carries "
                + "it. Gaps: the share of visitors up to it is not known to 5 points. Good up to 2.5 s.",
            empty: "No week of this range is published, or in none is p75 known to 5 points: look at the shares of good instead.",
            unit: "ms",
        }, VITAL_LINES), ["p75"]), 9, 11)],
    ],
});
