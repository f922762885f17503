/** Writes the boards as JSON, one file each, in the folder in which Grafana shows them. */
import {mkdirSync, writeFileSync} from "node:fs";
import {dirname, join} from "node:path";
import {files} from "./files.js";

const root = join(import.meta.dirname, "..", "dashboards");
for (const [path, content] of files()) {
    const file = join(root, path);
    mkdirSync(dirname(file), {recursive: true});
    writeFileSync(file, content);
}
