/** Every way in which an upscale, or a generation that also enlarges, is refused: code, field, and what is offered instead. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { GenerationInput } from "../../../shared/contract/generations/generation-request.ts";
import { AppError, type ProblemCode } from "../../../shared/problem.ts";
import { createHarness, type Harness, pack, problemOf } from "../harness.ts";
import { greyPng } from "../images.ts";

const unknown = "0".repeat(64);

describe("POST /v1/upscales", () => {
  let harness: Harness;
  let image: string;
  before(async () => {
    harness = await createHarness();
    image = await harness.upload(greyPng(16));
  });
  after(() => harness.close());

  const cases: ReadonlyArray<readonly [string, object, ProblemCode, string]> = [
    ["scale 5", { scale: 5 }, "invalid_request", "scale"],
    ["a scale and a width", { widthPx: 20 }, "invalid_request", "scale"],
    ["a width that is no enlargement", { scale: undefined, widthPx: 16 }, "invalid_request", "widthPx"],
    ["a width above four times the image's", { scale: undefined, widthPx: 65 }, "invalid_request", "widthPx"],
    ["a width above 4096 px", { scale: undefined, widthPx: 4097 }, "invalid_request", "widthPx"],
    ["a scale that is a text", { scale: "2" }, "invalid_request", "scale"],
    ["a scale that says that it is a text and is none", { scale: { toString: 1 } }, "invalid_request", "scale"],
    ["no scale", { scale: undefined }, "invalid_request", "scale"],
    ["detail 2", { detail: 2 }, "invalid_request", "detail"],
    ["a negative detail", { detail: -0.1 }, "invalid_request", "detail"],
    ["detail null, which is what JSON makes of NaN", { detail: Number.NaN }, "invalid_request", "detail"],
    ["detail as text", { detail: "NaN" }, "invalid_request", "detail"],
    ["count 0", { detail: 1, count: 0 }, "invalid_request", "count"],
    ["count 9", { detail: 1, count: 9 }, "invalid_request", "count"],
    ["count 1.5", { detail: 1, count: 1.5 }, "invalid_request", "count"],
    ["several hypotheses without detail", { count: 2 }, "invalid_request", "count"],
    ["outlines without the map that they are in", { outlines: true }, "invalid_request", "outlines"],
    ["details at the picture's own size", { scale: 1, detail: 0.5 }, "invalid_request", "detail"],
    ["nothing to do at the picture's own size", { scale: 1, clean: 0 }, "invalid_request", "clean"],
    ["a seed of 2^32", { seed: 2 ** 32 }, "invalid_request", "seed"],
    ["an unknown field", { guidance: 1 }, "invalid_request", "guidance"],
    ["no digest", { image: "apple.png" }, "invalid_request", "image"],
    ["an image that was never uploaded", { image: unknown }, "image_unknown", "image"],
  ];
  for (const [name, requested, code, field] of cases)
    it(`POST /v1/upscales refuses ${name} with ${code}`, async () => {
      const problem = await problemOf(await harness.postUpscale({ image, scale: 2, ...requested }));
      assert.deepEqual([problem.code, problem.field], [code, field]);
      assert.ok(problem.expected && problem.received, JSON.stringify(problem));
    });

  it("POST /v1/upscales refuses what is no JSON of a small size", async () => {
    assert.equal((await problemOf(await harness.postUpscale("{"))).code, "invalid_json");
    assert.equal(
      (await problemOf(await harness.postUpscale({}, { "Content-Type": "text/plain" }))).code,
      "unsupported_media",
    );
    assert.equal((await problemOf(await harness.postUpscale({ image: "x".repeat(70_000) }))).code, "payload_too_large");
  });

  it("POST /v1/upscales refuses an image that is too large at once, and offers the factor that fits", async () => {
    const wide = await harness.upload(greyPng(1025));
    const problem = await problemOf(await harness.postUpscale({ image: wide, scale: 4 }));
    assert.deepEqual([problem.code, problem.status, problem.field], ["upscale_too_large", 422, "image"]);
    assert.equal(problem.largestScale, 3);
    assert.match(problem.detail, /at most 1024 × 1024 px for ×4 .*, got 1025 × 1025 px, which fits ×3/);
    const wider = await harness.upload(greyPng(2049));
    const none = await problemOf(await harness.postUpscale({ image: wider, scale: 2 }));
    assert.deepEqual([none.code, none.largestScale], ["upscale_too_large", undefined]);
    assert.deepEqual(await harness.upscales.depth(), { waiting: 0, running: 0 }, "no job was made");
  });

  it("POST /v1/upscales refuses a key that is none, and work when no child serves or the server stops", async () => {
    const bad = await problemOf(await harness.postUpscale({ image, scale: 2 }, { "Idempotency-Key": "x".repeat(201) }));
    assert.deepEqual([bad.code, bad.field], ["invalid_request", "Idempotency-Key"]);
    const broken = await createHarness({ status: () => ({ state: "unavailable", detail: "no libraries" }) });
    const digest = await broken.upload(greyPng(16));
    const body = { image: digest, scale: 2 };
    assert.equal((await problemOf(await broken.postUpscale(body))).code, "inference_unavailable");
    broken.stopping.abort();
    assert.equal((await problemOf(await broken.postUpscale(body))).code, "shutting_down");
    await broken.close();
  });

  it("POST /v1/upscales refuses more waiting upscales than there is room for", async () => {
    const small = await createHarness({ limits: { queueMax: 1 } });
    small.inference.gate = new Promise(() => undefined);
    const digest = await small.upload(greyPng(16));
    await small.startUpscale({ image: digest, scale: 2 });
    await small.startUpscale({ image: digest, scale: 2 });
    const response = await small.postUpscale({ image: digest, scale: 2 });
    assert.equal(response.headers.get("retry-after"), "30");
    const problem = await problemOf(response);
    assert.deepEqual([problem.code, problem.expected], ["queue_full", "fewer than 1 waiting upscales"]);
    await small.close();
  });
});

describe("without an upscaler in any pack", () => {
  const { upscaler: _, ...plain } = pack;

  it("without an upscaler in any pack an upscale and a generation that enlarges are refused with pack_unavailable, and others are made", async () => {
    const harness = await createHarness({ packs: [plain] });
    const image = await harness.upload(greyPng(16));
    const problem = await problemOf(await harness.postUpscale({ image, scale: 2 }));
    assert.deepEqual([problem.code, problem.status], ["pack_unavailable", 503]);
    assert.match(problem.detail, /expected a pack with an upscaler on the server, got none/);
    const requested: GenerationInput = { condition: { caption: "bird" }, count: 1 };
    assert.equal((await problemOf(await harness.post({ ...requested, upscale: 2 }))).code, "pack_unavailable");
    assert.equal((await harness.end((await harness.start(requested)).id)).state, "done");
    await harness.close();
  });
});

describe("a generation with `upscale`", () => {
  it("a generation with `upscale` makes larger images, and is another request than one without", async () => {
    const harness = await createHarness();
    const requested: GenerationInput = { condition: { caption: "bird" }, count: 2, seed: 3 };
    const headers = { "Idempotency-Key": "large" };
    const response = await harness.post({ ...requested, upscale: 4 }, headers);
    const done = await harness.end(((await response.json()) as { id: string }).id);
    assert.equal(done.request.upscale, 4);
    assert.deepEqual(
      done.images.map(({ widthPx, heightPx }) => [widthPx, heightPx]),
      [
        [64, 64],
        [64, 64],
      ],
    );
    for (const other of [requested, { ...requested, upscale: 2 }])
      assert.equal((await problemOf(await harness.post(other, headers))).code, "idempotency_conflict");
    for (const upscale of [5, "2", null, 0]) {
      const problem = await problemOf(await harness.post({ ...requested, upscale }));
      assert.deepEqual([problem.code, problem.field], ["invalid_request", "upscale"]);
    }
    await harness.close();
  });

  it("a generation with `upscale` names the pack that draws and the pack that enlarges, also after a crash of the child and a restart", async () => {
    const { upscaler, translations, ...about } = pack;
    const sharp = { ...about, id: "sharp", digest: "cd".repeat(32), translations: [], upscaler: upscaler! };
    const packs = [{ ...about, translations }, sharp];
    const first = await createHarness({ packs });
    first.inference.faults.push(new AppError("inference_crashed", "expected a living child, got signal SIGKILL"));
    const requested: GenerationInput = { condition: { caption: "bird" }, count: 1 };
    const accepted = await first.start({ ...requested, upscale: 2 });
    const done = await first.end(accepted.id);
    for (const { packDigest, upscalerDigest } of [accepted, done])
      assert.deepEqual([packDigest, upscalerDigest], [pack.digest, sharp.digest]);
    assert.deepEqual([first.inference.begun.length, done.state], [2, "done"]);
    const small = await first.end((await first.start(requested)).id);
    assert.equal("upscalerDigest" in small, false);
    await first.stop();
    const second = await createHarness({ packs, dataDir: first.dataDir });
    assert.deepEqual(await second.read(done.id), done);
    await second.close();
  });

  it("a generation names the pack in which its caption finds a drawing, where that is another one", async () => {
    const [own] = pack.translations;
    const borrowing = { ...own!, id: "restyle", captionsFrom: own!.id };
    const lender = { ...pack, id: "lender", digest: "ef".repeat(32) };
    const harness = await createHarness({ packs: [{ ...pack, id: "borrower", translations: [borrowing] }, lender] });
    const done = await harness.end(
      (await harness.start({ translation: "restyle", condition: { caption: "bird" }, count: 1 })).id,
    );
    assert.deepEqual([done.packDigest, done.lenderDigest], [pack.digest, lender.digest]);
    const alone = await harness.end(
      (await harness.start({ condition: { caption: "bird" }, translation: own!.id, count: 1 })).id,
    );
    assert.equal("lenderDigest" in alone, false);
    await harness.close();
  });

  it("a generation with `upscale` is refused when the translation's image times the factor is above Figma's limit", async () => {
    const translations = pack.translations.map((translation) => ({ ...translation, widthPx: 2048, heightPx: 1024 }));
    const harness = await createHarness({ packs: [{ ...pack, translations }] });
    const requested: GenerationInput = { condition: { caption: "bird" }, count: 1 };
    const problem = await problemOf(await harness.post({ ...requested, upscale: 4 }));
    assert.deepEqual([problem.code, problem.field, problem.largestScale], ["upscale_too_large", "upscale", 2]);
    assert.equal((await harness.post({ ...requested, upscale: 2 })).status, 202);
    await harness.close();
  });
});
