/** The plan of a generation: a fault names the field that the client sent, before a batch is joined. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Translation } from "../../server/engine/translation.ts";
import { keyOfSketch } from "../../server/inference/conditions/condition-values.ts";
import { planGeneration } from "../../server/inference/plan.ts";
import { type ResolvedRequest, ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import { AppError } from "../../shared/problem.ts";

const dims = 2;
const [photo, empty] = ["a".repeat(64), "b".repeat(64)];
const images = new Map(
  [photo, empty, keyOfSketch(photo), keyOfSketch(empty)].map((key) => [
    key,
    { planes: new Float32Array(4), sizePx: 1 },
  ]),
);
const same = async (values: Float32Array) => ({ values, logDet: new Float32Array(values.length / dims) });

/** Knows captions, and sketches of which one is empty. */
const translation: Translation = {
  id: "caption",
  flow: { dims, conditions: [], forward: same, inverse: same },
  target: {
    latentDims: dims,
    imageSizePx: 1,
    encode: async () => new Float32Array(dims),
    decode: async () => new Float32Array(4),
  },
  conditions: [
    { name: "caption", expert: { dims: 1, encode: async () => Float32Array.of(1) } },
    {
      name: "sketch",
      expert: {
        dims: 1,
        encode: async ([value]) => {
          if (value?.kind === "image" && value.key === keyOfSketch(photo)) return Float32Array.of(1);
          const detail = { field: "condition.sketch", expected: "a stroke", received: "none" };
          throw new AppError("sketch_empty", "condition.sketch: expected a stroke, got none", detail);
        },
      },
    },
  ],
};

const plan = (fields: object) =>
  planGeneration(translation, ResolvedRequestSchema.parse({ seed: 1, count: 1, ...fields }), images);
const kept = (sketch: string) => ({ image: photo, condition: { sketch: { image: sketch } } });

describe("the plan of a generation", () => {
  it("the plan of a generation names a condition that its expert refuses by the place where it stands", async () => {
    const cases: ReadonlyArray<readonly [string, object]> = [
      ["", { condition: { sketch: { image: empty } } }],
      ["", { condition: { sketch: { image: empty } }, keepResidualOf: kept(photo) }],
      ["keepResidualOf.", { condition: {}, keepResidualOf: kept(empty) }],
      ["keepResidualOf.", { condition: { sketch: { image: photo } }, keepResidualOf: kept(empty) }],
      ["blendWith.", { condition: {}, count: 2, keepResidualOf: kept(photo), blendWith: kept(empty) }],
    ];
    for (const [where, fields] of cases)
      await assert.rejects(plan(fields), (error: AppError) => {
        const field = `${where}condition.sketch`;
        assert.deepEqual([error.code, error.detail.field], ["sketch_empty", field]);
        assert.equal(error.message, `${field}: expected a stroke, got none`);
        return true;
      });
  });

  it("the plan of a generation names each field outside what was learned once, by its worst score, the sources' own conditions too", async () => {
    const vectors: Readonly<Record<string, number[]>> = { known: [1, 0], far: [0.6, 0.8], farther: [0, 1] };
    const measured: Translation = {
      ...translation,
      calibration: {
        typicality: [],
        detectors: [{ name: "caption", centres: Float32Array.of(1, 0), threshold: 0.1 }],
      },
      conditions: [
        {
          name: "caption",
          expert: {
            dims: 2,
            encode: async ([value]) => Float32Array.from(vectors[value?.kind === "text" ? value.text : ""]!),
          },
        },
      ],
    };
    const scoresOf = async (fields: object) => {
      const request = ResolvedRequestSchema.parse({ seed: 1, count: 1, ...fields });
      const { outOfDistribution } = await planGeneration(measured, request, images);
      return outOfDistribution.map(({ field, score }) => [field, Number(score.toFixed(3))]);
    };
    const from = (caption: string) => ({ image: photo, condition: { caption } });
    assert.deepEqual(await scoresOf({ condition: { caption: "known" }, keepResidualOf: from("known") }), []);
    assert.deepEqual(await scoresOf({ condition: { caption: "known" }, keepResidualOf: from("far") }), [
      ["caption", 0.4],
    ]);
    const blended = { condition: {}, count: 2, keepResidualOf: from("far"), blendWith: from("farther") };
    assert.deepEqual(await scoresOf(blended), [["caption", 1]]);
  });

  it("the plan of a generation refuses more weights than a flow has room for, where a caller inside forgot to", async () => {
    const requested = ResolvedRequestSchema.parse({ condition: { caption: "a" }, seed: 1, count: 1 });
    const guidanceOf = { caption: 1, sketch: 1, style: 1 };
    const forged: ResolvedRequest = { ...requested, guidanceOf };
    await assert.rejects(planGeneration(translation, forged, images), {
      code: "invalid_request",
      message: "guidanceOf: expected at most 3 weights above 0, guidance counted, got 4",
    });
    await planGeneration(translation, { ...forged, guidance: 0 }, images);
  });
});
