import {VizTextDisplayOptionsBuilder} from "@grafana/grafana-foundation-sdk/common";
import {band, leading, NOTHING_PUBLISHED, numbers, published, rows, SAY, sized, to} from "../grafana.js";
import {COMPARISON, headlines, line, lineBefore, table} from "../sql.js";

export const overview = published({
    board: "overview",
    questions: [
        "How many people came, how often, and what did they do?",
        "Is it more than before, and is the difference real or noise?",
        "Which pages, channels, countries and devices stand behind it?",
    ],
    lines: [
        [sized(numbers({
            title: "The chosen range",
            description: "Of all published days in the range. Visitors are different ones: whoever came on several days counts once. A "
                + "single day, 7 or 28 days, a whole week or month have a number of their own, other ranges are estimated and less "
                + "certain. After ± stands how far the 95 % interval reaches; the table below has both ends of it. Engaged time is by visitor "
                + "and day.",
            empty: NOTHING_PUBLISHED,
            unit: "string",
        }, headlines({
            visitors: ["Visitors", "count"],
            new_visitors: ["New visitors", "count"],
            visits: ["Visits", "count"],
            pageviews: ["Pageviews", "count"],
            views_per_visit: ["Views per visit", "quotient"],
            bounce_rate: ["Bounce rate", "share"],
            click_rate: ["Visitors who click", "share"],
            engaged_minutes_per_visitor: ["Engaged time per visitor", "minutes"],
        })).text(new VizTextDisplayOptionsBuilder().valueSize(18).titleSize(12)), 24, 4)],
        [sized(rows({
            title: "Compared with as many days before",
            description: `From days, the only grain that fits any range. ${SAY.interval} ${SAY.change} Returning visitors are those of `
                + "each day who had come before, so who returns on two days counts twice. A bounce is a first visit with one page, no "
                + "click and less than 10 seconds.",
            empty: NOTHING_PUBLISHED,
            unit: "string",
        }, COMPARISON)
            .overrideByName("Measure", [{id: "custom.width", value: 300}])
            .overrideByName("Between (95 %)", [{id: "custom.width", value: 200}]), 24, 11)],
        [sized(band({
            title: "Visitors, by $step",
            description: `${SAY.step} ${SAY.interval} The dashed line is the period before, moved under this one. Visitors of a week or `
                + "month are different ones.",
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, line("visitors", "Visitors"), lineBefore("visitors")), 12, 9),
        sized(band({
            title: "Pageviews, by $step",
            description: `${SAY.step} ${SAY.interval} At most 12 pages of each visitor's day are counted, so that nobody can be seen in `
                + "the sum; the Privacy board says how many visitors that cuts.",
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, line("pageviews", "Pageviews"), lineBefore("pageviews")), 12, 9)],
        [sized(band({
            title: "Different visitors of the last 7 days",
            description: `A number of its own for each day and the 6 before, so nobody counts twice. ${SAY.interval}`,
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, line("unique_7", "7 days", "day")), 12, 8),
        sized(band({
            title: "Different visitors of the last 28 days",
            description: `A number of its own for each day and the 27 before, so nobody counts twice. ${SAY.interval}`,
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, line("unique_28", "28 days", "day")), 12, 8)],
        [sized(band({
            title: "New visitors, by $step",
            description: `${SAY.step} New is whose browser had never been seen, or not for 13 months. ${SAY.interval}`,
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, line("new_visitors", "New visitors"), lineBefore("new_visitors")), 8, 8),
        sized(band({
            title: "Returning visitors, by $step",
            description: `${SAY.step} Visitors less new ones. ${SAY.interval}`,
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, line("returning_visitors", "Returning visitors"), lineBefore("returning_visitors")), 8, 8),
        sized(band({
            title: "Bounce rate, by $step",
            description: `${SAY.step} Of each day's visitors, those whose first visit was one page, no click and less than 10 seconds. `
                + `Missing where the visitors are below the noise. ${SAY.interval}`,
            empty: NOTHING_PUBLISHED,
            unit: "percentunit",
        }, line("bounce_rate", "Bounce rate"), lineBefore("bounce_rate")), 8, 8)],
        [sized(leading(rows({
            title: "Top pages",
            description: `${SAY.grain} At most the first 8 pages of each visitor's day. ${SAY.other} ${SAY.noise} ${SAY.change}`,
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, table({dimension: "page", grain: "$grain", key: "Page", most: 10})), "Page", "Content", to("content")), 24, 13)],
        [sized(leading(rows({
            title: "Channels",
            description: `${SAY.grain} A channel is how the day's first page was found. ${SAY.sum} ${SAY.noise} ${SAY.change}`,
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, table({dimension: "channel", grain: "$grain", key: "Channel"})), "Channel", "Acquisition",
            to("acquisition", "&var-channel=${__value.raw}")), 24, 10)],
        [sized(leading(rows({
            title: "Countries",
            description: `${SAY.grain} From the shortened network address, which is then forgotten. ${SAY.noise} ${SAY.change}`,
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, table({dimension: "country", grain: "$grain", key: "Country", most: 8})), "Country", "Audience", to("audience")), 24, 11)],
        [sized(leading(rows({
            title: "Devices",
            description: `${SAY.grain} What the browser says it runs on. ${SAY.noise} ${SAY.change}`,
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, table({dimension: "device", grain: "$grain", key: "Device"})), "Device", "Audience", to("audience")), 24, 7)],
    ],
});
