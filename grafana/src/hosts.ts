import {readFileSync} from "node:fs";
import {join} from "node:path";

const LIST = join(import.meta.dirname, "..", "..", "src", "main", "resources", "dev", "lethe", "classify", "channels.txt");

/** The hosts that the collector takes for AI assistants: its own list, so that board and collector agree. */
export const AI_HOSTS = readFileSync(LIST, "utf8")
    .split("\n")
    .filter(line => line.startsWith("ai_assistant "))
    .map(line => line.slice("ai_assistant ".length).trim());
