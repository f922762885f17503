/**
 * Writes names.json again: the English names of the countries and languages whose codes the collector knows, by the Unicode CLDR that
 * Node carries. Committed, so that a board does not change with the Node that builds it: `node src/names.mjs`.
 */
import {readFileSync, writeFileSync} from "node:fs";
import {join} from "node:path";

const FILE = join(import.meta.dirname, "names.json");
const known = JSON.parse(readFileSync(FILE, "utf8"));

function named(type, codes) {
    const names = new Intl.DisplayNames("en", {type, fallback: "code"});
    return Object.fromEntries(codes.map(code => [code, names.of(code)]));
}

const names = {
    countries: named("region", Object.keys(known.countries)),
    languages: named("language", Object.keys(known.languages)),
};
writeFileSync(FILE, `${JSON.stringify(names, undefined, 2)}\n`);
