/** Upscales by the API client over real HTTP: uploaded, requested, followed, fetched, cancelled, refused. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, before, beforeEach, test } from "node:test";
import { type ApiClient, createApiClient } from "../../../plugin/ui/client/api-client.ts";
import { Failure } from "../../../plugin/ui/client/failure.ts";
import { upscaleFactors } from "../../../shared/contract/upscale-scales.ts";
import { type ContractServer, startContractServer } from "../contract/contract-server.ts";
import { drawPng } from "../png.ts";

let server: ContractServer;
before(async () => {
  server = await startContractServer();
});
after(() => server.close());
beforeEach(() => {
  server.stepMs = 5;
  server.isHeld = () => false;
  server.intercept = () => false;
  server.requests.length = 0;
});

const client = (answerMs = 1000): ApiClient =>
  createApiClient({
    serverUrl: server.url,
    token: server.token,
    timings: { answerMs, reconnectMs: [10], pollMs: 10, pollFailuresMax: 3 },
  });
const never = new AbortController().signal;
const fails = (work: Promise<unknown>, code: string): Promise<void> =>
  assert.rejects(work, (error) => error instanceof Failure && error.code === code);

test("an upload is answered with the digest of its bytes", async () => {
  const png = drawPng(1, 16);
  const { digest, widthPx, heightPx, bytes } = await client().uploadImage(png);
  assert.equal(digest, createHash("sha256").update(png).digest("hex"));
  assert.deepEqual([widthPx, heightPx, bytes], [16, 16, png.length]);
  assert.equal(server.requests[0]?.headers["content-type"], "application/octet-stream");
});

test("an upload may take longer than other answers", async () => {
  server.intercept = (request, response) => {
    setTimeout(() => response.destroy(), 120);
    return request.url === "/v1/images";
  };
  await fails(client(30).uploadImage(drawPng(1, 16)), "unreachable");
});

test("an accepted upscale is followed to its hypotheses and their map", async () => {
  const api = client();
  const { digest } = await api.uploadImage(drawPng(1, 16));
  const input = { image: digest, scale: 4, detail: 0.5, seed: 4_294_967_295, count: 2, variance: true } as const;
  const stages: string[] = [];
  const accepted = await api.upscales.start(input, "key");
  const done = await api.upscales.follow(accepted, ({ progress }) => stages.push(progress.stage), never);
  assert.equal(done.state, "done");
  assert.deepEqual([...new Set(stages)], ["waiting", "decoding", "upscaling", "storing", "finished"]);
  assert.deepEqual(
    done.images.map(({ kind, seed, widthPx }) => [kind, seed, widthPx]),
    [
      ["hypothesis", 4_294_967_295, 64],
      ["hypothesis", 0, 64],
      ["variance", undefined, 64],
    ],
  );
  for (const { path, sha256 } of done.images)
    assert.equal(
      createHash("sha256")
        .update(await api.readImage(path, never))
        .digest("hex"),
      sha256,
    );
  const post = server.requests.find(({ path }) => path === "/v1/upscales");
  assert.equal(post?.headers["idempotency-key"], "key");
});

test("an upscale by any factor that the form offers is followed to its end", async () => {
  const api = client();
  const { digest } = await api.uploadImage(drawPng(1, 16));
  for (const scale of upscaleFactors) {
    const accepted = await api.upscales.start({ image: digest, scale, clean: 0.5 }, `key ${scale}`);
    const done = await api.upscales.follow(accepted, () => undefined, never);
    assert.deepEqual([done.state, done.images[0]?.widthPx], ["done", 16 * scale]);
  }
});

test("without any stream an upscale is polled to the same end", async () => {
  server.intercept = (request, response) => {
    if (!request.url?.endsWith("/events")) return false;
    response.destroy();
    return true;
  };
  const api = client();
  const { digest } = await api.uploadImage(drawPng(1, 16));
  const accepted = await api.upscales.start({ image: digest, scale: 2 }, "key");
  assert.equal((await api.upscales.follow(accepted, () => undefined, never)).images.length, 1);
  assert.equal((await api.upscales.read(accepted.id)).state, "done");
});

test("a cancelled upscale ends as cancelled", async () => {
  server.isHeld = () => true;
  const api = client();
  const { digest } = await api.uploadImage(drawPng(1, 16));
  const accepted = await api.upscales.start({ image: digest, scale: 2 }, "key");
  const work = api.upscales.follow(accepted, () => undefined, never);
  await api.upscales.cancel(accepted.id);
  assert.equal((await work).state, "cancelled");
  assert.equal(server.upscales.get(accepted.id)?.state, "cancelled");
});

test("an unknown image and one that is too large are refused with their own codes", async () => {
  const api = client();
  await fails(api.upscales.start({ image: "0".repeat(64), scale: 2 }, "key"), "image_unknown");
  const png = drawPng(1, 16);
  png.writeUInt32BE(1500, 16);
  const { digest } = await api.uploadImage(png);
  const refusal = await api.upscales.start({ image: digest, scale: 4 }, "key").catch((error: unknown) => error);
  assert.ok(refusal instanceof Failure && refusal.code === "upscale_too_large", String(refusal));
  assert.match(refusal.detail, /which fits ×2/);
});
