/** A translation over an affine flow whose every number is known: z = 2v + shift, with exact likelihoods in closed form. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { encodeConditions } from "../../server/engine/conditions.ts";
import type { ConditionBatches, ConditionValue, Flow, GuidanceTerm } from "../../server/engine/interfaces.ts";
import { logNormal } from "../../server/engine/log-normal.ts";
import { drawResidual, normals, streams } from "../../server/engine/random.ts";
import { decodeImage, drawLatents, type Row, type Translation } from "../../server/engine/translation.ts";

const dims = 6;

interface Seen {
  residual: Float32Array;
  conditions: ConditionBatches;
  guidance: ReadonlyArray<readonly GuidanceTerm[]>;
}

const text = (words: string): ConditionValue => ({ kind: "text", text: words });
const wordsOf = (value: ConditionValue | undefined): string => (value?.kind === "text" ? value.text : "");

/** The caption moves z by its length, an absent one by nothing; guidance moves it once more. */
function affine(seen: Seen[] = []): Translation {
  const shiftOf = (conditions: ConditionBatches, row: number): number =>
    conditions["caption"]!.values[row]! * conditions["caption"]!.present[row]!;
  const flow: Flow = {
    dims,
    conditions: [
      { name: "caption", dims: 1 },
      { name: "style", dims: 2 },
    ],
    forward: async (latent, conditions, batch) => ({
      values: latent.map((z, index) => (z - shiftOf(conditions, Math.floor(index / dims))) / 2),
      logDet: new Float32Array(batch).fill(-dims * Math.LN2),
    }),
    inverse: async (residual, conditions, batch, guidance = []) => {
      seen.push({ residual: residual.slice(), conditions, guidance });
      const shift = (row: number): number => shiftOf(conditions, row) * (1 + (guidance[row]?.[0]?.weight ?? 0));
      return {
        values: residual.map((v, index) => 2 * v + shift(Math.floor(index / dims))),
        logDet: new Float32Array(batch).fill(dims * Math.LN2),
      };
    },
  };
  return {
    id: "caption",
    flow,
    target: {
      latentDims: dims,
      imageSizePx: 1,
      encode: async () => new Float32Array(dims),
      decode: async ([first]) => Float32Array.of(first! / 2, first! / 4, 0, 0.5),
    },
    conditions: [
      { name: "caption", expert: { dims: 1, encode: async ([words]) => Float32Array.of(wordsOf(words).length / 8) } },
      {
        name: "style",
        expert: {
          dims: 2,
          encode: async ([id]) => (wordsOf(id) === "a" ? Float32Array.of(1, 0) : Float32Array.of(0, 1)),
        },
      },
    ],
  };
}

interface Wanted extends Partial<Omit<Row, "residual">> {
  readonly seed?: number;
  readonly temperature?: number;
}
const row = ({ seed = 1, temperature = 1, ...fields }: Wanted = {}): Row => ({
  residual: drawResidual(seed, temperature, dims),
  guidance: [],
  conditions: {},
  ...fields,
});
const given = (...values: number[]) => ({ vector: Float32Array.from(values), presence: 1 });

describe("a translation", () => {
  it("a translation draws z = τ(T·v|c) from the seed's own normals", async () => {
    const [drawn] = await drawLatents(affine(), [
      row({ seed: 9, temperature: 0.5, conditions: { caption: given(3) } }),
    ]);
    const v = normals(9, streams.residual, dims);
    for (const [index, z] of drawn!.latent.entries()) assert.ok(Math.abs(z - (v[index]! + 3)) < 1e-6);
  });

  it("a translation gives log p(z|c) = log N(v; 0, I) + logDet, exactly, for any seed and temperature", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(0xffff_ffff), fc.float({ min: 0, max: 1.5, noNaN: true }), async (seed, temperature) => {
        const [drawn] = await drawLatents(affine(), [row({ seed, temperature })]);
        const squares = normals(seed, streams.residual, dims).reduce((sum, v) => sum + (temperature * v) ** 2, 0);
        const expected = -squares / 2 - (dims / 2) * Math.log(2 * Math.PI) - dims * Math.LN2;
        assert.ok(Math.abs(drawn!.logLikelihood - expected) < 1e-4);
      }),
      { seed: 20261125, numRuns: 50 },
    );
  });

  it("a translation takes the most likely z at temperature 0, whatever the seed", async () => {
    const drawn = await drawLatents(affine(), [row({ seed: 1, temperature: 0 }), row({ seed: 2, temperature: 0 })]);
    assert.deepEqual(drawn[0], drawn[1]);
    assert.ok(Math.abs(drawn[0]!.logLikelihood - (logNormal(new Float32Array(dims)) - dims * Math.LN2)) < 1e-5);
  });

  it("a translation measures a guided z by the plain likelihood, without guidance", async () => {
    const conditions = { caption: given(2) };
    const [plain] = await drawLatents(affine(), [row({ temperature: 0, conditions })]);
    const [guided] = await drawLatents(affine(), [
      row({ temperature: 0, guidance: [{ weight: 1, without: ["caption"] }], conditions }),
    ]);
    // Guidance moved z by 2, which is v = 1 on each dimension for the flow without it.
    assert.ok(Math.abs(guided!.logLikelihood - (plain!.logLikelihood - dims / 2)) < 1e-4);
  });

  it("a translation hands the flow each row's own condition, presence and guidance", async () => {
    const seen: Seen[] = [];
    await drawLatents(affine(seen), [
      row({ guidance: [{ weight: 2, without: ["caption"] }], conditions: { caption: given(5) } }),
      row({ conditions: { style: { vector: Float32Array.of(0, 1), presence: 0.25 } } }),
    ]);
    const { conditions, guidance } = seen[0]!;
    assert.deepEqual(guidance, [[{ weight: 2, without: ["caption"] }], []]);
    assert.deepEqual(conditions, {
      caption: { values: Float32Array.of(5, 0), present: Float32Array.of(1, 0) },
      style: { values: Float32Array.of(0, 0, 0, 1), present: Float32Array.of(0, 0.25) },
    });
  });

  it("a translation says how much the conditions explain: log p(z|c) − log p(z|nothing)", async () => {
    const [drawn, bare] = await drawLatents(affine(), [
      row({ seed: 4, conditions: { caption: given(2), style: given(1, 0) } }),
      row({ seed: 4 }),
    ]);
    const v = normals(4, streams.residual, dims);
    // Under nothing the same z has v + 1 in every dimension.
    const expected = logNormal(v) - logNormal(v.map((value) => value + 1));
    assert.ok(Math.abs(drawn!.conditionGain - expected) < 1e-4);
    assert.equal(bare!.conditionGain, 0);
  });

  it("a translation refuses by name a condition that it does not read, and leaves absent ones absent", async () => {
    const encoded = await encodeConditions(affine(), { caption: text("four") });
    assert.deepEqual(encoded, { caption: { ...given(0.5), words: "four", english: "four" } });
    const captionOnly = { ...affine(), conditions: affine().conditions.slice(0, 1) };
    await assert.rejects(encodeConditions(captionOnly, { caption: text("four"), style: text("a") }), {
      code: "invalid_request",
      message: "condition.style: expected only caption, as the translation reads, got style (translation caption)",
    });
  });

  it("a translation refuses an expert's vector that holds no numbers or has another length, by name", async () => {
    const answering = (...values: number[]) => ({
      ...affine(),
      conditions: [{ name: "caption" as const, expert: { dims: 1, encode: async () => Float32Array.from(values) } }],
    });
    await assert.rejects(encodeConditions(answering(Number.NaN), { caption: text("four") }), {
      code: "tensor_mismatch",
      message: /condition caption \(translation caption\): expected finite values, got NaN at 0/,
    });
    await assert.rejects(encodeConditions(answering(1, 2), { caption: text("four") }), {
      code: "tensor_mismatch",
      message: /expected 1 values, got 2/,
    });
  });

  it("a translation refuses to decode values that are no numbers", async () => {
    const latent = new Float32Array(dims);
    const broken = { latent: latent.with(2, Number.NaN), logLikelihood: 0, conditionGain: 0 };
    await assert.rejects(decodeImage(affine(), broken), { code: "tensor_mismatch" });
    await assert.rejects(decodeImage(affine(), { ...broken, latent, logLikelihood: Number.NaN }), {
      code: "tensor_mismatch",
    });
    const image = await decodeImage(affine(), { ...broken, latent: latent.with(0, 1) });
    assert.deepEqual([...image.rgba], [255, 128, 0, 128]);
  });
});
