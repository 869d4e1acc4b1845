/** Marks within fills that get an outline: what is alike becomes ink together, letters stay apart, and lines end in the outline. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { countParts } from "../../../server/engine/lines/count-parts.ts";
import { outlineOf } from "../../../server/engine/lines/outline.ts";
import { meanDifference } from "../../../server/platform/mean-difference.ts";
import { drawn, type Inside, joined, sizePx, stroke } from "./drawn-shapes.ts";

const box =
  (half: number): Inside =>
  (x, y) =>
    Math.min(half - Math.abs(x - 32), half - Math.abs(y - 32));
const frame: Inside = (x, y) => Math.min(box(26)(x, y), -box(23)(x, y));
const bar = (x: number, width = 4): Inside => stroke(x, 24, x, 40, width);
const leftOut = (marks: Inside): Float32Array => drawn((x, y) => Math.min(box(26)(x, y), -marks(x, y)));
const outlineBy = (marks: Inside, answer: Inside, width = 3): Float32Array =>
  outlineOf(leftOut(marks), drawn(joined(frame, answer)), sizePx, width / sizePx)!.alphas;

it("marks that are alike become ink together, also where an answer has left one of them out", () => {
  const bars = joined(bar(22), bar(32), bar(42));
  const made = outlineBy(bars, joined(bar(32), bar(42)));
  assert.ok(meanDifference(made, drawn(joined(frame, joined(bar(22, 3), bar(32, 3), bar(42, 3))))) < 0.01);
  // One of another size is asked alone.
  const other = outlineBy(joined(stroke(22, 16, 22, 48, 12), joined(bar(36), bar(44))), joined(bar(36), bar(44)));
  assert.ok(other[32 * sizePx + 22]! < 0.05);
});

it("marks that would run together with the style's width stay apart", () => {
  const bars = joined(bar(24, 3), joined(bar(30, 3), bar(36, 3)));
  const made = outlineBy(bars, bars, 5.6);
  assert.deepEqual(countParts(made, sizePx).pieces, 4);
});

it("an outline goes on where a line ends in it", () => {
  const divider: Inside = (x, y) => Math.min(3 - Math.abs(x - 32), 24.5 - Math.abs(y - 32));
  const made = outlineBy(divider, stroke(32, 8, 32, 56, 3), 3);
  for (let x = 26; x < 38; x += 1) assert.ok(made[8 * sizePx + x]! > 0.95, `${x}`);
  assert.ok(made[20 * sizePx + 29]! < 0.1);
});
