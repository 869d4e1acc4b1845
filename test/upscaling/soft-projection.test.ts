/** The soft projection: how far it moves, and that nothing goes beyond a flat area. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { normals, streams } from "../../server/engine/random.ts";
import { softenProjection } from "../../server/upscaling/projection/soft-projection.ts";

const [widthPx, heightPx, factor] = [16, 16, 2] as const;
const pixels = widthPx * heightPx;

/** Three equal channels of a picture. */
function planes(side: number, levelAt: (x: number, y: number) => number): Float32Array {
  const plane = Array.from({ length: side ** 2 }, (_, at) => levelAt(at % side, Math.floor(at / side)) / 255);
  return Float32Array.from([...plane, ...plane, ...plane]);
}
const soften = (
  projected: Float32Array,
  answer: Float32Array,
  low: Float32Array,
  largestShare: number,
): Float32Array => {
  const result = projected.slice();
  softenProjection(result, answer, low, { widthPx, heightPx, largestShare });
  return result;
};
/** Levels of the first channel, rounded, at the row and column given. */
const levelAt = (picture: Float32Array, x: number, y: number): number =>
  Math.round(255 * picture[y * factor * widthPx + x]!);

describe("the soft projection", () => {
  it("the soft projection moves a value by its share of the local range at most, and half a level", () => {
    const draw = (seed: number, length: number) =>
      normals(seed, streams.pixels, length).map((value) => 0.5 + 0.15 * value);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.constantFrom(0, 0.03, 0.5), (seed, share) => {
        const low = draw(seed, 3 * pixels);
        const [answer, projected] = [
          draw(seed + 1, factor ** 2 * low.length),
          draw(seed + 2, factor ** 2 * low.length),
        ];
        const most = share * (Math.max(...low) - Math.min(...low)) + 0.5 / 255 + 1e-6;
        const clamped = answer.map((value) => Math.max(0, Math.min(1, value)));
        for (const [at, value] of soften(projected, clamped, low, share).entries())
          assert.ok(Math.abs(value - clamped[at]!) <= most, `value ${at}`);
      }),
      { numRuns: 20, seed: 5 },
    );
  });

  it("an edge does not fade into a flat area beside it, but into a sky it does", () => {
    const low = (slope: number) => planes(widthPx, (x) => (x < 8 ? 30 : 200 + slope * (x - 8)));
    const answer = planes(factor * widthPx, (x) => (x < 16 ? 30 : x < 18 ? 120 : 195));
    const at = (slope: number, x: number): number => levelAt(soften(answer, answer, low(slope), 0), x, 16);
    assert.deepEqual([at(0, 15), at(0, 17), at(0, 18)], [30, 120, 200]);
    assert.equal(at(1, 18), 195);
  });

  it("the soft projection leaves paper beside letters without a halo, on light and on dark", () => {
    for (const [paper, ink, halo] of [
      [236, 30, 250],
      [36, 220, 0],
    ] as const) {
      const isInk = (x: number, y: number): boolean => y >= 4 && y < 12 && (x === 6 || x === 7 || x === 9);
      const low = planes(widthPx, (x, y) => (isInk(x, y) ? ink : paper));
      const ringing = planes(factor * widthPx, (x, y) => (isInk(x >> 1, y >> 1) ? ink : halo));
      const result = soften(ringing, ringing, low, 1);
      for (let y = 5; y < 27; y += 1)
        for (let x = 8; x < 22; x += 1)
          if (!isInk(x >> 1, y >> 1)) assert.equal(levelAt(result, x, y), paper, `${x}, ${y} on ${paper}`);
    }
  });

  it("the soft projection lets a thin line be darker than its pixels, which may be mixtures", () => {
    const low = planes(widthPx, (_, y) => (y === 7 || y === 8 ? 120 : 240));
    const sharp = planes(factor * widthPx, (_, y) => (y === 15 || y === 16 ? 10 : 240));
    assert.equal(levelAt(soften(sharp, sharp, low, 0), 16, 15), 10);
  });
});
