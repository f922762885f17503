import {band, curves, leading, NO_WEEK, NOTHING_PUBLISHED, published, ranked, rows, SAY, sized, to, variable} from "../grafana.js";
import {lineOfKey, lines, table} from "../sql.js";

/** Pages of the last published week, the most visited first. */
const PAGES = `select key
from stats.breakdown
where site = '$site' and grain = 'week' and dimension = 'page' and period = (
    select max(period)
    from stats.published
    where site = '$site' and grain = 'week' and state = 'published')
order by noisy desc, key
limit 100`;

export const content = published({
    board: "content",
    questions: [
        "Which pages are read, and which are read more than before?",
        "Where do visits begin, and where do they end?",
        "Where do visitors meet missing pages and script errors?",
    ],
    variables: [variable("page", "Page", PAGES)],
    lines: [
        [sized(leading(rows({
            title: "Pages",
            description: `${SAY.grain} Visitors of each page, each visitor's day counted for its first 8 pages. ${SAY.other} ${SAY.noise} `
                + SAY.change,
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, table({dimension: "page", grain: "$grain", key: "Page", most: 30})), "Page", "Show this page",
            to("content", "&var-page=${__value.raw:percentencode}")), 24, 16)],
        [sized(ranked(curves({
            title: "The five most visited pages, by $step",
            description: `${SAY.step} The lines' intervals: the table above, and the chart beside for one page.`,
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, lines("page", "$step", 5, "ranks"))), 12, 9),
        sized(band({
            title: "The chosen page ($page), by $step",
            description: `${SAY.step} ${SAY.interval} Choose the page above, or click one in the table.`,
            empty: "No published day, or the page is not among those that are named.",
            unit: "short",
        }, lineOfKey("page", "$page", "Visitors", "$step")), 12, 9)],
        [sized(rows({
            title: "Landing pages",
            description: `${SAY.week} The first page of a day's first visit, all channels together; the Acquisition board has them by `
                + `channel. ${SAY.other} ${SAY.noise} ${SAY.change}`,
            empty: NO_WEEK,
            unit: "short",
        }, table({dimension: "landing", grain: "week", key: "Page", most: 10})), 24, 13)],
        [sized(rows({
            title: "Exit pages",
            description: `${SAY.week} The last page of a day's last visit. ${SAY.other} ${SAY.noise} ${SAY.change}`,
            empty: NO_WEEK,
            unit: "short",
        }, table({dimension: "exit", grain: "week", key: "Page", most: 10})), 24, 13)],
        [sized(rows({
            title: "Problems",
            description: `${SAY.week} Visitors who met a missing page or a script error, at most 2 problems of each visitor's day. `
                + `${SAY.other} Here a row must stand out by 4 standard deviations, because there can be thousands. ${SAY.change}`,
            empty: "No published week, or no problem met by enough visitors to be named.",
            unit: "short",
        }, table({dimension: "problem", grain: "week", key: "Page", second: "Kind", above: 4})), 24, 7)],
    ],
});
