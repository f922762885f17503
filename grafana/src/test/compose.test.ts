import assert from "node:assert/strict";
import {readFileSync} from "node:fs";
import {join} from "node:path";
import {test} from "node:test";
import {Ajv} from "ajv";
import {parse} from "yaml";

const root = join(import.meta.dirname, "..", "..");

interface Compose {
    services: Record<string, Record<string, unknown>>;
}

function compose(): Compose {
    return parse(readFileSync(join(root, "compose.yaml"), "utf8"), {merge: true});
}

/** The schema that the Compose Specification publishes, in the copy of the package dclint. */
function complaints(file: unknown): string[] {
    const {$schema: _, ...schema} = JSON.parse(
        readFileSync(join(root, "node_modules", "dclint", "schemas", "compose.schema.json"), "utf8"));
    const validate = new Ajv({allErrors: true, strict: false, validateFormats: false}).compile(schema);
    return validate(file) ? [] : (validate.errors ?? []).map(error => `${error.instancePath} ${error.message}`);
}

test("compose.yaml is what the Compose Specification asks for", () => {
    assert.deepEqual(complaints(compose()), []);
});

test("the schema notices a misspelt key, a port that is none and a secret without a source", () => {
    const misspelt = compose();
    misspelt.services["lethe"]!["volume"] = [];
    assert.notDeepEqual(complaints(misspelt), []);
    const port = compose();
    port.services["grafana"]!["ports"] = [true];
    assert.notDeepEqual(complaints(port), []);
    assert.notDeepEqual(complaints({...compose(), secrets: {one: "plain"}}), []);
});
