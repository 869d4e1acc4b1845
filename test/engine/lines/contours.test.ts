/** Styles that draw the contours of all they have, of lines too: how they are told, and what lines and fills become in them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawnInLines } from "../../../server/engine/lines/drawn-in-lines.ts";
import { filledEvenOdd } from "../../../server/engine/lines/even-odd.ts";
import { channelsOfHex } from "../../../server/engine/pixels/hex-colour.ts";
import { drawLayers } from "../../../server/engine/pixels/layered-image.ts";
import { styleInkOf } from "../../../server/engine/pixels/style-ink.ts";
import { usualInk } from "../../../server/engine/pixels/usual-ink.ts";
import { box, disc, drawn, type Layer, pixels, ring, sizePx } from "../drawn-layers.ts";

const ink = channelsOfHex(usualInk);
const linePx = 2;
type Inside = Layer[0];
const alphasOf = ({ planes }: { readonly planes: Float32Array }): Float32Array => planes.subarray(3 * pixels);
/** The contour of a shape, inside of it. */
const contour =
  (shape: Inside): Inside =>
  (x, y) =>
    linePx / 2 - Math.abs(shape(x, y) - linePx / 2);
const rings = [12, 15, 18, 20].map((radius) => drawn([contour(ring(radius, 9)), ink]));
const bars = [10, 14, 18, 22].map((half) => drawn([contour(box(32 - half, 28, 32 + half, 37)), ink]));
const discs = [14, 20].map((radius) => drawn([contour(disc(radius)), ink]));
const open = [10, 14, 18, 22].map((half) => drawn([box(32 - half, 31, 32 + half, 33), ink]));
const known = new Float32Array(pixels).fill(1);

test("what an odd number of lines encloses is filled; lines alone enclose nothing", () => {
  const filled = filledEvenOdd(alphasOf(rings[2]!), sizePx, linePx)!;
  const [middle, between, outside] = [32 * sizePx + 32, 32 * sizePx + 32 + 18, 32 * sizePx + 62];
  assert.deepEqual([filled[middle], filled[between], filled[outside]], [0, 1, 0]);
  assert.equal(filledEvenOdd(alphasOf(open[0]!), sizePx, linePx), undefined);
  const nested = drawn([ring(26, linePx), ink], [ring(18, linePx), ink], [ring(10, linePx), ink]);
  const evenOdd = filledEvenOdd(alphasOf(nested), sizePx, linePx)!;
  const across = [22, 14, 0].map((right) => evenOdd[32 * sizePx + 32 + right]);
  assert.deepEqual(across, [1, 0, 1]);
});

test("a style of contours has tubes of their width, one with plain lines or of outlines alone has none", () => {
  const { lines } = styleInkOf([...rings, ...bars, ...discs]);
  assert.ok(lines?.isAll && Math.abs(lines.width! * sizePx - linePx) < 0.8);
  assert.ok(Math.abs(lines.tube! * sizePx - 9) < 1.2, `${lines.tube! * sizePx}`);
  assert.equal(lines.areTubes, true);
  assert.equal(styleInkOf([...rings, ...open, ...bars]).lines?.tube, undefined);
  assert.equal(styleInkOf([...discs, ...discs, ...discs]).lines?.tube, undefined);
});

test("in it a line becomes two along its edges and a fill its outline, whatever the flow's answer is", async () => {
  const style = styleInkOf([...rings, ...bars, ...discs]).lines!;
  const answer = async (): Promise<Float32Array> => assert.fail("the answer is not needed");
  const made = async (shape: Inside): Promise<Float32Array> => {
    const layers = await drawnInLines({ planes: drawn([shape, ink]).planes, known }, sizePx, style, answer);
    return drawLayers(layers!, 1).subarray(3 * pixels);
  };
  const line = await made(ring(18, 5));
  /** Changes between ink and none along the row through the middle, to the right of it. */
  const edgesOf = (alphas: Float32Array): number => {
    const row = Array.from({ length: 32 }, (_, x) => Number(alphas[32 * sizePx + 32 + x]! >= 0.5));
    return row.filter((value, x) => x > 0 && value !== row[x - 1]).length;
  };
  assert.equal(edgesOf(line), 4);
  assert.ok(line[32 * sizePx + 32 + 18]! < 0.1 && line[32 * sizePx + 32]! < 0.1);
  const fill = await made(disc(20));
  assert.equal(edgesOf(fill), 2);
  assert.ok(fill[32 * sizePx + 32]! < 0.1 && fill[32 * sizePx + 32 + 19]! > 0.6);
});
