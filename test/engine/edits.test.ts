/** The arithmetic of edits: moves of residuals on their sphere, of conditions between and along captions, and what stays put. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { addAttribute } from "../../server/engine/edits/attribute.ts";
import { blend } from "../../server/engine/edits/blend.ts";
import { restyledConditions } from "../../server/engine/edits/restyle.ts";
import { dot, lengthOf, slerp } from "../../server/engine/edits/sphere.ts";
import { varyResidual } from "../../server/engine/edits/variations.ts";
import type { ConditionValue } from "../../server/engine/interfaces.ts";
import { drawResidual } from "../../server/engine/random.ts";
import { bestCandidate } from "../../server/engine/rank.ts";

const dims = 24;
const degreesBetween = (a: Float32Array, b: Float32Array): number =>
  (Math.acos(Math.min(1, dot(a, b) / (lengthOf(a) * lengthOf(b)))) / Math.PI) * 180;
const assertNear = (got: number, expected: number, tolerance: number, what: string): void =>
  assert.ok(Math.abs(got - expected) < tolerance, `${what}: got ${got}, expected ${expected}`);
const unit = (...values: number[]): Float32Array => {
  const vector = Float32Array.from(values);
  return vector.map((value) => value / lengthOf(vector));
};
const text = (words: string): ConditionValue => ({ kind: "text", text: words });

describe("variations", () => {
  it("variations turn v by the angle requested and keep its length, for any seeds and angle", () =>
    fc.assert(
      fc.property(fc.nat(0xffff_ffff), fc.nat(0xffff_ffff), fc.integer({ min: 1, max: 179 }), (of, seed, angle) => {
        const v = drawResidual(of, 1, dims);
        const varied = varyResidual(v, seed, angle);
        assertNear(lengthOf(varied), lengthOf(v), 1e-5 * lengthOf(v), "length");
        assertNear(degreesBetween(v, varied), angle, 0.05, "angle");
      }),
      { seed: 20261125, numRuns: 100 },
    ));

  it("variations are v itself at angle 0, and go elsewhere with every seed", () => {
    const v = drawResidual(3, 1, dims);
    assert.deepEqual(varyResidual(v, 9, 0), v);
    assert.deepEqual(varyResidual(v, 9, 30), varyResidual(v, 9, 30));
    assert.ok(degreesBetween(varyResidual(v, 9, 30), varyResidual(v, 10, 30)) > 5);
    assert.deepEqual(varyResidual(new Float32Array(dims), 9, 30), new Float32Array(dims));
  });

  it("variations do not turn towards where v itself was drawn, when both have one seed", () => {
    const v = drawResidual(5, 1, dims);
    assertNear(degreesBetween(v, varyResidual(v, 5, 90)), 90, 0.05, "angle");
  });
});

describe("spherical interpolation", () => {
  it("spherical interpolation walks the great circle at an even pace, its length between both ends'", () => {
    const [a, b] = [drawResidual(1, 1, dims), drawResidual(2, 0.5, dims)];
    const whole = degreesBetween(a, b);
    for (const position of [0.25, 0.5, 0.75]) {
      const middle = slerp(a, b, position);
      assertNear(degreesBetween(a, middle), position * whole, 0.05, "angle from a");
      assertNear(degreesBetween(middle, b), (1 - position) * whole, 0.05, "angle to b");
      assertNear(lengthOf(middle), (1 - position) * lengthOf(a) + position * lengthOf(b), 1e-4, "length");
    }
  });

  it("spherical interpolation gives both ends exactly, and stays finite between equal, opposite and empty ones", () => {
    const a = drawResidual(1, 1, dims);
    const b = drawResidual(2, 1, dims);
    assert.deepEqual([slerp(a, b, 0), slerp(a, b, 1)], [a, b]);
    for (const other of [a, a.map((value) => -value), new Float32Array(dims)])
      assert.ok(slerp(a, other, 0.3).every(Number.isFinite));
  });
});

describe("a blend", () => {
  const from = {
    residual: drawResidual(1, 1, dims),
    conditions: { caption: { vector: unit(1, 0), presence: 1 }, style: { vector: Float32Array.of(1, 0), presence: 1 } },
  };
  const to = {
    residual: drawResidual(2, 1, dims),
    conditions: {
      caption: { vector: unit(0, 1), presence: 1 },
      style: { vector: Float32Array.of(0, 1), presence: 1 },
      sketch: { vector: Float32Array.of(3), presence: 1 },
    },
  };

  it("a blend has both images as its ends", () => {
    assert.deepEqual(blend(from, to, 0), from);
    assert.deepEqual(blend(from, to, 1), to);
  });

  it("a blend turns captions, mixes styles, and fades what only one end has", () => {
    const { caption, style, sketch } = blend(from, to, 0.25).conditions;
    assertNear(degreesBetween(caption!.vector, unit(1, 0)), 22.5, 0.05, "caption");
    assert.deepEqual(style, { vector: Float32Array.of(0.75, 0.25), presence: 1 });
    assert.deepEqual(sketch, { vector: Float32Array.of(3), presence: 0.25 });
    assert.deepEqual(blend(to, from, 0.25).conditions.sketch, { vector: Float32Array.of(3), presence: 0.75 });
  });

  it("a blend shows the decoder a drawing where both ends have the same one, and no mixture of two", () => {
    const shown = (value: number, planes: Float32Array) => ({
      residual: from.residual,
      conditions: { drawing: { vector: Float32Array.of(value), presence: 1, planes } },
    });
    const [one, other] = [Float32Array.of(0, 1, 0, 1), Float32Array.of(1, 0, 1, 0)];
    const halfway = (end: Float32Array) => blend(shown(1, one), shown(2, end), 0.5).conditions.drawing!;
    assert.deepEqual(halfway(one.slice()).planes, one);
    assert.deepEqual(halfway(other), { vector: Float32Array.of(1.5), presence: 1 });
    assert.deepEqual(blend(shown(1, one), shown(2, other), 1).conditions.drawing!.planes, other);
  });

  it("a blend takes a label for a part of the caption in every frame, or in none", () => {
    const ends = (one: string | undefined, other: string | undefined, hasOther = true) => {
      const end = (named: string | undefined) => ({ vector: unit(1, 0), presence: 1, ...(named && { named }) });
      return [
        { ...from, conditions: { ...from.conditions, label: end(one) } },
        hasOther ? { ...to, conditions: { ...to.conditions, label: end(other) } } : to,
      ] as const;
    };
    const named = (...sources: Parameters<typeof ends>) =>
      [0, 0.5, 1].map((position) => blend(...ends(...sources), position).conditions.label?.named);
    assert.deepEqual(named("cat", "dog"), ["cat", "dog", "dog"]);
    assert.deepEqual(named("cat", undefined), [undefined, undefined, undefined]);
    assert.deepEqual(named(undefined, "dog"), [undefined, undefined, undefined]);
    assert.deepEqual(named("cat", undefined, false), ["cat", "cat", undefined]);
  });
});

describe("an attribute", () => {
  const [caption, happy, sad] = [unit(1, 0, 0), unit(0, 1, 0), unit(0, 0, 1)];

  it("an attribute is added as the difference of two captions, back at unit length", () => {
    const moved = addAttribute(caption, happy, sad, 2);
    assert.deepEqual(moved, unit(1, 2, -2));
    assertNear(lengthOf(moved), 1, 1e-6, "length");
    assert.deepEqual(addAttribute(caption, happy, sad, -1), unit(1, -1, 1));
  });

  it("an attribute without a beginning is added whole, and with strength 0 not at all", () => {
    assert.deepEqual(addAttribute(caption, happy, undefined, 1), unit(1, 1, 0));
    assert.deepEqual(addAttribute(caption, happy, undefined, 0), caption);
    assert.deepEqual(addAttribute(caption, caption, undefined, -1), caption);
  });
});

describe("restyling", () => {
  it("restyling replaces the fields that are requested and keeps the others", () => {
    const source = { caption: text("cat"), style: text("flat"), "image-early": text("stands for an image") };
    assert.deepEqual(restyledConditions(source, { style: text("round") }), { ...source, style: text("round") });
    assert.deepEqual(restyledConditions(source, { "image-last": text("another") }), {
      caption: text("cat"),
      style: text("flat"),
      "image-last": text("another"),
    });
    assert.deepEqual(restyledConditions(source, {}), source);
  });
});

describe("ranking", () => {
  const gains = (...values: number[]) => values.map((conditionGain) => ({ conditionGain, logLikelihood: 0 }));

  it("ranking takes the largest gain, the earlier of two equal ones", () => {
    assert.equal(bestCandidate(gains(1, 5, 3)), 1);
    assert.equal(bestCandidate(gains(2, 2, 1)), 0);
    assert.equal(bestCandidate(gains(-4)), 0);
  });

  it("ranking prefers any number to what is none, wherever that stands", () => {
    assert.equal(bestCandidate(gains(1, Number.NaN, 2)), 2);
    assert.equal(bestCandidate(gains(Number.NaN, -3, 2)), 2);
    assert.equal(bestCandidate(gains(Number.NaN, Number.NaN, Number.NEGATIVE_INFINITY)), 2);
    assert.equal(bestCandidate(gains(Number.NaN, Number.NaN)), 0);
  });
});
