/** Edges that an answer has from the drawing are as exact as the drawing's pixels, at their size and enlarged. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { drawnInLines, type WantedLines } from "../../../server/engine/lines/drawn-in-lines.ts";
import { exactInside, withOwnEdges } from "../../../server/engine/lines/own-edge.ts";
import { outlinesOf } from "../../../server/engine/outlines/contours.ts";
import { drawLayers } from "../../../server/engine/pixels/layered-image.ts";
import { disc, type Inside, joined, ring, sizePx, stroke } from "./drawn-shapes.ts";

/** Shares of pixels that are ink, of a picture `factor` times as large, [factor · sizePx, factor · sizePx]. */
function coverOf(inside: Inside, factor = 1): Float32Array {
  const [side, parts] = [factor * sizePx, 4];
  return Float32Array.from({ length: side ** 2 }, (_, at) => {
    let inked = 0;
    for (let part = 0; part < parts ** 2; part += 1) {
      const x = ((at % side) + ((part % parts) + 0.5) / parts) / factor;
      const y = (Math.floor(at / side) + (Math.floor(part / parts) + 0.5) / parts) / factor;
      if (inside(x, y) > 0) inked += 1;
    }
    return inked / parts ** 2;
  });
}

async function drawnAs(alphas: Float32Array, lines: WantedLines, answer?: Float32Array, factor = 1) {
  const planes = new Float32Array(4 * sizePx ** 2);
  planes.set(alphas, 3 * sizePx ** 2);
  const known = new Float32Array(16).fill(1);
  const layers = await drawnInLines({ planes, known }, sizePx, lines, async () => {
    const answered = new Float32Array(4 * sizePx ** 2);
    answered.set(answer ?? assert.fail("no answer is needed"), 3 * sizePx ** 2);
    return answered;
  });
  return drawLayers(layers!, factor).subarray(3 * (factor * sizePx) ** 2);
}

const rms = (one: Float32Array, other: Float32Array): number =>
  Math.sqrt(one.reduce((sum, value, at) => sum + (value - other[at]!) ** 2, 0) / one.length);
const worst = (one: Float32Array, other: Float32Array): number =>
  one.reduce((most, value, at) => Math.max(most, Math.abs(value - other[at]!)), 0);

const width = 5 / sizePx;
const shapes: Readonly<Record<string, Inside>> = {
  ring: ring(22.3, 5),
  slanted: joined(stroke(10, 12, 54, 31, 5), stroke(10, 50, 54, 45, 5)),
  aligned: joined(stroke(10, 20.5, 54, 20.5, 5), stroke(12.5, 30, 12.5, 56, 5)),
};

for (const [name, inside] of Object.entries(shapes))
  it(`lines that have the width of the style keep every pixel: ${name}`, async () => {
    const alphas = coverOf(inside);
    const lines = { width, widths: [width, width, width], isAll: true };
    assert.ok(worst(await drawnAs(alphas, lines), alphas) < 0.03);
    const large = rms(await drawnAs(alphas, lines, undefined, 4), coverOf(inside, 4));
    assert.ok(large < 0.052, `enlarged: ${large}`);
  });

it("what is filled beside lines, and the outline of a fill, keep the edges of the drawing", async () => {
  const outline = coverOf(ring(22.3, 5));
  const whole = coverOf(disc(24.8));
  const filled = await drawnAs(outline, { width, widths: [width, width], isAll: false }, whole);
  assert.ok(worst(filled, whole) < 0.03, "filled");
  const hollow = await drawnAs(whole, { width, isAll: true }, outline);
  const outer = (_: number, at: number): boolean =>
    Math.hypot((at % sizePx) + 0.5 - 32, Math.floor(at / sizePx) + 0.5 - 32) > 23;
  assert.ok(worst(hollow.filter(outer), outline.filter(outer)) < 0.03, "outlined");
});

it("a line that becomes a gap in a fill keeps its edges", async () => {
  const line = stroke(12, 24, 52, 41, 5);
  const lines = coverOf(joined(ring(22.3, 5), line));
  const gap = coverOf((x, y) => Math.max(ring(22.3, 5)(x, y), Math.min(disc(24.8)(x, y), -line(x, y))));
  const drawn = await drawnAs(lines, { width, widths: [width, width], isAll: false }, gap);
  const within = (_: number, at: number): boolean =>
    Math.hypot((at % sizePx) + 0.5 - 32, Math.floor(at / sizePx) + 0.5 - 32) < 17;
  assert.ok(worst(drawn.filter(within), gap.filter(within)) < 0.03);
});

it("lines keep their edges where the tint beside them is left out, beside it and beside nothing", async () => {
  const [outline, whole] = [coverOf(ring(22.3, 5)), coverOf(disc(22))];
  const tinted = outline.map((line, at) => line + (1 - line) * 0.2 * whole[at]!);
  const drawn = await drawnAs(tinted, { width, widths: [width, width], isAll: true });
  assert.ok(worst(drawn, outline) < 0.03);
});

it("an edge that was moved stays where it was moved to", () => {
  const [own, alphas] = [Float32Array.from([-1.3, -0.3, 0.7]), Float32Array.from([0, 0.2, 1])];
  const moved = Float32Array.from([-1.1, -0.1, 0.9]);
  const exact = exactInside(own, alphas);
  assert.deepEqual(withOwnEdges(moved, own, exact), moved);
  assert.ok(withOwnEdges(own, own, exact)[1]! > -0.29);
});

/** How unevenly a circle around (32, 32) is drawn: standard deviation of how far the edge lies from it, in pixels. */
function unevenness(alphas: Float32Array, factor: number): number {
  const side = factor * sizePx;
  const [outline] = outlinesOf(alphas, side).sort((one, other) => other.length - one.length);
  const radii = Array.from({ length: outline!.length / 2 }, (_, at) =>
    Math.hypot(outline![2 * at]! / factor - 32, outline![2 * at + 1]! / factor - 32),
  );
  const mean = radii.reduce((sum, radius) => sum + radius, 0) / radii.length;
  return Math.sqrt(radii.reduce((sum, radius) => sum + (radius - mean) ** 2, 0) / radii.length);
}

for (const wanted of [3.7, 6.4])
  it(`circles stay round where lines get another width: ${wanted} px, and where they are filled`, async () => {
    const outline = coverOf(ring(22.3, 5));
    const thin = await drawnAs(outline, { width: wanted / sizePx, isAll: true }, undefined, 4);
    const filled = await drawnAs(outline, { width: wanted / sizePx, isAll: false }, coverOf(disc(24)), 4);
    for (const alphas of [thin, filled]) assert.ok(unevenness(alphas, 4) < 0.05, `${unevenness(alphas, 4)}`);
  });
