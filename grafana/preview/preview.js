/*
 * Draws one board from its JSON and the rows that its queries gave. Knows the panels, units and overrides that Lethe's boards use,
 * in the way Grafana shows them by default; anything else it meets is an error, so that no picture promises what a board is not.
 */
"use strict";

const CELL = {width: 1280 / 24, height: 38, gap: 4};
document.documentElement.classList.toggle("dark", BOARD.dark);
const themed = name => getComputedStyle(document.documentElement).getPropertyValue(name);
const COLOURS = {text: themed("--quiet"), transparent: "transparent"};
const PALETTE = ["#56a64b", "#f2cc0c", "#5794f2", "#ff9830", "#e02f44", "#3274d9", "#a352cc", "#37872d", "#e0b400"];

function element(parent, name, className, text) {
    const made = parent.appendChild(document.createElement(name));
    if (className) {
        made.className = className;
    }
    if (text !== undefined) {
        made.textContent = text;
    }
    return made;
}

/** Grafana reads `/between slashes/` as it stands, and anything else as the whole name. */
function regexp(text) {
    return text.startsWith("/") ? new RegExp(text.slice(1, text.lastIndexOf("/"))) : new RegExp(`^(${text})$`);
}

/** The settings of one column: the panel's defaults, then every override that names it. */
function settingsOf(panel, column) {
    const {defaults = {}, overrides = []} = panel.fieldConfig ?? {};
    const settings = {unit: defaults.unit, decimals: defaults.decimals, mappings: defaults.mappings, color: defaults.color,
        noValue: defaults.noValue, min: defaults.min, max: defaults.max};
    for (const [name, value] of Object.entries(defaults.custom ?? {})) {
        settings[`custom.${name}`] = value;
    }
    for (const {matcher, properties} of overrides) {
        const meant = matcher.id === "byName" ? matcher.options === column
            : matcher.id === "byRegexp" && regexp(matcher.options).test(column);
        if (meant) {
            properties.forEach(({id, value}) => settings[id] = value);
        }
    }
    return settings;
}

/** Whether Grafana would write in white on it. */
function dark(colour) {
    const [red, green, blue] = [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140;
}

function colourOf(settings, otherwise) {
    return settings.color?.mode === "fixed" ? COLOURS[settings.color.fixedColor] ?? settings.color.fixedColor : otherwise;
}

function mapped(settings, value) {
    return (settings.mappings ?? []).map(mapping => mapping.options[value]).find(Boolean);
}

/** Digits as Grafana chooses them when nobody says how many. */
function digits(value, decimals) {
    if (decimals !== undefined) {
        return value.toFixed(decimals);
    }
    const size = Math.abs(value);
    const shown = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
    return String(Number(value.toFixed(shown)));
}

function shown(value, settings) {
    if (value === null || value === undefined) {
        return settings.noValue ?? "";
    }
    const map = mapped(settings, value);
    if (map) {
        return map.text;
    }
    if (typeof value !== "number") {
        return String(value);
    }
    switch (settings.unit) {
        case "percentunit": return `${digits(value * 100, settings.decimals)}%`;
        case "reqps": return `${digits(value, settings.decimals)} req/s`;
        case "bytes": return value >= 2 ** 30 ? `${digits(value / 2 ** 30, settings.decimals)} GiB` : `${digits(value / 2 ** 20, 0)} MiB`;
        case "s": return value >= 3600 ? `${digits(value / 3600, 1)} hours` : value >= 60 ? `${digits(value / 60, 1)} mins`
            : value >= 1 || value === 0 ? `${digits(value, settings.decimals)} s` : `${digits(value * 1000, settings.decimals)} ms`;
        case "m": return `${digits(value, settings.decimals)} min`;
        case "ms": return value >= 1000 ? `${digits(value / 1000, settings.decimals ?? 2)} s` : `${digits(value, settings.decimals)} ms`;
        case "short": return value >= 1e6 ? `${digits(value / 1e6, settings.decimals ?? 2)} Mil`
            : value >= 1000 ? `${digits(value / 1000, settings.decimals ?? 2).replace(/\.?0+$/, "")} K` : digits(value, settings.decimals);
        case "none": case "locale": case "string": case undefined: return settings.unit === "locale"
            ? Number(digits(value, settings.decimals ?? 0)).toLocaleString("en-GB") : digits(value, settings.decimals);
        default: throw new Error(`unit ${settings.unit}`);
    }
}

function markdown(body, text) {
    const html = text.replace(/&/g, "&amp;").replace(/</g, "&lt;")
        .replace(/\*\*([^*]+)\*\*/g, "<b>$1</b>").replace(/\*([^*]+)\*/g, "<i>$1</i>");
    body.classList.add("text");
    body.innerHTML = html.split(/\n\n+/).map(block => {
        const lines = block.split("\n");
        if (lines[0].startsWith("- ")) {
            return `<ul>${lines.map(line => `<li>${line.slice(2)}</li>`).join("")}</ul>`;
        }
        if (lines[0].startsWith("|")) {
            const row = (line, cell) => `<tr>${line.split("|").slice(1, -1).map(each => `<${cell}>${each}</${cell}>`).join("")}</tr>`;
            return `<table>${row(lines[0], "th")}${lines.slice(2).map(line => row(line, "td")).join("")}</table>`;
        }
        return `<p>${lines.join(" ")}</p>`;
    }).join("");
}

function table(body, panel, frame) {
    const head = element(element(body, "table"), "tr");
    const settings = frame.columns.map(column => settingsOf(panel, column));
    const numeric = frame.columns.map((column, at) => settings[at]["custom.cellOptions"]?.type !== "gauge"
        && frame.rows.some(row => typeof row[at] === "number"));
    frame.columns.forEach((column, at) => {
        const cell = element(head, "th", numeric[at] ? "number" : "", settings[at].displayName ?? column);
        if (settings[at]["custom.width"]) {
            cell.style.width = `${settings[at]["custom.width"] - 12}px`;
        }
    });
    const most = frame.columns.map((column, at) => Math.max(...frame.rows.map(row => row[at] ?? 0)));
    const highest = Math.max(...most.filter((value, at) => settings[at].color?.mode === "continuous-blues"));
    for (const row of frame.rows) {
        const line = element(head.parentNode, "tr");
        row.forEach((value, at) => {
            const own = settings[at];
            const look = own["custom.cellOptions"]?.type;
            const cell = element(line, "td", numeric[at] ? "number" : "", shown(value, own));
            if (look === "gauge") {
                cell.className = "";
            }
            if (look === "gauge" && value !== null) {
                const bar = cell.insertBefore(document.createElement("span"), cell.firstChild);
                bar.className = "gauge";
                bar.style.width = `${Math.round(60 * value / (own.max ?? most[at]))}px`;
            } else if (look === "color-background" && own.mappings && value !== null) {
                const ground = mapped(own, value)?.color;
                if (!ground && value !== own.noValue) {
                    throw new Error(`${panel.title}: no colour for ${value}`);
                }
                if (ground !== "transparent") {
                    Object.assign(cell.style, {background: ground, color: dark(ground) ? "#fff" : "#181b1f"});
                }
            } else if (look === "color-background" && value !== null) {
                cell.style.background = `rgba(50, 116, 217, ${0.08 + 0.75 * value / highest})`;
            }
        });
    }
    if (head.parentNode.offsetHeight > body.clientHeight + 2) {
        console.log(`cut: ${panel.title}: ${head.parentNode.offsetHeight} of ${body.clientHeight} px`);
    }
}

function stats(body, panel, frame) {
    body.classList.add("stats");
    frame.columns.forEach((column, at) => {
        const settings = settingsOf(panel, column);
        const box = element(body, "div");
        element(box, "span", "", settings.displayName ?? column);
        const value = element(box, "b", "", shown(frame.rows[0][at], settings));
        value.style.fontSize = `${panel.options.text?.valueSize ?? (frame.rows[0][at] === null ? 13 : 30)}px`;
    });
}

/** Lines as [name, [[time, value], …]], whether the rows are wide or hold the name in the column `metric`. */
function linesOf(frames) {
    const lines = new Map();
    for (const {columns, rows} of frames) {
        const time = columns.indexOf("time");
        const metric = columns.indexOf("metric");
        for (const row of rows) {
            columns.forEach((column, at) => {
                if (at !== time && at !== metric) {
                    const name = metric < 0 ? column : row[metric];
                    lines.set(name, [...(lines.get(name) ?? []), [row[time], row[at]]]);
                }
            });
        }
    }
    return lines;
}

const AXIS = {axisLabel: {color: themed("--quiet"), fontSize: 11}, splitLine: {lineStyle: {color: themed("--rule")}}};

function legend(names) {
    return {bottom: 0, left: 0, icon: "roundRect", itemWidth: 14, itemHeight: 4, textStyle: {fontSize: 11, color: themed("--text")}, data: names, padding: 0};
}

function timeSeries(body, panel, frames, range) {
    const lines = linesOf(frames);
    const high = lines.get("high");
    const series = [];
    const named = [];
    [...lines].forEach(([name, points], index) => {
        const settings = settingsOf(panel, name);
        const shownName = settings.displayName ?? name;
        const bars = settings["custom.drawStyle"] === "bars";
        const line = {
            name: shownName, type: bars ? "bar" : "line", data: points, silent: true, animation: false, connectNulls: false,
            symbol: settings["custom.showPoints"] === "never" || points.length > 60 ? "none" : "circle", symbolSize: 5,
            lineStyle: {width: settings["custom.lineWidth"], type: settings["custom.lineStyle"]?.fill === "dash" ? "dashed" : "solid"},
            itemStyle: {color: colourOf(settings, PALETTE[index % PALETTE.length])},
        };
        if (settings["custom.stacking"]?.mode === "normal") {
            line.stack = "all";
        }
        if (name === "low" && high) {
            Object.assign(line, {stack: "band", lineStyle: {opacity: 0}, symbol: "none"});
        } else if (name === "high") {
            const low = lines.get("low");
            Object.assign(line, {
                data: points.map(([time, value], at) => [time, value === null ? null : value - low[at][1]]), stack: "band",
                lineStyle: {opacity: 0}, symbol: "none", areaStyle: {opacity: settings["custom.fillOpacity"] / 100},
            });
        } else {
            named.push(shownName);
        }
        series.push(line);
    });
    const unit = settingsOf(panel, "");
    const mostOf = panel.type === "timeseries" && Math.max(...frames.flatMap(frame => frame.rows.flatMap(row => row.slice(1)))
        .filter(value => typeof value === "number"));
    if (mostOf === 0) {
        unit.max ??= 1;
    }
    echarts.init(body, null, {renderer: "canvas"}).setOption({
        animation: false, series, legend: legend(named), grid: {left: 4, right: 12, top: 10, bottom: 26, containLabel: true},
        xAxis: {type: "time", min: range.from, max: range.to, ...AXIS, splitLine: {show: false}},
        yAxis: {type: "value", min: unit["custom.axisSoftMin"] ?? unit.min, max: unit.max, ...AXIS,
            axisLabel: {...AXIS.axisLabel, formatter: value => shown(value, unit)}},
    });
}

function barChart(body, panel, frame) {
    const label = frame.columns.indexOf(panel.options.xField);
    const rows = [...frame.rows].reverse();
    const values = frame.columns.filter((column, at) => at !== label);
    echarts.init(body, null, {renderer: "canvas"}).setOption({
        animation: false, legend: legend(values), grid: {left: 4, right: 16, top: 6, bottom: 26, containLabel: true},
        xAxis: {type: "value", min: 0, max: 1, ...AXIS, axisLabel: {...AXIS.axisLabel, formatter: value => `${Math.round(value * 100)}%`}},
        yAxis: {type: "category", data: rows.map(row => shown(row[label], settingsOf(panel, frame.columns[label]))), ...AXIS},
        series: values.map(column => ({
            name: column, type: "bar", stack: "all", animation: false, data: rows.map(row => row[frame.columns.indexOf(column)]),
            itemStyle: {color: colourOf(settingsOf(panel, column), "#5794f2"), opacity: 0.85},
            label: {show: true, fontSize: 11, formatter: ({value}) => value < 0.08 ? "" : shown(value, settingsOf(panel, column))},
        })),
    });
}

function draw(panel) {
    const {x, y, w, h} = panel.gridPos;
    const section = element(document.querySelector("main"), "section");
    Object.assign(section.style, {
        left: `${x * CELL.width + CELL.gap}px`, top: `${y * CELL.height}px`,
        width: `${w * CELL.width - 2 * CELL.gap}px`, height: `${h * CELL.height - 2 * CELL.gap}px`,
    });
    const title = element(section, "h2", "", panel.title);
    if (panel.timeFrom) {
        element(title, "span", "", `Last ${panel.timeFrom}`);
    }
    const body = element(section, "div", "body");
    if (panel.type === "text") {
        markdown(body, panel.options.content);
        if (body.scrollHeight > body.clientHeight + 2) {
            console.log(`cut: ${panel.title}`);
        }
        return;
    }
    const first = panel.frames[0];
    if (panel.frames.every(frame => frame.rows.length === 0)) {
        body.classList.add("empty");
        body.textContent = panel.fieldConfig.defaults.noValue;
        console.log(`empty: ${panel.title}`);
    } else if (panel.type === "table") {
        table(body, panel, first);
    } else if (panel.type === "stat") {
        stats(body, panel, first);
    } else if (panel.type === "timeseries") {
        timeSeries(body, panel, panel.frames, panel.range);
    } else if (panel.type === "barchart") {
        barChart(body, panel, first);
    } else {
        throw new Error(`panel ${panel.type}`);
    }
}

document.querySelector("h1").textContent = BOARD.title;
document.querySelector(".where").textContent = BOARD.where;
document.querySelector("main").style.height = `${Math.max(...BOARD.panels.map(({gridPos}) => gridPos.y + gridPos.h)) * CELL.height}px`;
BOARD.panels.forEach(draw);
