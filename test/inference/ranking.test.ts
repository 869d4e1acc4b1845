/** Ranking with a real flow: gains and likelihoods against an implementation of their own, the best of K through the batcher. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { drawResidual } from "../../server/engine/random.ts";
import { drawLatents, type Translation } from "../../server/engine/translation.ts";
import { createFlow } from "../../server/flow/flow-sessions.ts";
import type { ImageResult } from "../../server/inference/protocol.ts";
import { createService } from "../../server/inference/service.ts";
import { ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import { referenceLogLikelihood } from "../reference/double-flow.ts";
import { directReferenceWeights, referenceArchitecture } from "../reference/tiny-flow.ts";

const { dims } = referenceArchitecture;
const weights = directReferenceWeights();
const flow = await createFlow(weights, { label: "reference", threads: 1 });
const vectors = { caption: [0.5, -0.7, 0.4], style: [1, 0] };

interface Seen {
  readonly decoded: number[][];
}

function translationOf({ decoded }: Seen): Translation {
  const expert = (name: keyof typeof vectors) => ({
    dims: vectors[name].length,
    encode: async () => Float32Array.from(vectors[name]),
  });
  return {
    id: "caption",
    flow,
    target: {
      latentDims: dims,
      imageSizePx: 1,
      encode: async () => new Float32Array(dims),
      decode: async (latent) => {
        decoded.push([...latent]);
        return Float32Array.of(0.1, 0.2, 0.3, 1);
      },
    },
    conditions: [
      { name: "caption", expert: expert("caption") },
      { name: "style", expert: expert("style") },
    ],
  };
}

async function generate(fields: object) {
  const decoded: number[][] = [];
  const images: ImageResult[] = [];
  const request = { condition: { caption: "a", style: "b" }, temperature: 1, seed: 11, ...fields };
  await createService([translationOf({ decoded })], 8).generate({
    request: ResolvedRequestSchema.parse(request),
    images: new Map(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onFindings: () => undefined,
    onImage: (image) => void images.push(image),
  });
  return { decoded, images };
}

const gainOf = (latent: readonly number[]): number =>
  referenceLogLikelihood(weights, latent, vectors) - referenceLogLikelihood(weights, latent, {});
const near = (got: number, expected: number): void =>
  assert.ok(Math.abs(got - expected) < 1e-3, `${got}, expected ${expected}`);

describe("ranking with a real flow", () => {
  it("ranking with a real flow has likelihoods and gains within 1e-3 nats of a recomputation, with any conditions and guidance", async () => {
    for (const names of [[], ["caption"], ["style"], ["caption", "style"]] as Array<Array<keyof typeof vectors>>) {
      const given = Object.fromEntries(names.map((name) => [name, vectors[name]]));
      const conditions = Object.fromEntries(
        names.map((name) => [name, { vector: Float32Array.from(vectors[name]), presence: 1 }]),
      );
      const rows = Array.from({ length: 10 }, (_, seed) => ({
        residual: drawResidual(seed, 1, dims),
        conditions,
        guidance: seed % 2 === 0 || names.length === 0 ? [] : [{ weight: 1.5, without: names }],
      }));
      for (const { latent, logLikelihood, conditionGain } of await drawLatents(translationOf({ decoded: [] }), rows)) {
        const expected = referenceLogLikelihood(weights, [...latent], given);
        near(logLikelihood, expected);
        near(conditionGain, expected - referenceLogLikelihood(weights, [...latent], {}));
      }
    }
  });

  it("ranking with a real flow keeps and decodes of every K candidates the one with the largest recomputed gain", async () => {
    const every = await generate({ count: 12 });
    const best = await generate({ count: 3, bestOf: 4 });
    assert.equal(best.decoded.length, 3, "only what is kept is decoded");
    for (const [image, latent] of best.decoded.entries()) {
      const candidates = every.decoded.slice(4 * image, 4 * image + 4);
      const gains = candidates.map(gainOf);
      const winner = gains.indexOf(Math.max(...gains));
      assert.deepEqual(latent, candidates[winner]);
      assert.equal(best.images[image]!.seed, 11 + 4 * image + winner);
      near(best.images[image]!.conditionGain, gains[winner]!);
    }
  });

  it("ranking with a real flow with guidance 0, or weights 0 of single conditions, gives the same latents bit for bit as without the fields", async () => {
    const off = await generate({ count: 4, guidance: 0 });
    assert.deepEqual(
      (await generate({ count: 4, guidance: 0, guidanceOf: { caption: 0, style: 0 } })).decoded,
      off.decoded,
    );
    assert.notDeepEqual((await generate({ count: 4, guidance: 1 })).decoded, off.decoded);
    const residual = drawResidual(3, 1, dims);
    const batch = Object.fromEntries(
      Object.entries(vectors).map(([name, values]) => [
        name,
        { values: Float32Array.from(values), present: Float32Array.of(1) },
      ]),
    );
    const terms = [
      { weight: 0, without: ["caption", "style"] },
      { weight: 0, without: ["style"] },
    ];
    assert.deepEqual(await flow.inverse(residual, batch, 1, [terms]), await flow.inverse(residual, batch, 1));
  });
});

describe("an expert that gives no numbers", () => {
  it("an expert that gives no numbers ends its own request with an error that names it, before anything is drawn or decoded, and no other", async () => {
    const decoded: number[][] = [];
    const sound = translationOf({ decoded });
    const [caption, style] = sound.conditions;
    const broken: Translation = {
      ...sound,
      conditions: [
        {
          name: "caption",
          expert: {
            dims: 3,
            encode: async ([value]) =>
              value?.kind === "text" && value.text === "broken"
                ? Float32Array.of(0, Number.NaN, 0)
                : caption!.expert.encode([value!]),
          },
        },
        style!,
      ],
    };
    const service = createService([broken], 8);
    const start = (words: string) => {
      const images: ImageResult[] = [];
      const done = service.generate({
        request: ResolvedRequestSchema.parse({ condition: { caption: words }, count: 2, seed: 1 }),
        images: new Map(),
        signal: new AbortController().signal,
        onProgress: () => undefined,
        onFindings: () => undefined,
        onImage: (image) => void images.push(image),
      });
      return { images, done };
    };
    const [bad, good] = [start("broken"), start("sound")];
    await assert.rejects(bad.done, {
      code: "tensor_mismatch",
      message: "condition caption (translation caption): expected finite values, got NaN at 1",
    });
    await good.done;
    assert.deepEqual([bad.images.length, good.images.length, decoded.length], [0, 2, 2]);
  });
});
