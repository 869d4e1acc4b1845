/** Flat drawings of two colours keep their silhouette: their tint gets a line, or lines in it are gaps; shadows, glows and tints within lines get none. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { drawnInLines } from "../../../server/engine/lines/drawn-in-lines.ts";
import { openTintAsFill, openTintInLines } from "../../../server/engine/lines/open-tints.ts";
import { drawLayers } from "../../../server/engine/pixels/layered-image.ts";

const sizePx = 96;
const width = 0.06;
type Inside = (x: number, y: number) => number;

const disc =
  (radius: number, x0 = 48, y0 = 48): Inside =>
  (x, y) =>
    radius - Math.hypot(x - x0, y - y0);
const ring =
  (radius: number, broad: number): Inside =>
  (x, y) =>
    broad / 2 - Math.abs(Math.hypot(x - 48, y - 48) - radius);
const bar =
  (top: number, bottom: number): Inside =>
  (x, y) =>
    Math.min(2.5 - Math.abs(x - 48), y - top, bottom - y);

const tint = 0.3;
/** Ink over the tint, premultiplied in black. */
const drawn = (ink: Inside, tinted: Inside): Float32Array => {
  const share = (inside: number): number => Math.min(1, Math.max(0, 0.5 + inside));
  const planes = new Float32Array(4 * sizePx ** 2);
  for (let at = 0; at < sizePx ** 2; at += 1) {
    const [x, y] = [(at % sizePx) + 0.5, Math.floor(at / sizePx) + 0.5];
    const [inked, below] = [share(ink(x, y)), tint * share(tinted(x, y))];
    planes[3 * sizePx ** 2 + at] = inked + (1 - inked) * below;
  }
  return planes;
};
const alphasOf = (planes: Float32Array): Float32Array => planes.subarray(3 * sizePx ** 2);
const at = (alphas: Float32Array, x: number, y: number): number => Math.round(alphas[y * sizePx + x]!);

it("a tinted disc with a mark becomes an outline with the mark, or a fill with a gap", () => {
  const face = drawn(disc(6, 48, 60), disc(40));
  const lines = openTintInLines(alphasOf(face), sizePx, tint, width)!;
  assert.deepEqual([at(lines, 10, 48), at(lines, 30, 48), at(lines, 2, 48)], [1, 0, 0], "outline, inside, outside");
  const fill = openTintAsFill(alphasOf(face), sizePx, tint)!;
  assert.deepEqual([at(fill, 10, 48), at(fill, 30, 48), at(fill, 48, 60), at(fill, 2, 48)], [1, 1, 0, 0]);
});

it("a line that leaves the tint is a gap in it and ink beside it", () => {
  const tree = drawn(bar(30, 92), disc(30, 48, 36));
  const fill = openTintAsFill(alphasOf(tree), sizePx, tint)!;
  assert.deepEqual([at(fill, 48, 50), at(fill, 30, 40), at(fill, 48, 84)], [0, 1, 1]);
});

it("a mark with a counter is a gap with an island, a strip below the tint stays to the picture's border, and text on a page is no glow", () => {
  const badge = openTintAsFill(alphasOf(drawn(ring(14, 5), disc(40))), sizePx, tint)!;
  assert.deepEqual([at(badge, 48, 20), at(badge, 62, 48), at(badge, 48, 48)], [1, 0, 1]);
  const box: Inside = (x, y) => Math.min(34 - Math.abs(x - 48), y - 20, 90 - y);
  const stand = drawn((x, y) => Math.min(30 - Math.abs(x - 48), y - 91), box);
  const standing = openTintAsFill(alphasOf(stand), sizePx, tint)!;
  assert.deepEqual([at(standing, 48, 93), at(standing, 48, 95), at(standing, 48, 50)], [1, 1, 1]);
  const text: Inside = (x, y) => Math.min(22 - Math.abs(x - 48), 2 - Math.abs(((y - 24) % 16) - 8), y - 24, 84 - y);
  const page = openTintInLines(
    alphasOf(drawn(text, (x, y) => Math.min(34 - Math.abs(x - 48), y - 12, 92 - y))),
    sizePx,
    tint,
    width,
  )!;
  assert.deepEqual([at(page, 16, 50), at(page, 22, 48), at(page, 48, 32)], [1, 0, 1]);
});

it("answers keep the silhouette, in styles of lines and of fills", async () => {
  const face = drawn(disc(6, 48, 60), disc(40));
  const gap: Inside = (x, y) => Math.min(disc(40)(x, y), -disc(6, 48, 60)(x, y));
  const shown = { planes: face, known: new Float32Array(sizePx ** 2).fill(1) };
  const alphas = async (isAll: boolean): Promise<Float32Array> =>
    alphasOf(drawLayers((await drawnInLines(shown, sizePx, { width, isAll }, async () => drawn(gap, gap)))!, 1));
  const [lines, fill] = [await alphas(true), await alphas(false)];
  assert.deepEqual([at(lines, 10, 48), at(lines, 30, 48)], [1, 0]);
  assert.deepEqual([at(fill, 10, 48), at(fill, 30, 48), at(fill, 48, 60)], [1, 1, 0]);
});

it("tints within lines, hard shadows, glows and lines of a tint are left to others", () => {
  const duotone = drawn(ring(36, 5), disc(36));
  const shadow = drawn(ring(30, 5), disc(32, 54, 54));
  const glow = drawn(bar(12, 84), (x, y) => Math.min(7 - Math.abs(x - 48), y - 8, 88 - y));
  const line = drawn(disc(3), ring(34, 5));
  for (const planes of [duotone, shadow, glow, line]) {
    assert.equal(openTintInLines(alphasOf(planes), sizePx, tint, width), undefined);
    assert.equal(openTintAsFill(alphasOf(planes), sizePx, tint), undefined);
  }
});
