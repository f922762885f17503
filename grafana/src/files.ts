import type {Dashboard} from "@grafana/grafana-foundation-sdk/dashboard";
import {acquisition} from "./boards/acquisition.js";
import {audience} from "./boards/audience.js";
import {clicks} from "./boards/clicks.js";
import {content} from "./boards/content.js";
import {internal} from "./boards/internal.js";
import {overview} from "./boards/overview.js";
import {performance} from "./boards/performance.js";
import {privacy} from "./boards/privacy.js";

/** Folders carry Grafana's permissions: whoever may see the statistics need not see the internal board. */
const FOLDERS: Record<string, Dashboard[]> = {
    "Lethe": [overview, acquisition, content, clicks, audience, performance, privacy],
    "Lethe internal": [internal],
};

/** Every board by its path below `grafana/dashboards`, as it is committed: keys in one order, so that a change is a small diff. */
export function files(): Map<string, string> {
    const all = new Map<string, string>();
    for (const [folder, boards] of Object.entries(FOLDERS)) {
        for (const board of boards) {
            all.set(`${folder}/${board.uid}.json`, `${JSON.stringify(sorted(board), undefined, 2)}\n`);
        }
    }
    return all;
}

function sorted(value: unknown): unknown {
    if (Array.isArray(value)) {
        return value.map(sorted);
    }
    if (typeof value === "object" && value !== null) {
        return Object.fromEntries(Object.entries(value)
            .filter(([, content]) => content !== undefined)
            .sort(([one], [other]) => (one < other ? -1 : 1))
            .map(([name, content]) => [name, sorted(content)]));
    }
    return value;
}
