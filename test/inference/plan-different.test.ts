/** Images that differ: of many seeds' drawings those that fit and are unlike each other, each made again by its own seed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Translation } from "../../server/engine/translation.ts";
import type { ImageResult } from "../../server/inference/protocol.ts";
import { createService } from "../../server/inference/service.ts";
import type { IndexContent } from "../../server/retrieval/index-file.ts";
import { quantizeInt4 } from "../../server/retrieval/int4.ts";
import { RetrievalIndex } from "../../server/retrieval/retrieval-index.ts";
import { ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";

const dims = 2;
/** Names by angle on a circle: a cosine of 1 is the same thing, of 0 another one. */
const named = (degrees: number): Float32Array =>
  Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));
const at = (label: number, style: number, x: number, y: number) => ({ label, style, latent: Float32Array.of(x, y) });
/** Apples in four styles, of which the last is unlike the first; quinces are named nearly alike, cars are not. */
const drawings = [
  at(0, 0, 0, 0),
  at(0, 1, 0.8, 0),
  at(0, 2, 0, 0.8),
  at(0, 3, -6, -6),
  at(1, 1, 0.8, 0.8),
  at(2, 1, 6, 6),
];
const content: IndexContent = {
  dims,
  keyDims: 2,
  labels: ["apple", "quince", "car"],
  styles: ["flat", "round", "soft", "outline"],
  styleMeans: new Float32Array(dims * 5),
  keys: quantizeInt4([named(0), named(20), named(90)], 2),
  entries: drawings,
  values: quantizeInt4(
    drawings.map(({ latent }) => latent),
    dims,
  ),
  // One style of the family counts far more than the other, and the outlines nothing.
  affinities: Float32Array.of(0, 20, 5, 0, 20, 0, 5, 0, 5, 5, 0, 0, 0, 0, 0, 0),
};
const pass = async (values: Float32Array) => ({ values, logDet: new Float32Array(values.length / dims) });

/** An identity flow, and pixels that show the latent. */
const translation = (retriever?: RetrievalIndex): Translation => ({
  id: "caption",
  flow: { dims, conditions: [], forward: pass, inverse: pass },
  target: {
    latentDims: dims,
    imageSizePx: 1,
    encode: async () => new Float32Array(dims),
    decode: async ([x = 0, y = 0]) => Float32Array.of(0.5 + x / 20, 0.5 + y / 20, 0, 1),
  },
  conditions: [
    { name: "caption", expert: { dims: 2, encode: async () => named(0) } },
    {
      name: "label",
      isReadFromCaption: true,
      expert: { dims: 1, encode: async () => Float32Array.of(1), labelIn: () => "apple" },
    },
    { name: "style", expert: { dims: 1, encode: async () => Float32Array.of(1) } },
  ],
  ...(retriever && { retriever }),
});

async function generate(fields: object, retriever?: RetrievalIndex): Promise<ImageResult[]> {
  const images: ImageResult[] = [];
  await createService([translation(retriever)], 8).generate({
    request: ResolvedRequestSchema.parse({
      condition: { caption: "apple", style: "flat" },
      seed: 7,
      retrieval: 1,
      temperature: 0.01,
      ...fields,
    }),
    images: new Map(),
    signal: new AbortController().signal,
    onProgress: () => undefined,
    onFindings: () => undefined,
    onImage: (image) => void images.push(image),
  });
  return images;
}
/** The drawing that an image shows, by its place among `drawings`. */
function shownBy({ rgba }: ImageResult): number {
  const [x, y] = [20 * (rgba[0]! / 255 - 0.5), 20 * (rgba[1]! / 255 - 0.5)];
  const distances = drawings.map(({ latent }) => Math.hypot(latent[0]! - x, latent[1]! - y));
  return distances.indexOf(Math.min(...distances));
}

test("without diversity all seeds show the one style that resembles the wanted one most", async () => {
  const shown = (await generate({ count: 4 }, new RetrievalIndex(content))).map(shownBy);
  assert.deepEqual(shown, [1, 1, 1, 1]);
});

test("with diversity they show other styles of the family and things named nearly alike, none twice, no outline, no car", async () => {
  const shown = (await generate({ count: 3, diversity: 1 }, new RetrievalIndex(content))).map(shownBy);
  assert.deepEqual(shown.sort(), [1, 2, 4]);
});

test("a label alone has ideas too", async () => {
  const condition = { label: "apple", style: "flat" };
  const shown = (await generate({ count: 3, diversity: 1, condition }, new RetrievalIndex(content))).map(shownBy);
  assert.deepEqual(shown.sort(), [1, 2, 4]);
});

test("the same request gives the same images, and each image's own seed makes it again", async () => {
  for (const retriever of [new RetrievalIndex(content), undefined]) {
    const requested = { count: 4, diversity: 0.8, temperature: 0.4 };
    const images = await generate(requested, retriever);
    assert.deepEqual(await generate(requested, retriever), images);
    assert.equal(new Set(images.map(({ seed }) => seed)).size, 4);
    assert.deepEqual(
      images.map(({ index }) => index),
      [0, 1, 2, 3],
    );
    for (const { seed, rgba, logLikelihood } of images) {
      const [again] = await generate({ ...requested, count: 1, seed }, retriever);
      assert.deepEqual([again!.rgba, again!.logLikelihood], [rgba, logLikelihood]);
    }
  }
});
