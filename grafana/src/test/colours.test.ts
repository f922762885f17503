import assert from "node:assert/strict";
import {test} from "node:test";
import {LINES, RATINGS} from "../colours.js";

type Triple = [number, number, number];

/** How eyes without one kind of cone see, as Machado, Oliveira and Fernandes (2009) model it, on linear light. */
const EYES: Record<string, Triple[]> = {
    usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]],
    protanope: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    deuteranope: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    tritanope: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

/** Grafana's panels, light and dark. */
const GROUNDS = ["#ffffff", "#181b1f"];

function linear(hex: string): Triple {
    const channel = (at: number) => {
        const value = parseInt(hex.slice(at, at + 2), 16) / 255;
        return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    };
    return [channel(1), channel(3), channel(5)];
}

function seen([r, g, b]: Triple, eye: Triple[]): Triple {
    return eye.map(row => Math.min(1, Math.max(0, row[0] * r + row[1] * g + row[2] * b))) as Triple;
}

function brightness([r, g, b]: Triple): number {
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** As WCAG 2.2 defines it; 3 is enough for what is not text. */
function contrast(one: string, other: string): number {
    const [low, high] = [brightness(linear(one)), brightness(linear(other))].sort((a, b) => a - b) as [number, number];
    return (high + 0.05) / (low + 0.05);
}

function lab([r, g, b]: Triple): Triple {
    const root = (t: number) => t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116;
    const x = root((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
    const y = root(brightness([r, g, b]));
    const z = root((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

function nearest(colours: readonly string[], eye: Triple[]): number {
    const places = colours.map(colour => lab(seen(linear(colour), eye)));
    return Math.min(...places.flatMap((one, at) => places.slice(0, at).map(other => Math.hypot(
        one[0] - other[0], one[1] - other[1], one[2] - other[2]))));
}

test("lines and ratings stand out of the light and of the dark ground", () => {
    for (const colour of [...LINES, ...Object.values(RATINGS)]) {
        for (const ground of GROUNDS) {
            assert.ok(contrast(colour, ground) >= 3, `${colour} on ${ground}: ${contrast(colour, ground)}`);
        }
    }
});

test("no two lines and no two ratings look alike, whatever kind of cone an eye lacks", () => {
    for (const [name, eye] of Object.entries(EYES)) {
        assert.ok(nearest(LINES, eye) > 15, `${name}: ${nearest(LINES, eye)}`);
        assert.ok(nearest(Object.values(RATINGS), eye) > 30, `${name}: ${nearest(Object.values(RATINGS), eye)}`);
    }
    assert.ok(nearest(["#56a64b", "#e02f44"], EYES["deuteranope"]!) < nearest(Object.values(RATINGS), EYES["deuteranope"]!));
});
