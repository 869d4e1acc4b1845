/** Uploads that a request names stay until its job is kept, or until the work that its client waits for ends. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createApp } from "../../../server/http/app.ts";
import { nextTurn, waitUntil } from "../../fixtures/wait-until.ts";
import { createHarness, type Harness, pack, problemOf, token } from "../harness.ts";
import { greyPng } from "../images.ts";
import { createGate } from "../small-inference.ts";

const [first, ...others] = pack.translations;
const packs = [{ ...pack, translations: [{ ...first!, styleImagesMax: 4 }, ...others] }];

let harness: Harness;
before(async () => {
  harness = await createHarness({ packs, limits: { uploadsKeptMaxBytes: 1 } });
});
after(() => harness.close());

const remove = (digest: string): Promise<Response> => harness.request(`/v1/images/${digest}`, { method: "DELETE" });
const postTo = (path: string, body: object): Promise<Response> =>
  harness.request(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });

describe("a deletion at the moment of a request that names the upload", () => {
  const tries = 20;
  const asked = [
    ["/v1/upscales", (image: string) => ({ image, scale: 2 })],
    [
      "/v1/generations",
      (image: string, beside: string) => ({
        count: 1,
        condition: { sketch: { image }, lowResolution: { image: beside }, style: { images: [beside, beside, beside] } },
      }),
    ],
  ] as const;
  for (const [path, bodyOf] of asked)
    it(`${path}: either is refused, and no accepted job misses it`, async () => {
      const seen = { accepted: 0, removed: 0 };
      for (let turns = 0; turns < tries; turns += 1) {
        // Put past the route, where each upload would remove the one before.
        const [digest, beside] = await Promise.all(
          [20 + turns, 200].map((grey) => harness.uploads.put(greyPng(16, grey))),
        );
        const answering = postTo(path, bodyOf(digest!, beside!));
        for (let turn = 0; turn < turns; turn += 1) await nextTurn();
        const { status } = await remove(digest!);
        const answer = await answering;
        if (answer.status === 202) {
          const { id } = (await answer.json()) as { id: string };
          const ended = await (path === "/v1/upscales" ? harness.endUpscale(id) : harness.end(id));
          assert.deepEqual([ended.state, ended.problem], ["done", undefined], `after ${turns} turns`);
          seen.accepted += 1;
        } else {
          assert.equal((await problemOf(answer)).code, "image_unknown");
          assert.equal(status, 204);
          seen.removed += 1;
        }
      }
      assert.equal(seen.accepted + seen.removed, tries);
      assert.ok(seen.accepted > 0, "a deletion that comes late enough is refused, or finds the job done");
    });
});

describe("work that a client waits for keeps its uploads until it ends", () => {
  const asked = [
    ["/v1/inversions", (image: string) => ({ image })],
    ["/v1/drawings", (image: string) => ({ translation: "caption", condition: captioned(image), count: 1 })],
    ["/v1/vectors", (image: string) => ({ image })],
    ["/v1/families", (image: string) => ({ names: ["bird", "fish"], format: "png", style: { images: [image] } })],
  ] as const;
  const captioned = (image: string) => ({ caption: "bird", style: { images: [image] } });

  for (const [path, bodyOf] of asked)
    it(path, async () => {
      const { closed, open } = createGate();
      let isBegun = false;
      const late =
        <Of extends unknown[], T>(work: (...of: Of) => Promise<T>) =>
        async (...of: Of): Promise<T> => {
          isBegun = true;
          await closed;
          return work(...of);
        };
      const { invert, findDrawings, vectorise, drawFamily } = harness.deps;
      const app = createApp({
        ...harness.deps,
        invert: late(invert),
        findDrawings: late(findDrawings),
        vectorise: late(vectorise),
        drawFamily: late(drawFamily),
      });
      const digest = await harness.upload(greyPng(16, 60));
      const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
      const answering = app.request(path, { method: "POST", headers, body: JSON.stringify(bodyOf(digest)) });
      await waitUntil("work that runs", () => isBegun);
      const problem = await problemOf(await remove(digest));
      assert.deepEqual([problem.status, problem.code], [409, "not_ready"]);
      // With one byte to keep, every upload removes all that is not needed.
      await harness.upload(greyPng(16, 61));
      open();
      const answer = await answering;
      assert.equal(answer.status, 200, await answer.clone().text());
      assert.equal((await remove(digest)).status, 204);
    });
});
