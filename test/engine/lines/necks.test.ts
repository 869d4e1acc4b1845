/** Lines that merely touch stand apart where they get thinner; lines that meet, or are thin themselves, stay. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { countParts } from "../../../server/engine/lines/count-parts.ts";
import * as necks from "../../../server/engine/lines/necks.ts";
import { redrawLines } from "../../../server/engine/lines/redraw-lines.ts";

const side = 128;
const [width, half] = [14 / side, 7];
type Ends = readonly [from: readonly [number, number], to: readonly [number, number], radius?: number];

/** Lines with round ends. */
const draw = (...lines: readonly Ends[]): Float32Array =>
  Float32Array.from({ length: side ** 2 }, (_, at) => {
    const [x, y] = [(at % side) + 0.5, Math.floor(at / side) + 0.5];
    const far = lines.map(([[x1, y1], [x2, y2], radius = half]) => {
      const [right, down] = [x2 - x1, y2 - y1];
      const along = Math.min(1, Math.max(0, ((x - x1) * right + (y - y1) * down) / (right ** 2 + down ** 2)));
      return Math.hypot(x - x1 - along * right, y - y1 - along * down) - radius;
    });
    return Math.min(1, Math.max(0, 0.5 - Math.min(...far)));
  });
const linesApart = (...given: Parameters<typeof necks.linesApart>) => necks.linesApart(...given).alphas;
const pieces = (alphas: Float32Array): number => countParts(alphas, side).pieces;

const bar: Ends = [
  [20, 30],
  [108, 30],
];
/** Its round end reaches the edge of the bar. */
const touching = draw(bar, [
  [64, 30 + 2 * half],
  [64, 100],
]);
const meeting = draw(bar, [
  [64, 30],
  [64, 100],
]);

it("what merely touches is drawn apart in thinner lines, and whole in as broad ones", () => {
  assert.equal(pieces(touching), 1);
  const apart = linesApart(touching, side, 0.7 * width);
  assert.equal(pieces(apart), 2);
  assert.equal(pieces(redrawLines(apart, side, 0.7 * width)!.alphas), 2);
  assert.equal(pieces(linesApart(touching, side, undefined)), 2);
  assert.equal(linesApart(touching, side, width), touching);
  // Only there does anything change.
  const changed = [...apart.keys()].filter((at) => Math.abs(apart[at]! - touching[at]!) > 0.02);
  assert.ok(changed.length > 0 && changed.every((at) => Math.hypot((at % side) - 64, Math.floor(at / side) - 37) < 12));
});

it("lines that meet, and parts that a thin line joins, stay whole", () => {
  assert.equal(linesApart(meeting, side, 0.5 * width), meeting);
  const joined = draw(
    bar,
    [
      [20, 100],
      [108, 100],
    ],
    [[64, 30], [64, 100], 2.5],
  );
  assert.equal(pieces(linesApart(joined, side, 0.7 * width)), 1);
  const disc = draw([[64, 64], [64.1, 64], 40]);
  assert.equal(linesApart(disc, side, 0.05), disc);
});
