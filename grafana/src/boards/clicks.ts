import {band, leading, NO_WEEK, NOTHING_PUBLISHED, published, rows, SAY, sized, to, variable} from "../grafana.js";
import {conversions, GOAL_LINE, GOALS, line, table} from "../sql.js";

export const clicks = published({
    board: "clicks",
    questions: [
        "How many visitors reach our goals, and which share of all is that?",
        "Which named elements are clicked, which websites do visitors leave for, what do they download?",
        "Did a change of the page change this, or is it noise?",
    ],
    variables: [variable("goal", "Goal", GOALS)],
    lines: [
        [sized(leading(rows({
            title: "Goals and their conversion rates",
            description: `${SAY.week} Conversion is the visitors of those weeks who reached the goal, of all visitors of those weeks. `
                + `${SAY.interval} ${SAY.change} A goal is a page or named click that the operator chose.`,
            empty: "No published week, or no goal is registered.",
            unit: "short",
        }, conversions())
            .overrideByName("Conversion", [{id: "unit", value: "percentunit"}, {id: "decimals", value: 2}, {id: "custom.width", value: 110}]),
        "Goal", "Show this goal", to("clicks", "&var-goal=${__value.raw:percentencode}")), 24, 8)],
        [sized(band({
            title: "Visitors who reached the chosen goal ($goal), by week",
            description: "By week, the only grain that carries it; all channels together, so the noise of each adds to the interval. "
                + `${SAY.interval} Choose the goal above, or click one in the table, which adds the weeks up and is more certain.`,
            empty: "No published week, or no goal is registered.",
            unit: "short",
        }, GOAL_LINE), 12, 9),
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
        }, table({dimension: "click", grain: "week", key: "Element"})), 24, 9)],
        [sized(rows({
            title: "Outbound links",
            description: `${SAY.week} Only the host of the link is kept. Hosts outside the built-in list appear from about 136 visitors a `
                + `week. ${SAY.other} ${SAY.noise} ${SAY.change}`,
            empty: NO_WEEK,
            unit: "short",
        }, table({dimension: "outbound_host", grain: "week", key: "Host"})), 24, 7)],
        [sized(rows({
            title: "Downloads",
            description: `${SAY.week} By the file's extension; file names are not kept. ${SAY.noise} ${SAY.change}`,
            empty: NO_WEEK,
            unit: "short",
        }, table({dimension: "download", grain: "week", key: "Kind of file"})), 24, 6)],
    ],
});
