import {curves, DEVICES, named, NO_MONTH, NO_WEEK, NOTHING_PUBLISHED, published, rows, SAY, sized} from "../grafana.js";
import {HOURS, lines, RECENCY, table, type Dimension, type Grain} from "../sql.js";

function dimension(title: string, dimension: Dimension, grain: Grain, key: string, description: string, most = 10) {
    return rows({
        title,
        description: `${grain === "$grain" ? SAY.grain : SAY.coarse} ${description} ${SAY.noise} ${SAY.change}`,
        empty: grain === "$grain" ? NOTHING_PUBLISHED : NO_WEEK,
        unit: "short",
    }, table({dimension, grain, key, most}));
}

export const audience = published({
    board: "audience",
    questions: [
        "Where do visitors come from, in which language, with which browser, system and screen?",
        "When in the week do they come?",
        "After how many days do they come back?",
    ],
    lines: [
        [sized(dimension("Countries", "country", "$grain", "Country",
            "Looked up in a file on Lethe's own machine from the shortened network address, which is then forgotten. "
            + "(unknown): the address is in no country's list.", 12), 24, 15)],
        [sized(dimension("Languages", "language", "$coarse", "Language", "The first language of the browser, without its region."), 24, 12)],
        [sized(dimension("Devices", "device", "$grain", "Device", "What the browser says it runs on."), 24, 6)],
        [sized(named(curves({
            title: "Visitors by device, by $step",
            description: `${SAY.step} The lines' intervals: the table above.`,
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, lines("device", "$step", 3)), DEVICES), 24, 8)],
        [sized(dimension("Browsers", "browser", "$coarse", "Browser",
            "Families in weeks, with their major version in months."), 24, 9)],
        [sized(dimension("Systems", "system", "$coarse", "System", "Families, without a version."), 24, 9)],
        [sized(dimension("Screens", "screen", "$coarse", "Screen",
            "Classes by width, in CSS pixels."), 24, 9)],
        [sized(rows({
            title: "Days since the visit before",
            description: "By day: each day's visitors by how long ago they had come before, added up over the days of the range; this is what "
                + `is known about coming back, since nobody is followed. ${SAY.day} ${SAY.interval} ${SAY.change}`,
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, RECENCY), 24, 9)],
        [sized(rows({
            title: "Hours of the week",
            description: "By month, the only grain that carries it: the months that begin in the range, or the last one before. Visitors by "
                + "weekday and hour of their day's first page, on the site's clock. Empty cells are below the noise.",
            empty: NO_MONTH,
            unit: "short",
        }, HOURS)
            .overrideByRegexp("Mon|Tue|Wed|Thu|Fri|Sat|Sun", [
                {id: "custom.cellOptions", value: {type: "color-background", mode: "gradient"}},
                {id: "color", value: {mode: "continuous-blues"}}, {id: "min", value: 0}, {id: "noValue", value: " "},
                {id: "decimals", value: 0}]), 24, 25)],
    ],
});
