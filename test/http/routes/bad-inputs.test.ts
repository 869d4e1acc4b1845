/**
 * Every bad input has its own code and says what was expected and what came; after each the server still serves a good
 * request.
 */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { limits } from "../../../shared/limits.ts";
import type { Problem, ProblemCode } from "../../../shared/problem.ts";
import { createHarness, type Harness, problemOf } from "../harness.ts";
import { bombPng, greyPng, svgBomb, tinyGif } from "../images.ts";

const condition = { caption: "red bird" };

let harness: Harness;
before(async () => {
  harness = await createHarness();
});
after(async () => {
  assert.ok(harness.inference.begun.length > 50, "the good requests were really made");
  await harness.close();
});
afterEach(async () => {
  assert.equal((await harness.request("/healthz")).status, 200);
  const { id } = await harness.start({ condition, count: 1, seed: 1 });
  assert.equal((await harness.end(id)).state, "done");
});

function assertProblem(problem: Problem, code: ProblemCode, field?: string): void {
  assert.equal(problem.code, code);
  if (field !== undefined) assert.equal(problem.field, field);
  assert.ok(problem.expected, `${code}: expected is missing: ${JSON.stringify(problem)}`);
  assert.ok(problem.received, `${code}: received is missing: ${JSON.stringify(problem)}`);
  assert.ok(problem.requestId);
  assert.ok(problem.detail.length > 10);
}

describe("POST /v1/generations", () => {
  const cases: ReadonlyArray<readonly [string, unknown, ProblemCode, string]> = [
    ["an empty caption", { condition: { caption: "" } }, "caption_empty", "condition.caption"],
    ["a blank caption", { condition: { caption: " \n\t " } }, "caption_empty", "condition.caption"],
    ["a caption of 10 kB", { condition: { caption: "bird ".repeat(2000) } }, "caption_too_long", "condition.caption"],
    ["a caption with a NUL", { condition: { caption: "red\u0000bird" } }, "caption_unreadable", "condition.caption"],
    ["half a surrogate pair", { condition: { caption: "bird \ud800" } }, "caption_unreadable", "condition.caption"],
    [
      "what Unicode says is no character",
      { condition: { caption: "bird\uffff" } },
      "caption_unreadable",
      "condition.caption",
    ],
    ["a caption of emoji only", { condition: { caption: "🦜🔥❤️" } }, "caption_unreadable", "condition.caption"],
    ["a caption that is a number", { condition: { caption: 7 } }, "invalid_request", "condition.caption"],
    ["neither caption nor style", { condition: {} }, "invalid_request", "condition"],
    ["no condition", {}, "invalid_request", "condition"],
    ["an unknown style", { condition: { style: "baroque" } }, "style_unknown", "condition.style"],
    ["an unknown translation", { translation: "sketch", condition }, "translation_unknown", "translation"],
    ["count 0", { condition, count: 0 }, "invalid_request", "count"],
    ["count 1000", { condition, count: 1000 }, "invalid_request", "count"],
    ["count as text", { condition, count: "4" }, "invalid_request", "count"],
    ["a negative seed", { condition, seed: -1 }, "invalid_request", "seed"],
    ["a fractional seed", { condition, seed: 1.5 }, "invalid_request", "seed"],
    ["a seed of 2^32", { condition, seed: 2 ** 32 }, "invalid_request", "seed"],
    ["NaN as text", { condition, temperature: "NaN" }, "invalid_request", "temperature"],
    ["a negative temperature", { condition, temperature: -0.1 }, "invalid_request", "temperature"],
    ["a share of retrieval above one", { condition, retrieval: 1.01 }, "invalid_request", "retrieval"],
    ["too much guidance", { condition, guidance: 99 }, "invalid_request", "guidance"],
    ["an unknown field", { condition, colour: "red" }, "invalid_request", "colour"],
    ["a list", [], "invalid_request", "body"],
    ["null", null, "invalid_request", "body"],
    [
      "a prototype in the body",
      '{"condition":{"caption":"bird"},"__proto__":{"count":1}}',
      "invalid_request",
      "__proto__",
    ],
  ];
  for (const [name, body, code, field] of cases)
    it(`POST /v1/generations refuses ${name} with ${code}`, async () =>
      assertProblem(await problemOf(await harness.post(body)), code, field));

  it("POST /v1/generations names the styles and translations that it knows", async () => {
    const style = await problemOf(await harness.post({ condition: { style: "x" } }));
    assert.equal(style.expected, "one of flat, outline");
    assert.equal(style.received, '"x"');
    const translation = await problemOf(await harness.post({ translation: "x", condition }));
    assert.equal(translation.expected, "one of caption, words");
  });

  const broken: ReadonlyArray<readonly [string, string | Uint8Array]> = [
    ["a bare NaN", '{"condition":{"caption":"bird"},"temperature":NaN}'],
    ["half a document", '{"condition":'],
    ["nothing", ""],
    ["bytes that are no UTF-8", new Uint8Array([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
  ];
  for (const [name, body] of broken)
    it(`POST /v1/generations refuses ${name} as JSON with invalid_json`, async () => {
      const headers = { "Content-Type": "application/json" };
      const response = await harness.request("/v1/generations", { method: "POST", headers, body: body as BodyInit });
      const problem = await problemOf(response);
      assert.equal(response.status, 400);
      assertProblem(problem, "invalid_json", "body");
    });

  it("POST /v1/generations accepts JSON with a charset and refuses other content types with unsupported_media", async () => {
    const body = JSON.stringify({ condition, count: 1 });
    const send = (type: string) =>
      harness.request("/v1/generations", { method: "POST", headers: { "Content-Type": type }, body });
    assert.equal((await send("application/json; charset=utf-8")).status, 202);
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
      assertProblem(await problemOf(await send(type)), "unsupported_media", "Content-Type");
  });

  // Goal B5.
  it("POST /v1/generations refuses a body over the limit with payload_too_large, with a length and chunked", async () => {
    const large = JSON.stringify({ condition: { caption: "x".repeat(limits.jsonMaxBytes) } });
    assertProblem(await problemOf(await harness.post(large)), "payload_too_large", "body");
    const body = new Blob([large]).stream();
    const headers = { "Content-Type": "application/json" };
    const init = { method: "POST", headers, body, duplex: "half" } as RequestInit;
    assertProblem(await problemOf(await harness.request("/v1/generations", init)), "payload_too_large", "body");
  });
});

describe("POST /v1/images", () => {
  const upload = (bytes: Uint8Array, type = "image/png"): Promise<Response> =>
    harness.request("/v1/images", { method: "POST", headers: { "Content-Type": type }, body: bytes as BodyInit });

  it("POST /v1/images stores an image once, under the digest of its bytes", async () => {
    const [a, b] = await Promise.all([upload(greyPng(32)), upload(greyPng(32), "application/octet-stream")]);
    assert.equal(a.status, 201);
    const [first, second] = [await a.json(), await b.json()] as Array<{ digest: string }>;
    assert.deepEqual(first, second);
    const { digest, ...about } = first!;
    assert.deepEqual(about, { widthPx: 32, heightPx: 32, mediaType: "image/png", bytes: greyPng(32).byteLength });
    assert.equal(await harness.uploads.touch(digest), true);
  });

  it("POST /v1/images goes by the bytes, not by the declared type", async () => {
    const gif = (await (await upload(tinyGif(), "image/png")).json()) as { mediaType: string };
    assert.equal(gif.mediaType, "image/gif");
  });

  const cases: ReadonlyArray<readonly [string, Uint8Array, string, ProblemCode]> = [
    ["30,000 × 30,000 pixels", bombPng(), "image/png", "image_rejected"],
    ["one side too long", greyPng(limits.imageMaxSidePx + 1), "image/png", "image_rejected"],
    ["a truncated PNG", greyPng(256, 77).subarray(0, -20), "image/png", "image_rejected"],
    ["a PNG's signature alone", greyPng(8).subarray(0, 8), "image/png", "image_rejected"],
    ["an empty body", new Uint8Array(0), "image/png", "image_rejected"],
    ["an SVG bomb by type", svgBomb(), "image/svg+xml", "unsupported_media"],
    ["an SVG bomb that claims to be PNG", svgBomb(), "image/png", "unsupported_media"],
    ["a text", Buffer.from("hello"), "application/octet-stream", "unsupported_media"],
    ["JSON", Buffer.from("{}"), "application/json", "unsupported_media"],
  ];
  for (const [name, bytes, type, code] of cases)
    it(`POST /v1/images refuses ${name} with ${code}`, async () =>
      assertProblem(await problemOf(await upload(bytes, type)), code));

  it("POST /v1/images refuses more bytes than the limit with payload_too_large, with a length and chunked", async () => {
    const large = new Uint8Array(limits.uploadMaxBytes + 1);
    assertProblem(await problemOf(await upload(large)), "payload_too_large", "body");
    const init = {
      method: "POST",
      headers: { "Content-Type": "image/png" },
      body: new Blob([large]).stream(),
      duplex: "half",
    };
    assertProblem(
      await problemOf(await harness.request("/v1/images", init as RequestInit)),
      "payload_too_large",
      "body",
    );
  });

  it("POST /v1/images keeps the folder of uploads below its limit", async () => {
    const small = await createHarness({
      limits: { uploadsKeptMaxBytes: greyPng(32).byteLength + 10, uploadsKeptLeastMs: 0 },
    });
    const send = async (grey: number) => {
      const init = { method: "POST", headers: { "Content-Type": "image/png" }, body: greyPng(32, grey) as BodyInit };
      return ((await (await small.request("/v1/images", init)).json()) as { digest: string }).digest;
    };
    const [old, young] = [await send(1), await send(200)];
    assert.deepEqual([await small.uploads.touch(old), await small.uploads.touch(young)], [false, true]);
    await small.close();
  });

  it("POST /v1/images leaves what another client was just told is stored", async () => {
    const small = await createHarness({ limits: { uploadsKeptMaxBytes: greyPng(32).byteLength + 10 } });
    const [first, second] = [await small.upload(greyPng(32, 1)), await small.upload(greyPng(32, 200))];
    assert.deepEqual([await small.uploads.touch(first), await small.uploads.touch(second)], [true, true]);
    await small.close();
  });
});

describe("unknown things", () => {
  const unknown = [
    // Goal S4.
    "/v1/nothing",
    "/v1/generations/nothing",
    "/v1/generations/nothing/events",
    "/v1/generations/x/images/0.png",
    "/v1/upscales/nothing",
    "/v1/upscales/nothing/events",
    "/v1/upscales/x/images/0.png",
    "/no",
    "/playground/no.js",
    "/playground/../package.json",
    "/%2e%2e/package.json",
  ];
  for (const path of unknown)
    it(`the server answers not_found for ${path}`, async () => {
      const problem = await problemOf(await harness.request(path));
      assertProblem(problem, "not_found");
    });

  it("the server answers not_found for the id of a job with more behind it, a NUL too", async () => {
    const { id } = await harness.start({ condition, count: 1, seed: 1 });
    await harness.end(id);
    for (const more of ["0", "%20", "%00", "%00/star"]) {
      const method = more.endsWith("star") ? "PUT" : "DELETE";
      const response = await harness.request(`/v1/generations/${id}${more}`, { method });
      assertProblem(await problemOf(response), "not_found", "generation");
    }
    assert.equal((await harness.request(`/v1/generations/${id}`)).status, 200);
  });

  it("the server answers method_not_allowed with the methods that are", async () => {
    const response = await harness.request("/v1/generations", { method: "PUT" });
    assert.equal(response.headers.get("allow"), "GET, HEAD, OPTIONS, POST");
    assertProblem(await problemOf(response), "method_not_allowed");
    assertProblem(await problemOf(await harness.request("/healthz", { method: "POST" })), "method_not_allowed");
  });
});
