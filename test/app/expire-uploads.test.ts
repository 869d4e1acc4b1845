/** Uploads that nobody used for a year go when a server starts, but for those of waiting jobs. */
import assert from "node:assert/strict";
import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { startExpiring } from "../../server/app/expire-uploads.ts";
import type { DataFolder } from "../../server/app/open-data-folder.ts";
import { ResultStore } from "../../server/jobs/blobs/result-store.ts";
import { limits } from "../../shared/limits.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { waitUntil } from "../fixtures/wait-until.ts";

it("old uploads go at the start, without another upload, and those of waiting jobs stay", async () => {
  const path = temporaryFolder("expiring");
  const uploads = await ResultStore.open(path);
  const [old, awaited, recent] = await Promise.all([1, 2, 3].map((index) => uploads.put(Buffer.alloc(100, index))));
  const before = new Date(Date.now() - limits.uploadsKeptMs - 1000);
  for (const digest of [old!, awaited!]) await utimes(join(path, digest), before, before);
  const [some, none] = [awaited, undefined].map((named) => ({
    needsUpload: async (digest: string) => digest === named,
  }));
  const data = { uploads, generations: { queue: some }, upscales: { queue: none }, trainings: { trainings: none } };
  const expiring = startExpiring(data as unknown as DataFolder, { error: (_, what) => assert.fail(what) });
  await waitUntil("old uploads are gone", async () => (await readdir(path)).length < 3).finally(expiring.stop);
  assert.deepEqual((await readdir(path)).sort(), [awaited, recent].sort());
});
