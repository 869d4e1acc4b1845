/** Masks that grow, shrink and thin many pixels at a time, against the same done pixel by pixel. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  emptyMask,
  forEachSet,
  grow,
  isSet,
  type Mask,
  setAt,
  shrink,
  workPx,
} from "../../../server/experts/sketch/mask.ts";
import { TrainingRandom } from "../../../server/flow/random.ts";
import { skeletonize } from "../../../server/wasm/drawings.ts";

/** Steps to the eight neighbours, clockwise from north. */
const around = [
  [0, -1],
  [1, -1],
  [1, 0],
  [1, 1],
  [0, 1],
  [-1, 1],
  [-1, 0],
  [-1, -1],
] as const;

type Test = (x: number, y: number) => boolean;

function maskOf(passes: Test): Mask {
  const mask = emptyMask();
  for (let y = 0; y < workPx; y += 1) for (let x = 0; x < workPx; x += 1) if (passes(x, y)) setAt(mask, y * workPx + x);
  return mask;
}
const setIn =
  (mask: Mask, outside = false): Test =>
  (x, y) =>
    x < 0 || y < 0 || x >= workPx || y >= workPx ? outside : isSet(mask, x, y);

/** Grown by four neighbours and by eight in turn. @param outside whether what lies beyond the frame is set */
function growPlainly(mask: Mask, px: number, outside = false): Mask {
  let grown = mask;
  for (let turn = 0; turn < px; turn += 1) {
    const before = setIn(grown, outside);
    const steps = around.filter((_, index) => turn % 2 === 1 || index % 2 === 0);
    grown = maskOf((x, y) => before(x, y) || steps.some(([dx, dy]) => before(x + dx, y + dy)));
  }
  return grown;
}

/** Guo and Hall's algorithm A1 as they wrote it: C(P), N(P) and the condition of each half step. */
function thinPlainly(mask: Mask): Mask {
  let thinned = mask;
  for (let half = 0, idle = 0; idle < 2; half = 1 - half) {
    const has = setIn(thinned);
    const staying = maskOf((x, y) => {
      if (!has(x, y)) return false;
      const near = around.map(([dx, dy]) => has(x + dx, y + dy));
      const set = (at: number): boolean => near[(at + 8) % 8]!;
      const sides = [0, 2, 4, 6];
      const runs = sides.filter((at) => !set(at) && (set(at + 1) || set(at + 2))).length;
      const pairs = Math.min(
        sides.filter((at) => set(at - 1) || set(at)).length,
        sides.filter((at) => set(at) || set(at + 1)).length,
      );
      const side = half === 0 ? (set(4) || set(5) || !set(7)) && set(6) : (set(0) || set(1) || !set(3)) && set(2);
      return !(runs === 1 && (pairs === 2 || pairs === 3) && !side);
    });
    idle = staying.every((word, at) => word === thinned[at]) ? idle + 1 : 0;
    thinned = staying;
  }
  return thinned;
}

/** Some pixels set, along the frame too. */
function scattered(seed: number, oneIn: number): Mask {
  const random = new TrainingRandom(seed, 0, "order");
  return maskOf(() => random.below(oneIn) === 0);
}

const inverted = (mask: Mask): Mask => mask.map((word) => ~word);

describe("a mask", () => {
  for (const [seed, oneIn] of [
    [1, 400],
    [2, 40],
    [3, 3],
  ] as const) {
    it(`a mask grows and shrinks as pixel by pixel, one in ${oneIn} set`, () => {
      const mask = scattered(seed, oneIn);
      const before = mask.slice();
      for (const px of [0, 1, 2, 3, 5]) {
        assert.deepEqual(grow(mask, px), growPlainly(mask, px), `${px} px`);
        assert.deepEqual(shrink(mask, px), inverted(growPlainly(inverted(mask), px, true)), `${px} px`);
      }
      assert.deepEqual(mask, before);
    });

    it(`a mask is thinned as pixel by pixel, one in ${oneIn} set and grown`, () => {
      for (const px of [0, 1, 3]) {
        const mask = grow(scattered(seed, oneIn), px);
        assert.deepEqual(skeletonize(mask), thinPlainly(mask), `${px} px`);
      }
    });
  }

  it("a mask grows from its corners, and not onto the next line", () => {
    const last = workPx - 1;
    const grown = grow(
      maskOf((x, y) => x === last && y === last - 1),
      1,
    );
    const places: string[] = [];
    forEachSet(grown, (x, y) => places.push(`${x - last} ${y - last}`));
    assert.deepEqual(places, ["0 -2", "-1 -1", "0 -1", "0 0"]);
  });
});
