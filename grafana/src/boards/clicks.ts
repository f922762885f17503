import {band, curves, NO_WEEK, NOTHING_PUBLISHED, published, rows, SAY, sized} from "../grafana.js";
import {conversions, line, lines, table} from "../sql.js";

export const clicks = published({
    board: "clicks",
    questions: [
        "How many visitors reach our goals, and which share of all is that?",
        "Which named elements are clicked, which websites do visitors leave for, what do they download?",
        "Did a change of the page change this, or is it noise?",
    ],
    lines: [
        [sized(rows({
            title: "Goals and their conversion rates",
            description: `${SAY.week} Conversion is the visitors of those weeks who reached the goal, of all visitors of those weeks. `
                + `${SAY.interval} ${SAY.change} A goal is a page or named click that the operator chose.`,
            empty: "No published week, or no goal is registered.",
            unit: "short",
        }, conversions())
            .overrideByName("Conversion", [{id: "unit", value: "percentunit"}, {id: "decimals", value: 2}, {id: "custom.width", value: 110}]),
        24, 9)],
        [sized(curves({
            title: "Visitors who reached a goal, by week",
            description: "By week, the only grain that carries it; all channels together. Goals that do not stand out of the noise in a usual "
                + "week have no line; the table above adds the weeks up and gives intervals.",
            empty: "No published week, or no goal stands out of the noise in a usual week: the table above adds the weeks up.",
            unit: "short",
        }, lines("goal", "week", 5)), 12, 9),
        sized(band({
            title: "Visitors who click, by $step",
            description: `${SAY.step} Of each day's visitors, those with a click on a named element, an outbound link or a download. `
                + SAY.interval,
            empty: NOTHING_PUBLISHED,
            unit: "percentunit",
        }, line("click_rate", "Visitors who click")), 12, 9)],
        [sized(rows({
            title: "Named elements",
            description: `${SAY.week} Visitors who clicked an element with data-lethe-click; each visitor's day counts for 3 of clicks, `
                + `outbound links and downloads. ${SAY.other} ${SAY.noise} ${SAY.change}`,
            empty: "No published week, or nothing was clicked by enough visitors to be named.",
            unit: "short",
        }, table({dimension: "click", grain: "week", key: "Element"})), 24, 11)],
        [sized(rows({
            title: "Outbound links",
            description: `${SAY.week} Only the host of the link is kept. Hosts outside the built-in list appear from about 136 visitors a `
                + `week. ${SAY.other} ${SAY.noise} ${SAY.change}`,
            empty: NO_WEEK,
            unit: "short",
        }, table({dimension: "outbound_host", grain: "week", key: "Host"})), 24, 9)],
        [sized(rows({
            title: "Downloads",
            description: `${SAY.week} By the file's extension; file names are not kept. ${SAY.noise} ${SAY.change}`,
            empty: NO_WEEK,
            unit: "short",
        }, table({dimension: "download", grain: "week", key: "Kind of file"})), 24, 7)],
    ],
});
