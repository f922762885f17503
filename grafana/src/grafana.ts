/** How a Lethe board is put together: data sources, panels with their words, layout, links. Nothing here asks a question. */
import type {Builder, Dataquery} from "@grafana/grafana-foundation-sdk/cog";
import * as common from "@grafana/grafana-foundation-sdk/common";
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard";
import * as barchart from "@grafana/grafana-foundation-sdk/barchart";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as grid from "@grafana/grafana-foundation-sdk/table";
import * as text from "@grafana/grafana-foundation-sdk/text";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import {LINES, RATINGS} from "./colours.js";
import {COUNTRIES, LANGUAGES} from "./names.js";
import {COVERS, GRAINS, LOST, PRESETS, SITES} from "./sql.js";

/** The uids of grafana/provisioning/datasources. */
export const DASHBOARDS = {type: "grafana-postgresql-datasource", uid: "lethe-dashboards"};
export const LIVE = {type: "grafana-postgresql-datasource", uid: "lethe-live"};
export const METRICS = {type: "prometheus", uid: "lethe-metrics"};

export type Source = typeof DASHBOARDS;

/** A query of the PostgreSQL data source, for which the builder library has no module. */
class Sql implements Builder<Dataquery> {
    constructor(
        private readonly rawSql: string,
        private readonly format: "table" | "time_series",
        private readonly refId: string,
        private readonly datasource: Source) {}

    build(): Dataquery {
        const query = {
            datasource: this.datasource, editorMode: "code", format: this.format, rawQuery: true, rawSql: this.rawSql, refId: this.refId};
        return query as unknown as Dataquery;
    }
}

/** What a reader must be told of every panel. */
export interface Words {
    title: string;
    /** What it shows, which grain and why, and what the rows in brackets mean. */
    description: string;
    /** What stands there when there is nothing to show. */
    empty: string;
    /** A unit of Grafana: `short` is a number of visitors or visits, `percentunit` a share. */
    unit: string;
}

export const NOTHING_PUBLISHED = "Nothing published in this range yet: a day appears at 06:00 of the day after, a week on Monday.";
export const NO_WEEK = "No week is published yet: the first appears on the Monday after a whole week.";
export const NO_MONTH = "No month is published yet: the first appears on the 1st after a whole month.";

/** Sentences that several panels share. */
export const SAY = {
    interval: "The band, or \"Between\", holds the true number with a probability of 95 %.",
    noise: "Rows below the noise (under 3 times its standard deviation) say nothing and are only counted, in the last row. One that "
        + "stood out before and no longer does is shown without a number.",
    other: "(other) holds everything that has no row of its own: too rare to be named, or not registered. "
        + "A row listed in part was in (other) for some of the time; no change of it, nor of (other) then, is judged.",
    sum: "Shares are of all visitors: who comes in two ways counts in both rows, so they add up to more than 100 %.",
    change: "The change is real when noise explains it less than 3 times in 1,000, perhaps when less than 50 times; else it is within "
        + "the noise. It may still be a holiday.",
    day: "Days add up here: who comes on two days counts twice.",
    grain: "Rows of a $grain each, the finest that carry this range (up to 10 days by day, up to 62 by week, then by month): those that "
        + "begin in the range, or the last one before. Who comes in two of them counts twice.",
    coarse: "Rows of a $coarse each, because days would drown in noise (up to 62 days by week, then by month): those that begin in the "
        + "range, or the last one before. Who comes in two of them counts twice.",
    week: "By week, the only grain that carries it: the weeks that begin in the range, or the last one before. Who comes in two weeks "
        + "counts twice.",
    step: "By day up to 100 days, by week up to 800, then by month.",
};

/** Grounds, on which Grafana writes in black or white, whatever can be read; every word has one, or Grafana would choose. */
const MARKS: dashboard.ValueMapping[] = [{
    type: dashboard.MappingType.ValueToText,
    options: Object.fromEntries(Object.entries({
        "real": "#3274d9", "perhaps": "#ffb357", "within noise": "transparent", "below the noise": "transparent",
        "nothing to compare": "transparent", "not listed before": "transparent", "not comparable": "transparent",
        "listed in part": "transparent",
    }).map(([mark, color], index) => [mark, {text: mark, color, index}])),
}];

/** Words for the codes of closed lists. */
const NAMES: Record<string, string> = {
    direct: "Direct", search: "Search", social: "Social", email: "E-mail", ai_assistant: "AI assistant", referral: "Referral",
    campaign: "Campaign", desktop: "Desktop", mobile: "Mobile", tablet: "Tablet", tv: "TV", console: "Games console", watch: "Watch",
    other: "Other", "(all)": "All devices", not_found: "Page not found", script_error: "Script error", granted: "Granted",
    refused: "Refused", xs: "Under 480 px", sm: "480 to 767 px", md: "768 to 1,023 px", lg: "1,024 to 1,439 px", xl: "1,440 to 1,919 px",
    xxl: "1,920 px and more",
};

export const CHANNELS = ["direct", "search", "social", "email", "ai_assistant", "referral", "campaign"] as const;
export const DEVICES = ["desktop", "mobile", "tablet"] as const;

function mapping(names: Record<string, string>): dashboard.ValueMapping[] {
    return [{
        type: dashboard.MappingType.ValueToText,
        options: Object.fromEntries(Object.entries(names).map(([code, name], index) => [code, {text: name, index}])),
    }];
}

const NAMED = mapping(NAMES);

/** The columns that hold codes, and the names of these. */
const CODED: Record<string, dashboard.ValueMapping[]> = {
    Channel: NAMED, Device: NAMED, Kind: NAMED, Choice: NAMED, Screen: NAMED,
    Country: mapping({...COUNTRIES, "(unknown)": "(unknown)", "(other)": "(other)"}),
    Language: mapping({...LANGUAGES, "(unknown)": "(unknown)", "(other)": "(other)"}),
};

/** Placed by {@link board}. */
export interface Placed {
    panel: Panel;
    width: number;
    height: number;
}

type Panel = timeseries.PanelBuilder | grid.PanelBuilder | stat.PanelBuilder | text.PanelBuilder | barchart.PanelBuilder;

type Worded = Exclude<Panel, text.PanelBuilder>;

function worded<P extends Worded>(panel: P, words: Words, source: Source): P {
    panel.title(words.title).description(words.description).noValue(words.empty).unit(words.unit).datasource(source);
    return panel;
}

export function sized(panel: Panel, width: number, height: number): Placed {
    return {panel, width, height};
}

function chart(words: Words, source: Source): timeseries.PanelBuilder {
    return worded(new timeseries.PanelBuilder(), words, source)
        .drawStyle(common.GraphDrawStyle.Line)
        .lineWidth(2)
        .fillOpacity(0)
        .showPoints(common.VisibilityMode.Auto)
        .spanNulls(false)
        .axisSoftMin(0)
        .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.None))
        .legend(new common.VizLegendOptionsBuilder()
            .displayMode(common.LegendDisplayMode.List).placement(common.LegendPlacement.Bottom).showLegend(true).calcs([]));
}

/** The lines `low` and `high` become the edges of one pale band. */
function banded(panel: timeseries.PanelBuilder): timeseries.PanelBuilder {
    return panel
        .overrideByName("high", [
            {id: "custom.fillBelowTo", value: "low"}, {id: "custom.fillOpacity", value: 18}, {id: "custom.lineWidth", value: 0},
            {id: "custom.showPoints", value: "never"}, {id: "color", value: {mode: "fixed", fixedColor: LINES[0]}},
            {id: "custom.hideFrom", value: {legend: true, tooltip: false, viz: false}}])
        .overrideByName("low", [
            {id: "custom.lineWidth", value: 0}, {id: "custom.showPoints", value: "never"},
            {id: "color", value: {mode: "fixed", fixedColor: LINES[0]}},
            {id: "custom.hideFrom", value: {legend: true, tooltip: false, viz: false}}])
        .overrideByName("the period before", [
            {id: "custom.lineStyle", value: {fill: "dash", dash: [8, 8]}}, {id: "custom.lineWidth", value: 1},
            {id: "custom.showPoints", value: "never"}, {id: "color", value: {mode: "fixed", fixedColor: "text"}}]);
}

/** A line with its interval as a band; a second query, if any, is the period before. */
export function band(words: Words, query: string, before?: string): timeseries.PanelBuilder {
    const panel = banded(chart(words, DASHBOARDS))
        .colorScheme(new dashboard.FieldColorBuilder().mode(dashboard.FieldColorModeId.Fixed).fixedColor(LINES[0]))
        .withTarget(new Sql(query, "time_series", "A", DASHBOARDS));
    return before === undefined ? panel : panel.withTarget(new Sql(before, "time_series", "B", DASHBOARDS));
}

/** A line for each value of the column `metric`, or for each number. */
export function curves(words: Words, query: string, source: Source = DASHBOARDS): timeseries.PanelBuilder {
    return chart(words, source).withTarget(new Sql(query, "time_series", "A", source));
}

/** The second round of colours is dashed. */
function coloured(index: number): dashboard.DynamicConfigValue[] {
    const colour = {id: "color", value: {mode: "fixed", fixedColor: LINES[index % LINES.length]}};
    return index < LINES.length ? [colour] : [colour, {id: "custom.lineStyle", value: {fill: "dash", dash: [8, 8]}}];
}

/** Gives lines that are called by a code their name, and each the same colour wherever it is drawn. */
export function named(panel: timeseries.PanelBuilder, codes: readonly string[]): timeseries.PanelBuilder {
    codes.forEach((code, index) =>
        panel.overrideByName(code, [{id: "displayName", value: NAMES[code] ?? code}, ...coloured(index)]));
    return panel;
}

/** Gives lines whose names begin with their rank a colour by it. */
export function ranked(panel: timeseries.PanelBuilder): timeseries.PanelBuilder {
    LINES.forEach((_, index) => panel.overrideByRegexp(`/^${index + 1}\\. /`, coloured(index)));
    return panel;
}

export interface Metric {
    expression: string;
    legend: string;
}

/** What Prometheus knows of the collectors. */
export function metrics(words: Words, ...asked: Metric[]): timeseries.PanelBuilder {
    const panel = chart(words, METRICS);
    asked.forEach(({expression, legend}, index) => {
        panel.withTarget(new prometheus.DataqueryBuilder()
            .expr(expression).legendFormat(legend).refId(String.fromCharCode(65 + index)).range().datasource(METRICS));
    });
    return panel;
}

/** A table whose columns are told by their names: shares and changes in percent, marks in colour. */
export function rows(words: Words, query: string, source: Source = DASHBOARDS): grid.PanelBuilder {
    // An empty cell would say that nothing is published.
    const panel = worded(new grid.PanelBuilder(), words, source).overrideByRegexp(".*", [{id: "noValue", value: "–"}]);
    for (const [column, names] of Object.entries(CODED).filter(([each]) => query.includes(`"${each}"`))) {
        panel.overrideByName(column, [{id: "mappings", value: names}]);
    }
    return panel
        .cellHeight(common.TableCellHeight.Sm)
        .showHeader(true)
        .withTarget(new Sql(query, "table", "A", source))
        .overrideByName("Share", [
            {id: "unit", value: "percentunit"}, {id: "decimals", value: 1}, {id: "min", value: 0}, {id: "max", value: 1},
            {id: "custom.cellOptions", value: {type: "gauge", mode: "basic", valueDisplayMode: "text"}},
            {id: "color", value: {mode: "fixed", fixedColor: LINES[0]}}, {id: "custom.width", value: 130}])
        .overrideByName("Change", [
            {id: "unit", value: "percentunit"}, {id: "decimals", value: 0}, {id: "custom.width", value: 80}])
        .overrideByName("Before", [{id: "unit", value: "locale"}, {id: "decimals", value: 0}, {id: "custom.width", value: 90}])
        .overrideByRegexp("/^(Visitors|Choices)$/", [{id: "unit", value: "locale"}, {id: "decimals", value: 0}, {id: "custom.width", value: 90}])
        .overrideByName("Between (95 %)", [{id: "custom.width", value: 130}])
        .overrideByName("The change is", [
            {id: "mappings", value: MARKS}, {id: "custom.cellOptions", value: {type: "color-background", mode: "basic"}},
            {id: "custom.width", value: 130}]);
}

/** Numbers side by side, one for each column of the only row. */
export function numbers(words: Words, query: string, source: Source = DASHBOARDS): stat.PanelBuilder {
    return worded(new stat.PanelBuilder(), words, source)
        .reduceOptions(new common.ReduceDataOptionsBuilder().values(false).calcs(["lastNotNull"]).fields("/.*/"))
        .orientation(common.VizOrientation.Auto)
        .textMode(common.BigValueTextMode.ValueAndName)
        .colorMode(common.BigValueColorMode.None)
        .graphMode(common.BigValueGraphMode.None)
        .justifyMode(common.BigValueJustifyMode.Auto)
        .withTarget(new Sql(query, "table", "A", source));
}

/** Bars, a group for each row, stacked to one. */
export function bars(words: Words, label: string, query: string): barchart.PanelBuilder {
    return worded(new barchart.PanelBuilder(), words, DASHBOARDS)
        .mappings(NAMED)
        .xField(label)
        .orientation(common.VizOrientation.Horizontal)
        .stacking(common.StackingMode.Normal)
        .showValue(common.VisibilityMode.Auto)
        .min(0)
        .max(1)
        .legend(new common.VizLegendOptionsBuilder()
            .displayMode(common.LegendDisplayMode.List).placement(common.LegendPlacement.Bottom).showLegend(true).calcs([]))
        .tooltip(new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.None))
        .withTarget(new Sql(query, "table", "A", DASHBOARDS))
        .overrideByName("good", [{id: "color", value: {mode: "fixed", fixedColor: RATINGS["good"]}}])
        .overrideByName("needs improvement", [{id: "color", value: {mode: "fixed", fixedColor: RATINGS["needs improvement"]}}])
        .overrideByName("poor", [{id: "color", value: {mode: "fixed", fixedColor: RATINGS["poor"]}}]);
}

export function words(title: string, description: string, content: string): text.PanelBuilder {
    return new text.PanelBuilder().title(title).description(description).mode(text.TextMode.Markdown).content(content);
}

/** Who is counted at all, which readers of other tools do not expect. */
export const COUNTED = "**Who is counted.** Only visitors who consent, and no programs; how many consent stands on the Privacy board.";

/** What one statistic after the other may tell about somebody; the figures are those of the site's preset. */
export const GUARANTEE = "**What these numbers may tell about a person.** Every number carries noise, drawn once. Somebody who knows all "
    + "of them, everybody else's data, and forges visitors at will, improves a guess about whether one browser came on one given day by "
    + "at most **$guess points** (preset *$preset*). A browser that comes on many days is hidden less; the Privacy board says how much.";

export const INTERNAL = "**Internal, not anonymised.** What stands here is outside the guarantee of the other boards: rounded, short-lived "
    + "figures and the machine's own measurements, for those who run Lethe. Do not pass them on.";

/** The boards in the order of their links. */
export const BOARDS = {
    overview: "Overview",
    acquisition: "Acquisition",
    content: "Content",
    clicks: "Clicks and goals",
    audience: "Audience",
    performance: "Performance",
    privacy: "Privacy",
    internal: "Internal: live and collector",
} as const;

export type Board = keyof typeof BOARDS;

/** A link into another board that keeps site and time; `more` sets further variables. */
export function to(board: Board, more = ""): string {
    return `/d/lethe-${board}?var-site=\${site:percentencode}&\${__url_time_range}${more}`;
}

/** Makes the cells of a column lead somewhere. */
export function leading(panel: grid.PanelBuilder, column: string, title: string, url: string): grid.PanelBuilder {
    return panel.overrideByName(column, [{id: "links", value: [{title, url, targetBlank: false}]}]);
}

function hidden(name: string, query: string, refresh: dashboard.VariableRefresh): dashboard.QueryVariableBuilder {
    return variable(name, name, query).hide(dashboard.VariableHide.HideVariable).refresh(refresh);
}

export function variable(name: string, label: string, query: string, source: Source = DASHBOARDS): dashboard.QueryVariableBuilder {
    return new dashboard.QueryVariableBuilder(name)
        .label(label)
        .datasource(source)
        .query(query)
        .multi(false)
        .includeAll(false)
        .allowCustomValue(false)
        .sort(dashboard.VariableSort.Disabled)
        .refresh(dashboard.VariableRefresh.OnDashboardLoad);
}

function annotation(name: string, colour: string, query: string): dashboard.AnnotationQueryBuilder {
    // Grafana's own type of an annotation knows the fields of its target, not those of a data source.
    const target = {build: () => new Sql(query, "table", "Anno", DASHBOARDS).build()};
    return new dashboard.AnnotationQueryBuilder().name(name).datasource(DASHBOARDS).enable(true).iconColor(colour).target(target);
}

/** Whoever deploys posts an annotation with the tag `release` to Grafana; no data source is asked. */
function releases(): dashboard.AnnotationQueryBuilder {
    return new dashboard.AnnotationQueryBuilder()
        .name("Releases")
        .datasource({type: "grafana", uid: "-- Grafana --"})
        .enable(true)
        .iconColor("green")
        .target({build: () => ({limit: 100, matchAny: false, tags: ["release"], type: "tags"}) as unknown as Dataquery});
}

export interface Plan {
    board: Board;
    /** What the board answers, as a reader would ask. */
    questions: string[];
    variables?: dashboard.QueryVariableBuilder[];
    /** Each at most 24 wide. */
    lines: Placed[][];
}

function frame(plan: Plan): dashboard.DashboardBuilder {
    const title = BOARDS[plan.board];
    const made = new dashboard.DashboardBuilder(`Lethe: ${title}`)
        .uid(`lethe-${plan.board}`)
        .description(plan.questions.join(" "))
        .tags(["lethe"])
        .timezone("browser")
        .weekStart("monday")
        .readonly()
        .refresh("")
        .tooltip(dashboard.DashboardCursorSync.Crosshair);
    for (const [board, name] of Object.entries(BOARDS)) {
        if (board !== plan.board) {
            made.link(new dashboard.DashboardLinkBuilder(name)
                .type(dashboard.DashboardLinkType.Link)
                .url(`/d/lethe-${board}`)
                .tooltip(`${name}, same site and time`)
                .icon("dashboard")
                .keepTime(true)
                .includeVars(true));
        }
    }
    let y = 0;
    let id = 1;
    for (const line of plan.lines) {
        let x = 0;
        for (const {panel, width, height} of line) {
            made.withPanel(panel.id(id++).gridPos({x, y, w: width, h: height}));
            x += width;
        }
        y += Math.max(...line.map(placed => placed.height));
    }
    return made;
}

/** Takes back what the builder sets by itself: a menu for links and annotations, which belong in sight; steps of another variable. */
function finished(made: dashboard.Dashboard): dashboard.Dashboard {
    for (const each of [...made.links ?? [], ...made.annotations.list ?? []]) {
        delete each.placement;
    }
    for (const each of made.templating.list ?? []) {
        delete each.auto;
        delete each.auto_count;
        delete each.auto_min;
        // What follows from range and site does not belong into links.
        each.skipUrlSync = each.hide === dashboard.VariableHide.HideVariable;
    }
    return made;
}

function asked(questions: string[], promise: string): string {
    return `${questions.map(question => `- ${question}`).join("\n")}\n\n${promise}`;
}

/** A board of published statistics: site, guarantee and annotations come with it. */
export function published(plan: Plan): dashboard.Dashboard {
    const head = [
        sized(words("This board answers", "What the board is for, and what its numbers can and cannot tell.",
            asked(plan.questions, `${COUNTED}\n\n${GUARANTEE}`)), 16, 6),
        sized(numbers({
            title: "Published",
            description: "Days are published at 06:00 of the next day on the site's clock, weeks on Monday, months on the 1st; each once and "
                + "for ever. Later days are not in any number of this board.",
            empty: NOTHING_PUBLISHED,
            unit: "string",
        }, COVERS).text(new common.VizTextDisplayOptionsBuilder().valueSize(18).titleSize(12)), 8, 6),
    ];
    const made = frame({...plan, lines: [head, ...plan.lines]})
        .time({from: "now-28d/d", to: "now-1d/d"})
        .withVariable(variable("site", "Site", SITES))
        .withVariable(hidden("grain", GRAINS.grain, dashboard.VariableRefresh.OnTimeRangeChanged))
        .withVariable(hidden("coarse", GRAINS.coarse, dashboard.VariableRefresh.OnTimeRangeChanged))
        .withVariable(hidden("step", GRAINS.step, dashboard.VariableRefresh.OnTimeRangeChanged))
        .withVariable(hidden("guess", "select guess_points\nfrom stats.sites\nwhere site = '$site'",
            dashboard.VariableRefresh.OnDashboardLoad))
        .withVariable(hidden("preset", "select preset\nfrom stats.sites\nwhere site = '$site'",
            dashboard.VariableRefresh.OnDashboardLoad))
        .annotation(annotation("Lost periods", "red", LOST))
        .annotation(annotation("Change of preset", "purple", PRESETS))
        .annotation(releases());
    for (const more of plan.variables ?? []) {
        made.withVariable(more);
    }
    return finished(made.build());
}

/** The board for those who run Lethe: live figures and metrics, nothing of it published. */
export function internal(plan: Plan): dashboard.Dashboard {
    const head = [sized(words("This board answers", "What the board is for, and for whom.", asked(plan.questions, INTERNAL)), 24, 4)];
    const made = frame({...plan, lines: [head, ...plan.lines]})
        .time({from: "now-24h", to: "now"})
        .refresh("1m")
        .annotation(releases());
    for (const more of plan.variables ?? []) {
        made.withVariable(more);
    }
    return finished(made.build());
}
