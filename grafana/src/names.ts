import {readFileSync} from "node:fs";
import {join} from "node:path";

interface Names {
    countries: Record<string, string>;
    languages: Record<string, string>;
}

const READ: Names = JSON.parse(readFileSync(join(import.meta.dirname, "..", "src", "names.json"), "utf8"));

/** English names of the countries and languages that the collector tells by their codes. */
export const COUNTRIES = READ.countries;
export const LANGUAGES = READ.languages;
