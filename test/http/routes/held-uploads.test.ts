/** Uploads that a request names stay until its job is kept, or until the work that its client waits for ends. */
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { createApp, routesOf } from "../../../server/http/app.ts";
import { KeptUploads } from "../../../server/jobs/blobs/kept-uploads.ts";
import { LocalHolds, type UploadHolds } from "../../../server/jobs/blobs/upload-holds.ts";
import { AppError } from "../../../shared/problem.ts";
import { nextTurn, waitUntil } from "../../fixtures/wait-until.ts";
import { createHarness, type Harness, pack, problemOf, token } from "../harness.ts";
import { greyPng } from "../images.ts";
import { createGate } from "../small-inference.ts";

const [first, ...others] = pack.translations;
const packs = [{ ...pack, translations: [{ ...first!, styleImagesMax: 4 }, ...others] }];

let harness: Harness;
before(async () => {
  const uploadsKeptMaxBytes = Math.floor(1.5 * greyPng(16, 60).byteLength);
  harness = await createHarness({ packs, limits: { uploadsKeptMaxBytes, uploadsKeptLeastMs: 0 } });
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
  const edit = (image?: string, beside?: string) => ({
    count: 1,
    condition: { sketch: { image }, lowResolution: { image: beside }, style: { images: [beside, beside, beside] } },
  });
  const asked: ReadonlyArray<readonly [path: string, bodyOf: (...images: string[]) => object]> = [
    ["/v1/upscales", (image) => ({ image, scale: 2 })],
    ["/v1/generations", edit],
    ["/v1/batches", (...images) => ({ generations: [edit(...images)] })],
    [
      "/v1/trainings",
      (...images) => ({ name: "mine", examples: images.map((image) => ({ image, captions: ["bird"] })) }),
    ],
  ];

  /** Code of what a request was refused with at once; an accepted one's upload must have stayed for its job. */
  async function refusalOf(path: string, answer: Response, digest: string): Promise<string | undefined> {
    if (path === "/v1/batches") {
      const text = await answer.text();
      const refusal = /event: refused\ndata: .*"code":"(\w+)"/.exec(text)?.[1];
      if (refusal === undefined) assert.match(text, /event: finished\ndata: .*"state":"done"/);
      return refusal;
    }
    if (answer.status !== 202) return (await problemOf(answer)).code;
    const { id } = (await answer.json()) as { id: string };
    if (path === "/v1/trainings") {
      // None runs here: it waits, and needs what it names.
      assert.equal(await harness.uploads.touch(digest), true);
      await harness.trainings.cancel(id);
      return undefined;
    }
    const { state, problem } = await (path === "/v1/upscales" ? harness.endUpscale(id) : harness.end(id));
    assert.deepEqual([state, problem], ["done", undefined]);
    return undefined;
  }

  for (const [path, bodyOf] of asked)
    it(`${path}: either is refused, and no accepted job misses it`, async () => {
      let accepted = 0;
      for (let turns = 0; turns < tries; turns += 1) {
        // Put past the route, where each upload would remove the one before.
        const images = await Promise.all(
          Array.from({ length: 20 }, (_, at) => harness.uploads.put(greyPng(16 + at, 20 + turns))),
        );
        const digest = images[0]!;
        const answering = postTo(path, bodyOf(...images));
        for (let turn = 0; turn < turns; turn += 1) await nextTurn();
        const { status } = await remove(digest);
        const refusal = await refusalOf(path, await answering, digest);
        if (refusal === undefined) accepted += 1;
        else assert.deepEqual([refusal, status], ["image_unknown", 204]);
      }
      assert.ok(accepted > 0, "a deletion that comes late is refused, or finds that the job is done");
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
      // There is no room to keep two: every upload removes all that is not needed.
      await harness.upload(greyPng(16, 61));
      open();
      const answer = await answering;
      assert.equal(answer.status, 200, await answer.clone().text());
      assert.equal((await remove(digest)).status, 204);
    });
});

const condition = (image: string) => ({ caption: "bird", style: { images: [image] } });
/** Requests that name one upload. */
const naming: ReadonlyArray<readonly [path: string, bodyOf: (image: string) => object]> = [
  ["/v1/upscales", (image) => ({ image, scale: 2 })],
  ["/v1/generations", (image) => ({ count: 1, condition: { sketch: { image } } })],
  ["/v1/inversions", (image) => ({ image })],
  ["/v1/drawings", (image) => ({ translation: "caption", condition: condition(image), count: 1 })],
  ["/v1/vectors", (image) => ({ image })],
  ["/v1/families", (image) => ({ names: ["bird", "fish"], format: "png", style: { images: [image] } })],
];

describe("a request that waits for a removal of its upload ends as its route documents", { timeout: 60_000 }, () => {
  for (const code of ["shutting_down", "cancelled"] as const)
    for (const [path, bodyOf] of naming)
      it(`${path}: ${code}`, async () => {
        const image = await harness.uploads.put(greyPng(16, 80));
        const asked = createGate();
        const local = new LocalHolds();
        let refusedCount = 0;
        const holds: UploadHolds = {
          during: (side, work) =>
            local.during(side, (enter) =>
              work(async (digests) => {
                const isFree = await enter(digests);
                if (!isFree) refusedCount += 1;
                return isFree;
              }),
            ),
        };
        const needsUpload = () => asked.closed.then(() => false);
        const uploads = new KeptUploads(harness.uploads, holds, [{ needsUpload }]);
        const [stopping, client] = [new AbortController(), new AbortController()];
        const app = createApp({ ...harness.deps, uploads, stopping: stopping.signal });
        const removing = uploads.remove(image);
        const headers = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
        const body = JSON.stringify(bodyOf(image));
        const answering = app.request(path, { method: "POST", headers, body, signal: client.signal });
        await waitUntil("a request that waits", () => refusedCount > 0);
        if (code === "shutting_down") stopping.abort();
        else client.abort();
        const problem = await problemOf(await answering);
        assert.deepEqual(
          [problem.code, problem.retryAfterSeconds !== undefined],
          [code, code === "shutting_down"],
          problem.detail,
        );
        const route = routesOf(harness.deps).find((each) => each.path === path && each.method === "post");
        assert.ok(route?.problems?.includes(code), `POST ${path} documents ${code}`);
        asked.open();
        assert.equal(await removing, true);
      });
});

describe("where uploads can't be held, the answer says so, as its route documents", () => {
  for (const code of ["queue_unavailable", "storage_full"] as const)
    it(code, async () => {
      const image = await harness.uploads.put(greyPng(16, 70));
      const refuse = () => Promise.reject(new AppError(code, "expected a queue server that holds, got none"));
      const uploads = new KeptUploads(harness.uploads, { during: (_, work) => work(refuse) }, []);
      const app = createApp({ ...harness.deps, uploads });
      const routes = routesOf(harness.deps);
      const check = async (method: "post" | "delete", path: string, named: string, type: string, body?: BodyInit) => {
        const headers = { "Content-Type": type, Authorization: `Bearer ${token}` };
        const answer = await app.request(named, { method: method.toUpperCase(), headers, ...(body && { body }) });
        assert.equal((await problemOf(answer)).code, code, path);
        const route = routes.find((each) => each.path === path && each.method === method);
        assert.ok(route?.problems?.includes(code), `${method} ${path}`);
      };
      for (const [path, bodyOf] of naming)
        await check("post", path, path, "application/json", JSON.stringify(bodyOf(image)));
      await check("delete", "/v1/images/:digest", `/v1/images/${image}`, "text/plain");
      // It removes what was there before.
      await check(
        "post",
        "/v1/images",
        "/v1/images",
        "image/png",
        greyPng(16, 71 + code.length) as Uint8Array<ArrayBuffer>,
      );
    });
});
