/** POST /v1/inversions: what it answers, how it is bounded, and that it ends with its client, its deadline and its child. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { InversionSchema } from "../../../shared/contract/generations/inversion.ts";
import { AppError } from "../../../shared/problem.ts";
import { waitUntil } from "../../fixtures/wait-until.ts";
import { createHarness, type Harness, pack, problemOf } from "../harness.ts";
import { greyPng } from "../images.ts";
import { createGate } from "../small-inference.ts";

const missing = "0".repeat(64);
const asks = (harness: Harness, body: unknown, signal?: AbortSignal): Promise<Response> =>
  harness.request("/v1/inversions", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });

let harness: Harness;
let image: string;
before(async () => {
  harness = await createHarness({
    limits: { inversionsParallelMax: 2, inversionsWaitingMax: 1 },
  });
  image = await harness.upload(greyPng(8, 51));
});
after(() => harness.close());

describe("POST /v1/inversions", () => {
  it("POST /v1/inversions answers latent, residual and likelihoods of the decoded image, with the request and the pack", async () => {
    const response = await asks(harness, { image, condition: { caption: " a  bird " } });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("cache-control"), "no-store");
    const found = InversionSchema.parse(await response.json());
    assert.deepEqual(found.request, { translation: "caption", image, condition: { caption: "a bird" } });
    assert.equal(found.packDigest, pack.digest);
    assert.ok(Math.abs(found.latent[0]! - 0.2) < 1e-6 && Math.abs(found.latent[3]! - 1) < 1e-6);
    assert.deepEqual([found.conditionGain, found.roundTripError, found.outOfDistribution], [2.5, 0, []]);
  });

  const refused = [
    ["no image", {}, "invalid_request", "image"],
    ["an unknown image", { image: missing }, "image_unknown", "image"],
    ["an unknown translation", { image: missing, translation: "x" }, "translation_unknown", "translation"],
    ["an unknown style", { image: missing, condition: { style: "x" } }, "style_unknown", "condition.style"],
    [
      "a condition that is not read",
      { image: missing, translation: "words", condition: { label: "bird" } },
      "invalid_request",
      "condition.label",
    ],
    ["an unknown sketch", { image: missing, condition: { sketch: { image: missing } } }, "image_unknown", "image"],
    ["a field of generations", { image: missing, count: 2 }, "invalid_request", "count"],
  ] as const;
  for (const [name, body, code, field] of refused)
    it(`POST /v1/inversions refuses ${name} with ${code}`, async () => {
      const problem = await problemOf(await asks(harness, body));
      assert.deepEqual([problem.code, problem.field], [code, field], problem.detail);
    });

  it("POST /v1/inversions runs so many at once, lets so many wait and refuses the next", async () => {
    const gate = createGate();
    harness.inference.gate = gate.closed;
    harness.inference.mostInverting = 0;
    const four = Array.from({ length: 4 }, () => asks(harness, { image }));
    // The others are answered when the gate opens.
    const full = await Promise.race(four);
    assert.equal(full.headers.get("retry-after"), "1");
    assert.equal((await problemOf(full)).code, "queue_full");
    harness.inference.gate = undefined;
    gate.open();
    assert.deepEqual((await Promise.all(four)).map(({ status }) => status).sort(), [200, 200, 200, 429]);
    assert.equal(harness.inference.mostInverting, 2);
  });

  it("POST /v1/inversions is cancelled in the child when the client goes away", async () => {
    const gate = createGate();
    harness.inference.gate = gate.closed;
    const client = new AbortController();
    const answer = asks(harness, { image }, client.signal);
    await waitUntil("an inversion", () => harness.inference.inverting > 0);
    client.abort();
    assert.equal((await problemOf(await answer)).code, "cancelled");
    assert.equal(harness.inference.inverting, 0);
    harness.inference.gate = undefined;
    gate.open();
  });

  it("POST /v1/inversions ends at its deadline", async () => {
    const hurried = await createHarness({ limits: { attemptDeadlineMs: 50 } });
    hurried.inference.gate = createGate().closed;
    const sent = await hurried.upload(greyPng(8));
    assert.equal((await problemOf(await asks(hurried, { image: sent }))).code, "deadline_exceeded");
    await hurried.close();
  });

  it("POST /v1/inversions passes on what the child says, and is refused while there is none", async () => {
    harness.inference.faults.push(new AppError("inference_crashed", "expected a living child, got signal SIGKILL"));
    assert.equal((await problemOf(await asks(harness, { image }))).code, "inference_crashed");
    harness.inference.faults.push(new AppError("sketch_empty", "sketch: expected at least one line, got none"));
    assert.equal((await problemOf(await asks(harness, { image }))).code, "sketch_empty");
    const without = await createHarness({ status: () => ({ state: "unavailable", detail: "no provider" }) });
    assert.equal((await problemOf(await asks(without, { image }))).code, "inference_unavailable");
    await without.close();
  });
});
