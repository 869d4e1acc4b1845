/** Colours by their mean and deviation. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { spreadOf, towardsSpread } from "../../server/engine/pixels/colour-spread.ts";
import { finish } from "../../server/engine/pixels/finish.ts";

const pixels = 16;
/** Premultiplied planes with colours around the middle, so that nothing is cut off at 0 or 1. */
const picture = fc
  .array(
    fc.tuple(
      ...[0, 1, 2].map(() => fc.double({ min: 0.4, max: 0.6, noNaN: true })),
      fc.double({ min: 0.3, max: 1, noNaN: true }),
    ),
    {
      minLength: pixels,
      maxLength: pixels,
    },
  )
  .map((values) =>
    Float32Array.from({ length: 4 * pixels }, (_, at) => {
      const value = values[at % pixels]!;
      const alpha = value[3]!;
      return at < 3 * pixels ? value[Math.floor(at / pixels)]! * alpha : alpha;
    }),
  );

describe("the spread of colours", () => {
  it("a picture gets another's mean colour, keeps its alpha, and its deviation at most doubles or halves (property)", () => {
    fc.assert(
      fc.property(picture, picture, (planes, other) => {
        const [own, requested] = [spreadOf([{ planes }])!, spreadOf([{ planes: other }])!];
        const moved = towardsSpread(planes, requested)(planes);
        const got = spreadOf([{ planes: moved }])!;
        assert.deepEqual(moved.subarray(3 * pixels), planes.subarray(3 * pixels));
        for (const channel of [0, 1, 2]) {
          assert.ok(Math.abs(got.mean[channel]! - requested.mean[channel]!) < 1e-4);
          const most = Math.max(own.deviation[channel]!, 1e-3);
          const wanted = Math.min(2 * most, Math.max(most / 2, requested.deviation[channel]!));
          assert.ok(Math.abs(got.deviation[channel]! - wanted) < 2e-3, `${got.deviation[channel]} ${wanted}`);
        }
      }),
    );
  });

  it("colours never exceed alpha, and a picture of nothing stays as it is", () => {
    const planes = Float32Array.from(
      { length: 16 },
      (_, at) => [0.5, 0.1, 0, 0.2, 0.1, 0.4, 0, 0, 0, 0.5, 0, 0.1, 0.5, 0.5, 0, 0.3][at]!,
    );
    const moved = towardsSpread(planes, { mean: [1, 0, 1], deviation: [1, 1, 1] })(planes);
    for (let at = 0; at < 12; at += 1) assert.ok(moved[at]! >= 0 && moved[at]! <= planes[12 + (at % 4)]!);
    const nothing = new Float32Array(16);
    assert.equal(spreadOf([{ planes: nothing }]), undefined);
    assert.equal(towardsSpread(nothing, { mean: [1, 1, 1], deviation: [1, 1, 1] })(nothing), nothing);
  });

  it("an answer at another size gets the same colour wherever it had the same, whatever else it shows (property)", () => {
    const requested = { mean: [0.2, 0.5, 0.7], deviation: [0.2, 0.1, 0.05] } as const;
    const colour = { name: "green", chroma: 0.15, hue: 140, lightness: [0.3, 0.7] } as const;
    fc.assert(
      fc.property(picture, picture, fc.constantFrom({ spread: requested }, { colour }), (planes, other, looks) => {
        // Twice as many pixels: the answer's, and others that would move its mean.
        const larger = new Float32Array(8 * pixels);
        for (let channel = 0; channel < 4; channel += 1) {
          larger.set(planes.subarray(channel * pixels, (channel + 1) * pixels), 2 * channel * pixels);
          larger.set(other.subarray(channel * pixels, (channel + 1) * pixels), (2 * channel + 1) * pixels);
        }
        const { planes: made, again } = finish(planes, looks);
        const enlarged = again(larger);
        for (let channel = 0; channel < 4; channel += 1)
          assert.deepEqual(
            enlarged.subarray(2 * channel * pixels, (2 * channel + 1) * pixels),
            made.subarray(channel * pixels, (channel + 1) * pixels),
          );
      }),
    );
  });
});
