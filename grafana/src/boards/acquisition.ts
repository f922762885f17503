import {band, CHANNELS, curves, named, NO_WEEK, NOTHING_PUBLISHED, published, rows, SAY, sized, variable} from "../grafana.js";
import {AI_HOSTS} from "../hosts.js";
import {lineOfKey, lines, table} from "../sql.js";

const CHANNEL_NAMES = `select key
from stats.breakdown
where site = '$site' and grain = 'day' and dimension = 'channel' and period = (
    select max(period)
    from stats.published
    where site = '$site' and grain = 'day' and state = 'published')
order by noisy desc, key`;

const CHANNEL = "Direct: no referrer. Campaign, e-mail, social and so on: what the link's utm parameters say, else a built-in list of "
    + "hosts. Referral: any other website.";

export const acquisition = published({
    board: "acquisition",
    questions: [
        "Which channels bring visitors, and which of them grow?",
        "Which websites, campaigns and AI assistants link here, and where do their visitors land?",
        "Which channels bring the visitors who reach a goal?",
    ],
    variables: [variable("channel", "Channel", CHANNEL_NAMES)],
    lines: [
        [sized(named(curves({
            title: "Visitors by channel, by $step",
            description: `${SAY.step} The channel of each day's first page. ${CHANNEL} The lines' intervals: the table below, and the `
                + "chart beside for one channel.",
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, lines("channel", "$step", 7)), CHANNELS), 14, 10),
        sized(band({
            title: "The chosen channel ($channel), by $step",
            description: `${SAY.step} ${SAY.interval} Choose the channel above, or click one in the table.`,
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, lineOfKey("channel", "$channel", "Visitors", "$step")), 10, 10)],
        [sized(rows({
            title: "Channels",
            description: `${SAY.grain} ${CHANNEL} ${SAY.noise} ${SAY.change}`,
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, table({dimension: "channel", grain: "$grain", key: "Channel"}))
            .overrideByName("Channel", [{
                id: "links",
                value: [{title: "Show this channel", url: "/d/lethe-acquisition?var-site=${site:percentencode}&${__url_time_range}"
                    + "&var-channel=${__value.raw}", targetBlank: false}],
            }]), 24, 10)],
        [sized(rows({
            title: "Referring websites",
            description: `${SAY.coarse} Host names only. Hosts outside the built-in list appear when enough different visitors came from `
                + `them (about 90 a week), and are in no row before. ${SAY.noise} ${SAY.change}`,
            empty: NO_WEEK,
            unit: "short",
        }, table({dimension: "referrer_host", grain: "$coarse", key: "Host", most: 12})), 24, 15)],
        [sized(rows({
            title: "AI assistants",
            description: `${SAY.coarse} The hosts that Lethe's list knows as AI assistants; an assistant's own app often sends no `
                + `referrer, and its visitors count as direct. ${SAY.noise} ${SAY.change}`,
            empty: "No published week or month, or no AI assistant above the noise.",
            unit: "short",
        }, table({
            dimension: "referrer_host", grain: "$coarse", key: "Host",
            only: `b.key in (${AI_HOSTS.map(host => `'${host}'`).join(", ")})`,
        })), 16, 9),
        sized(band({
            title: "Visitors from AI assistants, by $step",
            description: `${SAY.step} The channel of AI assistants: their hosts, or utm_source. ${SAY.interval}`,
            empty: NOTHING_PUBLISHED,
            unit: "short",
        }, lineOfKey("channel", "ai_assistant", "AI assistants", "$step")), 8, 9)],
        [sized(rows({
            title: "Campaigns",
            description: `${SAY.coarse} utm_campaign with utm_source and utm_medium of the day's first page; a campaign appears when `
                + `enough different visitors came by it (about 90 a week), and is in no row before. ${SAY.noise} ${SAY.change}`,
            empty: "No published week or month, or no campaign had enough visitors to be named.",
            unit: "short",
        }, table({dimension: "campaign", grain: "$coarse", key: "Campaign", second: "Source and medium"})), 24, 9)],
        [sized(rows({
            title: "Landing pages by channel",
            description: `${SAY.week} The first page of a day's first visit, with the channel it was found by. ${SAY.other} ${SAY.noise} `
                + SAY.change,
            empty: NO_WEEK,
            unit: "short",
        }, table({dimension: "landing", grain: "week", key: "Page", second: "Channel", most: 12})), 24, 15)],
        [sized(rows({
            title: "Landing pages of the chosen channel ($channel)",
            description: `${SAY.week} ${SAY.other} ${SAY.noise} ${SAY.change}`,
            empty: NO_WEEK,
            unit: "short",
        }, table({dimension: "landing", grain: "week", key: "Page", most: 10, only: "b.key2 = '$channel'"})), 24, 13)],
        [sized(rows({
            title: "Goals by channel",
            description: `${SAY.week} Visitors who reached a goal, by the channel of that day's first page; at most 2 goals of each `
                + `visitor's day. ${SAY.noise} ${SAY.change}`,
            empty: "No published week, or no goal is registered.",
            unit: "short",
        }, table({dimension: "goal", grain: "week", key: "Goal", second: "Channel"})), 24, 7)],
    ],
});
