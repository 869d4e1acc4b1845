/** Areas as large as each other are filled together, others each by itself; a tint of any digits is drawn. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnInLines } from "../../../../server/engine/lines/drawn-in-lines.ts";
import { alikeMeans } from "../../../../server/engine/lines/enclosed/alike-areas.ts";
import type { StyleLines } from "../../../../server/engine/lines/line-width.ts";
import { drawLayers } from "../../../../server/engine/pixels/layered-image.ts";

const sidePx = 60;
/** Labels of rectangles: left, top, width, height. */
function labelled(boxes: readonly (readonly [number, number, number, number])[]): Uint16Array {
  const labels = new Uint16Array(sidePx ** 2);
  for (const [at, [left, top, width, height]] of boxes.entries())
    for (let y = top; y < top + height; y += 1)
      for (let x = left; x < left + width; x += 1) labels[y * sidePx + x] = at + 1;
  return labels;
}

test("areas that are alike have one mean, others their own", () => {
  const areas = labelled([
    [0, 0, 60, 5],
    [2, 10, 20, 20],
    [30, 10, 20, 21],
    [2, 40, 20, 10],
    [30, 40, 10, 19],
  ]);
  const means = alikeMeans(areas, [0, 0.1, 0.9, 0.4, 0.3, 0.7], sidePx);
  assert.deepEqual(
    means.map((mean) => Math.round(100 * mean)),
    [0, 10, 65, 65, 30, 70],
  );
});

const size = 128;
const middles = [36, 92];
const away = (x: number, y: number, left: number): number => Math.hypot(x - left, y - 64);
const ringsAt = (x: number, y: number): number =>
  Math.max(...middles.map((left) => Math.min(1, Math.max(0, 4 - Math.abs(away(x, y, left) - 18)))));

function picture(alphaAt: (x: number, y: number) => number): Float32Array {
  const planes = new Float32Array(4 * size ** 2);
  const ink = [33 / 255, 37 / 255, 41 / 255, 1];
  for (let at = 0; at < size ** 2; at += 1) {
    const alpha = alphaAt((at % size) + 0.5, Math.floor(at / size) + 0.5);
    for (const [channel, value] of ink.entries()) planes[channel * size ** 2 + at] = alpha * value;
  }
  return planes;
}

/** Alphas in the middles of two rings. @param fills alphas of the discs in the flow's answer */
async function filledFrom(fills: readonly number[], lines: StyleLines): Promise<number[]> {
  const answer = picture((x, y) =>
    Math.max(ringsAt(x, y), ...middles.map((left, at) => (away(x, y, left) < 20 ? fills[at]! : 0))),
  );
  const drawing = { planes: picture(ringsAt), known: new Float32Array(64).fill(1) };
  const layers = await drawnInLines(drawing, size, lines, async () => answer);
  assert.ok(layers, "a style of fills has the drawing's own edges");
  const alphas = drawLayers(layers, 1).subarray(3 * size ** 2);
  return middles.map((left) => Math.round(10 * alphas[64 * size + left]!) / 10);
}

test("two wheels are filled together where the answer fills one of them and half of the other", async () => {
  const style = { isAll: false, width: 0.06 };
  assert.deepEqual(await filledFrom([1, 0.45], style), [1, 1]);
  assert.deepEqual(await filledFrom([0.5, 0.1], style), [0, 0]);
});

test("a tint of four digits, as manifests have it, is drawn, in one of two wheels too", async () => {
  const style = { isAll: false, width: 0.06, tint: 0.502 };
  assert.deepEqual(await filledFrom([0.5, 0.5], style), [0.5, 0.5]);
  assert.deepEqual(await filledFrom([0.5, 0], style), [0.5, 0]);
});
