/** Uploads taken back over HTTP: gone from the disk, refused while a job reads them, and welcome again. */
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { createHarness, problemOf } from "../harness.ts";
import { greyPng } from "../images.ts";

it("DELETE /v1/images/DIGEST removes the bytes; requests that name them are refused until they are sent again", async () => {
  const harness = await createHarness();
  const [kept, digest] = [await harness.upload(greyPng(16)), await harness.upload(greyPng(17))];
  const remove = (name: string) => harness.request(`/v1/images/${name}`, { method: "DELETE" });
  assert.equal((await remove(digest)).status, 204);
  assert.deepEqual(await readdir(join(harness.dataDir, "uploads")), [kept]);
  assert.equal((await problemOf(await harness.postUpscale({ image: digest, scale: 2 }))).code, "image_unknown");
  for (const unknown of [digest, "..%2Ftoken", "0".repeat(63)]) {
    const problem = await problemOf(await remove(unknown));
    assert.deepEqual([problem.status, problem.code, problem.field], [404, "not_found", "upload"]);
  }
  assert.equal(await harness.upload(greyPng(17)), digest);
  await harness.close();
});

it("an upload that a job still reads stays, and goes once the job ended", async () => {
  const harness = await createHarness();
  const digest = await harness.upload(greyPng(16));
  let open = () => {};
  harness.inference.gate = new Promise<void>((resolve) => (open = resolve));
  const { id } = await harness.startUpscale({ image: digest, scale: 2 });
  const problem = await problemOf(await harness.request(`/v1/images/${digest}`, { method: "DELETE" }));
  assert.deepEqual([problem.status, problem.code, problem.retryAfterSeconds], [409, "not_ready", 1]);
  open();
  assert.equal((await harness.endUpscale(id)).state, "done");
  assert.equal((await harness.request(`/v1/images/${digest}`, { method: "DELETE" })).status, 204);
  await harness.close();
});
