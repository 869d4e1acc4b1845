/** Drawings composed of two, and crossed out: gaps between both, widths of lines, what is closed, and what has room within another. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as arrange from "../../../server/engine/compose/arrange.ts";
import * as cross from "../../../server/engine/compose/cross-out.ts";
import { cutLines } from "../../../server/engine/compose/cut-lines.ts";
import { drawnDisc, isDisc } from "../../../server/engine/compose/disc.ts";
import { inStyleCorners } from "../../../server/engine/compose/in-style-corners.ts";
import { boxOf, type Composed, type Fills, inOne, linesIn } from "../../../server/engine/compose/layers.ts";
import { isLettering } from "../../../server/engine/compose/lettering.ts";
import { countParts } from "../../../server/engine/lines/count-parts.ts";

const whole = (composed: Composed | undefined) => (composed ? inOne(composed) : undefined);
const within = (first: Float32Array, second: Float32Array) => whole(arrange.within(first, second));
const withBeside = (first: Float32Array, second: Float32Array, fills: Fills) =>
  inOne(arrange.withBeside(first, second, fills));
const bothBeside = (first: Float32Array, second: Float32Array, fills: Fills) =>
  inOne(arrange.bothBeside(first, second, fills));
const crossedOut = (alphas: Float32Array, fills: Fills) => inOne(cross.crossedOut(alphas, fills));

const side = 128;
const draw = (share: (x: number, y: number) => number): Float32Array =>
  Float32Array.from({ length: side ** 2 }, (_, at) =>
    Math.min(1, Math.max(0, share((at % side) + 0.5, Math.floor(at / side) + 0.5))),
  );
/** Pixels from the middle of the picture. */
const away = (x: number, y: number): number => Math.hypot(x - side / 2, y - side / 2);
const lineWidthPx = 10;
const ring = (radius: number): Float32Array => draw((x, y) => lineWidthPx / 2 + 0.5 - Math.abs(away(x, y) - radius));
const disc = (radius: number): Float32Array => draw((x, y) => radius + 0.5 - away(x, y));
/** A square of lines with a cross in it, which has no room for anything. */
const crossedBox = draw((x, y) => {
  const [right, down] = [Math.abs(x - side / 2), Math.abs(y - side / 2)];
  const frame = lineWidthPx / 2 + 0.5 - Math.abs(Math.max(right, down) - 45);
  return Math.max(frame, Math.max(right, down) > 45 ? 0 : lineWidthPx / 2 + 0.5 - Math.min(right, down));
});
const box = draw((x, y) => (Math.abs(x - side / 2) < 45 && Math.abs(y - side / 2) < 45 ? 1 : 0));
/** A disc with a hole, which is no dot. */
const clock = draw((x, y) => (Math.abs(x - side / 2 - 20) < 4 && Math.abs(y - side / 2) < 20 ? 0 : 50.5 - away(x, y)));
const inked = (alphas: Float32Array): number => alphas.filter((alpha) => alpha >= 0.5).length;
const at = (alphas: Float32Array, x: number, y: number): number => alphas[Math.floor(y) * side + Math.floor(x)]!;
const empty = new Float32Array(side ** 2);

describe("two drawings as one", () => {
  it("a drawing with room within has the other in its middle, whose lines are as wide as its own", () => {
    const made = within(ring(50), ring(50))!;
    assert.deepEqual(boxOf(made), boxOf(ring(50)));
    const small = made.map((alpha, place) => (ring(50)[place]! > 0 ? 0 : alpha));
    const { left, right, top, bottom } = boxOf(small)!;
    assert.ok(right - left > 50 && right - left < 2 * 45, `${right - left} px wide`);
    assert.deepEqual([Math.round((left + right) / 2), Math.round((top + bottom) / 2)], [side / 2, side / 2]);
    const widthPx = linesIn(small)!.width * side;
    assert.ok(Math.abs(widthPx - lineWidthPx) < 1.2, `lines of ${widthPx} px`);
    assert.equal(countParts(made, side).pieces, 2);
  });

  it("what is filled gets the other cut out of it, and what has no room none", () => {
    const cut = within(disc(55), disc(50))!;
    assert.equal(at(cut, side / 2, side / 2), 0);
    assert.equal(countParts(cut, side).holes, 2);
    assert.equal(within(crossedBox, disc(50)), undefined);
    assert.equal(within(empty, disc(50)), undefined);
  });

  it("a badge lies at the lower right, apart from what it covers, whose outline is open or goes on along the gap", () => {
    const open = withBeside(crossedBox, clock, "none");
    const { right, bottom } = boxOf(open)!;
    assert.ok(Math.abs(right - 114) <= 2 && Math.abs(bottom - 114) <= 2, `${right}, ${bottom}`);
    assert.equal(at(open, 114 - 25, 114 - 25), 1);
    // Without the badge's quarter the box has three holes; open ones join the ground around.
    assert.ok(countParts(open, side).pieces >= 2);
    const closed = withBeside(crossedBox, clock, "whole");
    assert.equal(countParts(closed, side).holes, countParts(open, side).holes + 2);
    assert.deepEqual(withBeside(crossedBox, clock, "beside lines"), closed);
    for (const made of [open, closed]) {
      const gap = [...made.keys()].filter((place) => {
        const distance = Math.hypot((place % side) + 0.5 - 89, Math.floor(place / side) + 0.5 - 89);
        return distance > 27.5 && distance < 31;
      });
      assert.ok(gap.length > 100);
      assert.deepEqual(
        gap.filter((place) => made[place]! > 0.3),
        [],
      );
    }
  });

  it("a dot lies at the upper right, smaller than other badges, and never within", () => {
    assert.deepEqual([disc(50), disc(9), ring(50), clock, box, empty].map(isDisc), [
      true,
      true,
      false,
      false,
      false,
      false,
    ]);
    assert.ok(isDisc(drawnDisc(side)));
    const { behind, front } = arrange.withBadge(crossedBox, disc(50), "none");
    const { left, top, right, bottom } = boxOf(front)!;
    assert.ok(Math.abs(right - left - 0.32 * 100) <= 2 && Math.abs(bottom - top - 0.32 * 100) <= 2);
    assert.ok(Math.abs(right - 114) <= 2 && Math.abs(top - 14) <= 2, `${right}, ${top}`);
    assert.equal(at(behind, 20, 108), at(crossedBox, 20, 108));
    const apart = arrange.withBeside(ring(50), disc(50), "none", true);
    assert.ok(boxOf(apart.front)!.top < 20, "not in the ring");
  });

  it("apart, what lies in a fill is ink with a gap around it; what is far from the middle of a thing has no room for another", () => {
    const { behind, front } = arrange.withBeside(disc(55), crossedBox, "whole", true);
    assert.equal(at(front, side / 2, side / 2), 1);
    assert.ok(front.every((alpha, place) => alpha === 0 || behind[place]! < 0.5));
    const { right } = boxOf(front)!;
    assert.ok(at(behind, right + 2, side / 2) < 0.5, "a gap");
    const person = draw((x, y) => Math.max(30.5 - Math.hypot(x - side / 2, y - 32), y > 110 && y < 120 ? 1 : 0));
    assert.equal(within(person, crossedBox), undefined);
  });

  it("cut lines end round, as far away as the gap is, and no sliver or stub of them is left", () => {
    const bar = draw((_, y) => (Math.abs(y - side / 2) <= lineWidthPx / 2 ? 1 : 0));
    const covered = (beyond: number): Float32Array => draw((x, y) => 0.5 + beyond + 0.3 * (y - side / 2) - (110 - x));
    const made = cutLines(bar, covered, 6, lineWidthPx);
    const rows = [0, 3, -3].map((down) => {
      const line = made.subarray((side / 2 + down) * side, (side / 2 + down + 1) * side);
      return line.findLastIndex((alpha) => alpha >= 0.5);
    });
    assert.ok(Math.abs(rows[0]! - 104) <= 2, `ends at ${rows[0]}`);
    assert.ok(rows[1]! < rows[0]! && rows[2]! < rows[0]!, `a tip at ${rows}`);
    assert.deepEqual(made.slice(0, 10 * side), bar.slice(0, 10 * side));
    assert.equal(at(made, 20, side / 2), 1);
    // What covers half of a line along it leaves nothing of that.
    const beside = (beyond: number): Float32Array => draw((x, y) => (x > 40 ? 0.5 + beyond + y - side / 2 - 4 : 0));
    const left = cutLines(bar, beside, 6, lineWidthPx);
    assert.ok(left.slice(0).every((alpha, place) => place % side < 60 || alpha < 0.5));
  });

  it("what is new ends as the style's lines do: a line that crosses out, and lines where it cuts them, no others", () => {
    const half = lineWidthPx / 2;
    const round = draw((x, y) => half + 0.5 - Math.hypot(Math.max(0, 20 - x, x - 108), y - side / 2));
    const composed = cross.crossedOut(round, "none");
    const { behind, front } = inStyleCorners(composed, round, { ends: "flat" });
    const gained = (made: Float32Array, before: Float32Array): number =>
      made.reduce((sum, alpha, place) => sum + alpha - before[place]!, 0);
    // What two half discs lack of squares.
    const more = (1 - Math.PI / 4) * lineWidthPx ** 2;
    for (const [made, before] of [
      [behind, composed.behind],
      [front, composed.front],
    ] as const)
      assert.ok(Math.abs(gained(made, before) - more) < 0.3 * more, `${gained(made, before)} of ${more}`);
    assert.deepEqual(
      behind.filter((_, place) => place % side < 34),
      composed.behind.filter((_, place) => place % side < 34),
    );
    assert.deepEqual(inStyleCorners(composed, round, { ends: "round" }).front, composed.front);
  });

  it("below letters in a row, which stay whole; other rows of pieces have a badge on them", () => {
    const bar = (x: number, y: number, [left, width]: readonly [number, number], top: number): number =>
      x > left && x < left + width && y > top && y < 80 ? 1 : 0;
    const letters = draw((x, y) => Math.max(bar(x, y, [14, 20], 50), bar(x, y, [54, 20], 50), bar(x, y, [94, 20], 50)));
    const chart = draw((x, y) => Math.max(bar(x, y, [14, 20], 70), bar(x, y, [54, 20], 60), bar(x, y, [94, 20], 20)));
    assert.deepEqual([letters, chart, box, crossedBox, disc(50), empty].map(isLettering), [
      true,
      ...Array(5).fill(false),
    ]);
    const { behind, front } = arrange.withBeside(letters, clock, "none");
    assert.equal(countParts(behind, side).pieces, 3);
    assert.ok(
      Math.abs(inked(behind) - inked(letters)) < 0.05 * inked(letters),
      `${inked(behind)} of ${inked(letters)} px`,
    );
    assert.ok(boxOf(front)!.top - boxOf(behind)!.bottom >= 4, "a gap");
    const all = boxOf(inOne({ behind, front }))!;
    assert.deepEqual([Math.round((all.left + all.right) / 2), Math.round((all.top + all.bottom) / 2)], [64, 65]);
    // Higher ones get smaller, so that both fit.
    const high = draw((x, y) => Math.max(bar(x, y, [14, 40], 0), bar(x, y, [74, 40], 0)));
    const { top, bottom } = boxOf(inOne(arrange.withBeside(high, clock, "none")))!;
    assert.ok(bottom - top <= 102, `${bottom - top} px high`);
    assert.ok(boxOf(arrange.withBeside(chart, clock, "none").front)!.right > 110, "a badge");
  });

  it("below letters in a frame or between lines, but not below a card with a face and lines", () => {
    const bar =
      (left: number, top: number, right: number, bottom: number) =>
      (x: number, y: number): number =>
        x > left && x < right && y > top && y < bottom ? 1 : 0;
    const all =
      (...bars: Array<ReturnType<typeof bar>>) =>
      (x: number, y: number): number =>
        Math.max(...bars.map((one) => one(x, y)));
    const frame = all(bar(10, 30, 118, 36), bar(10, 92, 118, 98), bar(10, 30, 16, 98), bar(112, 30, 118, 98));
    const letters = all(bar(34, 50, 44, 78), bar(58, 50, 68, 78), bar(84, 50, 94, 78));
    const lines = all(bar(10, 30, 118, 36), bar(10, 92, 118, 98));
    const card = all(bar(30, 46, 56, 82), bar(66, 46, 98, 54), bar(66, 60, 98, 68), bar(66, 74, 98, 82));
    const alphas = [all(frame, letters), all(lines, letters), all(frame, card), frame].map((share) => draw(share));
    assert.deepEqual(alphas.map(isLettering), [true, true, false, false]);
    const { behind } = arrange.withBeside(alphas[0]!, clock, "none");
    assert.equal(countParts(behind, side).pieces, 4);
  });

  it("nothing is left between the arms of a badge, which reaches beyond what is flat", () => {
    const plus = draw((x, y) => {
      const [right, down] = [Math.abs(x - side / 2), Math.abs(y - side / 2)];
      return Math.min(right, down) < lineWidthPx / 2 && Math.max(right, down) < 50 ? 1 : 0;
    });
    const made = withBeside(crossedBox, plus, "none");
    // The badge is 50 px wide around 89; halfway along its arms lies their hull.
    for (const [right, down] of [
      [-9, -9],
      [-9, 9],
      [9, -9],
      [9, 9],
    ] as const)
      assert.equal(at(made, 89 + right, 89 + down), 0, `${right}, ${down}`);
    assert.deepEqual([at(made, 89, 70), at(made, 70, 89)], [1, 1]);
    const flat = draw((x, y) => (Math.abs(x - side / 2) < 45 && Math.abs(y - side / 2) < 20 ? 1 : 0));
    const { right, bottom } = boxOf(withBeside(flat, plus, "none"))!;
    assert.ok(Math.abs(right - 109) <= 2, `right at ${right}`);
    assert.ok(Math.abs(bottom - (84 + 0.15 * 90)) <= 2, `bottom at ${bottom}`);
  });

  it("both beside each other are as large as each other, the second before the first", () => {
    const made = bothBeside(box, disc(50), "none");
    const { left, top, right, bottom } = boxOf(made)!;
    for (const [found, wanted] of [
      [left, 19],
      [top, 19],
      [right, 109],
      [bottom, 109],
    ] as const)
      assert.ok(Math.abs(found - wanted) <= 2, `${found} of ${wanted}`);
    assert.equal(countParts(made, side).pieces, 2);
    assert.deepEqual(bothBeside(empty, box, "none"), box);
    assert.equal(inked(withBeside(box, empty, "none")), inked(box));
  });

  it("what is crossed out has a line from the upper left to the lower right and gaps along it, but none where tints end at it", () => {
    const made = crossedOut(ring(45), "none");
    for (const place of [24, 64, 104]) assert.equal(at(made, place, place), 1);
    assert.ok(at(made, 104, 24) < 0.1);
    const widthPx = linesIn(made)!.width * side;
    assert.ok(Math.abs(widthPx - lineWidthPx) < 1.2, `lines of ${widthPx} px`);
    // Two halves of the ring and the line; the halves are open, so that only the ground is a hole.
    assert.deepEqual(countParts(made, side), { pieces: 3, holes: 1 });
    assert.deepEqual(countParts(crossedOut(ring(45), "whole"), side), { pieces: 3, holes: 3 });
    assert.deepEqual(countParts(crossedOut(ring(45), "beside lines"), side), { pieces: 1, holes: 3 });
    assert.deepEqual(countParts(crossedOut(disc(45), "whole"), side), { pieces: 3, holes: 1 });
    assert.deepEqual(crossedOut(empty, "none"), empty);
  });

  it("what lies along that line is crossed out the other way, and a line that lies on lines either way has gaps", () => {
    const bars = [1, -1].map((slope) => draw((x, y) => 5.5 - Math.abs(x - 64 + slope * (y - 64)) / Math.SQRT2));
    const inBox = (alphas: Float32Array) => alphas.map((alpha, place) => (box[place] === 1 ? alpha : 0));
    const [rising, falling] = bars.map((bar) => inBox(bar!));
    assert.deepEqual([at(crossedOut(rising!, "none"), 26, 26), at(crossedOut(rising!, "none"), 102, 26)], [1, 1]);
    assert.ok(at(crossedOut(falling!, "none"), 26, 102) > 0.5);
    const both = rising!.map((alpha, place) => Math.max(alpha, falling![place]!));
    for (const fills of ["none", "beside lines"] as const)
      assert.ok(countParts(crossedOut(both, fills), side).pieces === 3, fills);
  });
});
