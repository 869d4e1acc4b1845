/** Where small text is alone, so that the quick Φ of text may serve. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { isTextAlone } from "../../server/upscaling/places/text-places.ts";

const [widthPx, heightPx] = [60, 40];
const whole = { left: 0, top: 0, widthPx, heightPx };
const core = { left: 4, top: 4, widthPx: 52, heightPx: 32 };

/** White paper, by what is drawn there; letters are where `isLetter` says. */
function page(inkAt: (x: number, y: number) => number, isLetter: (x: number, y: number) => boolean, planes = 1) {
  const pixels = widthPx * heightPx;
  const plane = Float32Array.from({ length: pixels }, (_, at) => inkAt(at % widthPx, Math.floor(at / widthPx)));
  const tile = new Float32Array(planes * pixels).fill(1);
  tile.set(plane, (planes - 1) * pixels);
  const letters = new Float32Array(3 * pixels);
  for (let at = 0; at < pixels; at += 1) letters[at] = isLetter(at % widthPx, Math.floor(at / widthPx)) ? 5 : 0;
  return isTextAlone(tile, letters, whole, core);
}

/** Marks of two columns in lines of four rows. */
const isMark = (x: number, y: number): boolean => x % 4 < 2 && y % 8 < 4;
const ink = (isInk: boolean): number => (isInk ? 0.1 : 1);

describe("places of text alone", () => {
  for (const planes of [1, 3])
    it(`lines of letters on paper are, in ${planes} planes`, () => {
      assert.equal(
        page((x, y) => ink(isMark(x, y)), isMark, planes),
        true,
      );
    });

  it("empty paper and marks that nobody read are not", () => {
    assert.equal(
      page(
        () => 1,
        () => false,
      ),
      false,
    );
    assert.equal(
      page(
        (x, y) => ink(isMark(x, y)),
        () => false,
      ),
      false,
    );
  });

  it("a heading may have a third of the edges, and no more", () => {
    const readFrom = (row: number) =>
      page(
        (x, y) => ink(isMark(x, y)),
        (x, y) => y >= row && isMark(x, y),
      );
    // Of four lines.
    assert.deepEqual([0, 16, 24].map(readFrom), [true, true, false]);
  });

  it("shading of a few levels beside letters is not an edge, and the edge of a panel is", () => {
    const isText = (x: number, y: number): boolean => y < 12 && isMark(x, y);
    const shaded = (step: number) =>
      page((x, y) => (isText(x, y) ? 0.1 : y < 12 ? 1 : 1 - step * ((x + y) % 2)), isText);
    assert.deepEqual([4 / 255, 8 / 255].map(shaded), [true, false]);
  });

  it("what lies outside the core does not count", () => {
    const isOutside = (x: number, y: number): boolean => x < 2 || y > 37;
    assert.equal(
      page(
        (x, y) => ink(isOutside(x, y) ? (x + y) % 2 === 0 : isMark(x, y)),
        (x, y) => !isOutside(x, y) && isMark(x, y),
      ),
      true,
    );
  });
});
