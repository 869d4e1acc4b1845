/** Masks that grow and shrink four pixels at a time, against the same done pixel by pixel. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { around, grow, shrink, stride, workPx } from "../../server/experts/drawing-mask.ts";
import { TrainingRandom } from "../../server/flow/random.ts";

const isInside = (at: number): boolean => {
  const [x, y] = [at % stride, Math.floor(at / stride)];
  return x >= 1 && x <= workPx && y >= 1 && y <= workPx;
};

/** Grown by four neighbours and by eight in turn, inside the frame. */
function growPlainly(mask: Uint8Array, px: number): Uint8Array {
  let grown = mask;
  for (let turn = 0; turn < px; turn += 1) {
    const from = grown;
    const steps = around.filter((_, index) => turn % 2 === 1 || index % 2 === 0);
    grown = from.map((value, at) => (isInside(at) && steps.some((step) => from[at + step]) ? 1 : value));
  }
  return grown;
}

/** Some pixels set, along the frame too. */
function maskOf(seed: number, oneIn: number): Uint8Array {
  const random = new TrainingRandom(seed, 0, "order");
  return new Uint8Array(stride * stride).map((_, at) => (isInside(at) && random.below(oneIn) === 0 ? 1 : 0));
}

describe("a mask", () => {
  for (const [seed, oneIn] of [
    [1, 400],
    [2, 40],
    [3, 3],
  ] as const)
    it(`grows and shrinks as pixel by pixel, one in ${oneIn} set`, () => {
      const mask = maskOf(seed, oneIn);
      const before = mask.slice();
      for (const px of [0, 1, 2, 3, 5]) {
        assert.deepEqual(grow(mask, px), growPlainly(mask, px), `${px} px`);
        const inverse = mask.map((value) => 1 - value);
        const shrunk = growPlainly(inverse, px).map((value) => 1 - value);
        assert.deepEqual(shrink(mask, px), shrunk, `${px} px`);
      }
      assert.deepEqual(mask, before);
    });

  it("grows from its corners, and not onto the frame", () => {
    const mask = new Uint8Array(stride * stride);
    const corner = workPx * stride + workPx;
    mask[corner] = 1;
    const grown = grow(mask, 2);
    assert.deepEqual(
      [grown[corner - 1], grown[corner - stride], grown[corner + 1], grown[corner + stride]],
      [1, 1, 0, 0],
    );
  });
});
