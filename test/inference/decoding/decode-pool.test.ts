/** The threads that decode beside the one that draws: the same bytes in the same order, errors of one image alone, and none where they don't help. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { encodePng } from "../../../server/images/codec.ts";
import { createConditionImageLoader } from "../../../server/inference/conditions/condition-images.ts";
import { DecodePool } from "../../../server/inference/decoding/decode-pool.ts";
import type { ImageResult } from "../../../server/inference/protocol.ts";
import { createService, type InferenceService } from "../../../server/inference/service.ts";
import { Catalogue } from "../../../server/packs/catalogue.ts";
import { type LoadedPacks, loadPacks } from "../../../server/packs/load.ts";
import { sha256Of } from "../../../server/platform/sha256.ts";
import {
  type ResolvedRequest,
  ResolvedRequestSchema,
} from "../../../shared/contract/generations/generation-request.ts";
import { limits } from "../../../shared/limits.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { styleSizePx, writeTinyStylePack } from "../../fixtures/tiny-style-pack.ts";

const folder = temporaryFolder("decode-pool");
const uploads = new Map<string, Uint8Array>();
const load = createConditionImageLoader(async (digest) => uploads.get(digest), limits.decodedImagesMax);
let loaded: LoadedPacks;
let catalogue: Catalogue;
let pool: DecodePool;

/** Requests a drawing of stripes, restyled. */
async function request(every: number, fields: object = {}): Promise<ResolvedRequest> {
  const rgba = new Uint8Array(4 * styleSizePx ** 2);
  for (let at = 0; at < styleSizePx ** 2; at += 1) if (at % every < 2) rgba.set([0, 0, 0, 255], 4 * at);
  const png = await encodePng(rgba, styleSizePx, styleSizePx);
  uploads.set(sha256Of(png), png);
  const condition = { drawing: { image: sha256Of(png) }, style: "filled" };
  return ResolvedRequestSchema.parse({
    translation: "restyle",
    condition,
    count: 1,
    seed: 5,
    temperature: 0,
    ...fields,
  });
}

async function draw(
  service: InferenceService,
  wanted: ResolvedRequest,
  abort = new AbortController(),
  onImage = (_: ImageResult): void => {},
): Promise<ImageResult[]> {
  const images: ImageResult[] = [];
  await service.generate({
    request: wanted,
    images: await load(wanted, styleSizePx),
    signal: abort.signal,
    onFindings: () => {},
    onProgress: () => {},
    onImage: (image) => {
      images.push(image);
      onImage(image);
    },
  });
  return images;
}

before(async () => {
  await writeTinyStylePack(join(folder, "packs"));
  catalogue = await Catalogue.open(join(folder, "packs"));
  loaded = await loadPacks(catalogue, { threads: 1 });
  pool = DecodePool.of(loaded.entries, 2)!;
});
after(() => pool.rest());

describe("threads that decode", () => {
  it("threads that decode give each image the bytes that one thread gives, in the order of its request, also as SVG", async () => {
    const [alone, together] = [undefined, pool].map((decoder) =>
      createService(loaded.translations, 4, undefined, undefined, decoder),
    );
    const wanted = [
      await request(3, { count: 7, temperature: 0.8 }),
      await request(4, { count: 3, temperature: 0.8, format: "svg" }),
      await request(5),
    ];
    const expected: ImageResult[][] = [];
    for (const one of wanted) expected.push(await draw(alone!, one));
    assert.equal(pool.concurrencyOf(loaded.translations[0]!), 1);
    // The first ones start the threads, and are decoded on this one.
    assert.deepEqual(await Promise.all(wanted.map((one) => draw(together!, one))), expected);
    await pool.open("restyle");
    assert.equal(pool.concurrencyOf(loaded.translations[0]!), 4);
    assert.deepEqual(await Promise.all(wanted.map((one) => draw(together!, one))), expected);
    assert.deepEqual(
      expected[0]!.map(({ index }) => index),
      [0, 1, 2, 3, 4, 5, 6],
    );
    assert.ok(expected[1]!.every(({ enlarged }) => enlarged !== undefined));
  });

  it("threads that decode end while an upscale needs their memory, also if they are just opening, and start again for the next images", async () => {
    const [translation] = loaded.translations;
    await pool.open("restyle");
    const release = pool.holdBack();
    assert.equal(pool.concurrencyOf(translation!), 1);
    const service = createService(loaded.translations, 4, undefined, undefined, pool);
    assert.equal((await draw(service, await request(4, { count: 5 }))).length, 5);
    await pool.open("restyle");
    assert.equal(pool.concurrencyOf(translation!), 1);
    release();
    const opening = pool.open("restyle");
    const releaseAgain = pool.holdBack();
    await opening;
    assert.equal(pool.concurrencyOf(translation!), 1);
    releaseAgain();
    await assert.rejects(service.upscale({} as Parameters<InferenceService["upscale"]>[0]), {
      code: "pack_unavailable",
    });
    await pool.open("restyle");
    assert.equal(pool.concurrencyOf(translation!), 4);
  });

  it("a decoder that threads do not find is left to the thread that asks, once and for all", async () => {
    const [translation] = loaded.translations;
    const broken = DecodePool.of([{ ...loaded.entries[0]!, folder: "/nowhere" }], 2)!;
    await assert.rejects(broken.open("restyle"), { code: "pack_corrupt" });
    const latent = new Float32Array(translation!.target.latentDims);
    const { rgba } = await broken.decode(translation!, { latent, logLikelihood: 0, drawing: undefined }, {});
    assert.equal(rgba.length, 4 * styleSizePx ** 2);
    assert.equal(broken.concurrencyOf(translation!), 1);
    // Moved away while the threads are up.
    await pool.open("restyle");
    const moved = await pool.decode(
      { ...translation!, id: "elsewhere" },
      { latent, logLikelihood: 0, drawing: undefined },
      {},
    );
    assert.deepEqual(moved.rgba, rgba);
  });

  it("threads that decode fail an image whose latent is no number, and decode the next one", async () => {
    const [translation] = loaded.translations;
    const { latentDims } = translation!.target;
    const latent = new Float32Array(latentDims);
    await pool.open("restyle");
    const decode = (logLikelihood: number) =>
      pool.decode(translation!, { latent, logLikelihood, drawing: undefined }, {});
    await assert.rejects(decode(Number.NaN), { code: "tensor_mismatch", message: /expected finite latents/ });
    const { rgba } = await decode(0);
    assert.equal(rgba.length, 4 * styleSizePx ** 2);
  });

  it("threads that decode stop a request that is cancelled, pass nothing more of it on, and go on with the others", async () => {
    const service = createService(loaded.translations, 4, undefined, undefined, pool);
    const abort = new AbortController();
    let passed = 0;
    const cancelled = draw(service, await request(3, { count: 16 }), abort, () => {
      passed += 1;
      if (passed === 2) abort.abort();
    });
    const other = draw(service, await request(4, { count: 16 }));
    await assert.rejects(cancelled, { code: "cancelled" });
    assert.equal((await other).length, 16);
    assert.equal(passed, 2);
  });

  it("threads that decode are not started for one core, or where no pack decodes beside drawings", () => {
    assert.equal(DecodePool.of(loaded.entries, 1), undefined);
    assert.equal(DecodePool.of([], 8), undefined);
  });
});
