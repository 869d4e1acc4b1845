/** What a drawing shows is not lost in a style of outlines and fills: outlines stay where most of the style's drawings are such, and tints are not ink. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { drawnInLines } from "../../../server/engine/lines/drawn-in-lines.ts";
import { linesOfStyle } from "../../../server/engine/lines/line-width.ts";
import { drawLayers } from "../../../server/engine/pixels/layered-image.ts";

const sizePx = 64;
type Inside = (x: number, y: number) => number;

const alphasOf = (inside: Inside): Float32Array =>
  Float32Array.from({ length: sizePx ** 2 }, (_, at) =>
    Math.min(1, Math.max(0, 0.5 + inside((at % sizePx) + 0.5, Math.floor(at / sizePx) + 0.5))),
  );
const ring =
  (radius: number, width: number): Inside =>
  (x, y) =>
    width / 2 - Math.abs(Math.hypot(x - 32, y - 32) - radius);
const disc =
  (radius: number): Inside =>
  (x, y) =>
    radius - Math.hypot(x - 32, y - 32);

/** A picture of the usual ink, premultiplied. */
const pictureOf = (alphas: Float32Array): Float32Array =>
  Float32Array.from({ length: 4 * alphas.length }, (_, at) => {
    const alpha = alphas[at % alphas.length]!;
    return at < 3 * alphas.length ? 0.13 * alpha : alpha;
  });
const shown = (alphas: Float32Array) => ({ planes: pictureOf(alphas), known: new Float32Array(sizePx ** 2).fill(1) });
const styleOf = (shapes: readonly Inside[]) =>
  linesOfStyle(shapes.map((shape) => ({ alphas: alphasOf(shape), sizePx })));
const middleOf = async (image: Awaited<ReturnType<typeof drawnInLines>>): Promise<number> =>
  drawLayers(image!, 1)[3 * sizePx ** 2 + 32 * sizePx + 32]!;

const outlines = [14, 17, 20, 22, 24].map((radius) => ring(radius, 4));
const fills = [12, 18, 24].map((radius) => disc(radius));
const open = [16, 20].map(
  (half): Inside =>
    (x, y) =>
      2 - Math.max(Math.abs(y - 32), Math.abs(x - 32) - half),
);

it("most drawings of a style are outlines, or few are", () => {
  const mixed = styleOf([...outlines, ...fills])!;
  assert.ok(!mixed.isAll && Math.abs(mixed.outlinedShare! - 5 / 8) < 1e-9);
  assert.equal(styleOf([...fills, ...fills, ...outlines.slice(3)])!.outlinedShare, undefined);
  const uneven = styleOf([3, 4, 5, 6, 7, 8, 9].map((broad) => ring(18, broad)).concat(fills))!;
  assert.ok(uneven.width === undefined && uneven.outlinedShare! > 0.6, "outlines of several widths");
  // Lines that enclose nothing are no outlines.
  assert.equal(styleOf([...open, ...open, ...fills])!.outlinedShare, undefined);
});

it("an outline stays one where most drawings of the style are, and is what the answer says elsewhere", async () => {
  const drawing = shown(alphasOf(ring(20, 4)));
  const never = async (): Promise<Float32Array> => assert.fail("the flow was asked");
  const solid = async (): Promise<Float32Array> => pictureOf(alphasOf(disc(22)));
  const lines = { isAll: false, width: 4 / sizePx };
  assert.ok((await middleOf(await drawnInLines(drawing, sizePx, { ...lines, outlinedShare: 0.7 }, never))) < 0.01);
  assert.ok((await middleOf(await drawnInLines(drawing, sizePx, lines, solid))) > 0.99);
  assert.ok((await middleOf(await drawnInLines(drawing, sizePx, { ...lines, outlinedShare: 0.4 }, solid))) > 0.99);
  const filled = shown(alphasOf(disc(20)));
  assert.ok((await middleOf(await drawnInLines(filled, sizePx, { ...lines, outlinedShare: 0.7 }, solid))) > 0.99);
});

it("what has a tint is filled where the answer has ink, and not for its tint", async () => {
  const ringed = alphasOf(ring(20, 4));
  const tinted = shown(ringed.map((alpha, at) => Math.max(alpha, 0.3 * alphasOf(disc(20))[at]!)));
  const lines = { isAll: false, width: 4 / sizePx };
  const faint = async (): Promise<Float32Array> =>
    pictureOf(ringed.map((alpha, at) => Math.max(alpha, 0.3 * alphasOf(disc(20))[at]!)));
  const solid = async (): Promise<Float32Array> => pictureOf(alphasOf(disc(22)));
  assert.ok((await middleOf(await drawnInLines(tinted, sizePx, lines, faint))) < 0.01);
  assert.ok((await middleOf(await drawnInLines(tinted, sizePx, lines, solid))) > 0.99);
});
