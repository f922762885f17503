import assert from "node:assert/strict";
import {readdirSync, readFileSync} from "node:fs";
import {join} from "node:path";
import {test} from "node:test";
import ts from "typescript";
import {files} from "../files.js";

const root = join(import.meta.dirname, "..", "..");
const committed = join(root, "dashboards");

test("the committed boards are those that the code makes", () => {
    const made = files();
    const found = readdirSync(committed, {recursive: true, encoding: "utf8"}).filter(name => name.endsWith(".json")).sort();
    assert.deepEqual(found, [...made.keys()].sort());
    for (const [path, content] of made) {
        assert.ok(readFileSync(join(committed, path), "utf8") === content, `${path} is not what the code makes: npm run build`);
    }
});

/** What is wrong with a text, by the compiler and Grafana's own types. */
function complaints(source: string): string[] {
    const name = join(root, "src", "checked.ts");
    const options: ts.CompilerOptions = {
        module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, strict: true, noEmit: true, skipLibCheck: true, types: [],
    };
    const host = ts.createCompilerHost(options);
    const read = host.getSourceFile.bind(host);
    host.getSourceFile = (file, ...rest) =>
        file === name ? ts.createSourceFile(file, source, ts.ScriptTarget.ES2022) : read(file, ...rest);
    host.fileExists = file => file === name || ts.sys.fileExists(file);
    const program = ts.createProgram([name], options, host);
    return [...new Set(ts.getPreEmitDiagnostics(program).map(each => ts.flattenDiagnosticMessageText(each.messageText, "\n")))];
}

const PLAIN = `import type {Dashboard, Panel, TableFieldOptions, GraphFieldConfig} from "@grafana/schema";
/** JSON knows no enums: their members stand as texts. */
type Plain<T> = T extends string ? \`\${T}\` : T extends number | boolean | null | undefined ? T
    : T extends (infer E)[] ? Plain<E>[] : T extends object ? {[K in keyof T]: Plain<T[K]>} : T;
`;

test("every board is a dashboard, and every panel a panel, to Grafana's own types", () => {
    let source = PLAIN;
    let number = 0;
    for (const content of files().values()) {
        const {panels, templating, annotations, ...rest} = JSON.parse(content);
        source += `const board${++number}: Plain<Omit<Dashboard, "panels" | "templating" | "annotations">> = ${JSON.stringify(rest)};\n`;
        for (const variable of templating?.list ?? []) {
            source += `const variable${++number}: Plain<NonNullable<NonNullable<Dashboard["templating"]>["list"]>[number]> = `
                + `${JSON.stringify(variable)};\n`;
        }
        for (const annotation of annotations?.list ?? []) {
            // The type knows only the target of Grafana's own annotations.
            source += `const annotation${++number}: Plain<Omit<NonNullable<NonNullable<Dashboard["annotations"]>["list"]>[number], "target">> `
                + `= ${JSON.stringify({...annotation, target: undefined})};\n`;
        }
        for (const panel of panels) {
            source += `const panel${++number}: Plain<Panel> = ${JSON.stringify(panel)};\n`;
            const custom = {timeseries: "GraphFieldConfig", table: "Partial<TableFieldOptions>"}[panel.type as string];
            if (custom !== undefined) {
                source += `const custom${++number}: Plain<${custom}> = ${JSON.stringify(panel.fieldConfig.defaults.custom ?? {})};\n`;
            }
        }
    }
    assert.deepEqual(complaints(source), []);
});

test("the types notice a board that is none", () => {
    assert.notDeepEqual(complaints(`${PLAIN}const panel: Plain<Panel> = {type: "table", gridPos: {x: "left", y: 0, w: 1, h: 1}};`), []);
    assert.notDeepEqual(complaints(`${PLAIN}const custom: Plain<GraphFieldConfig> = {drawStyle: "wave"};`), []);
});
