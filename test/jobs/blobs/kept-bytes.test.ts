/** The bound on the bytes of uploads: a flood of them stays within it at every moment, and reads the folder now and then alone. */
import assert from "node:assert/strict";
import fs, { readdirSync, statSync } from "node:fs";
import { utimes } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
import { it } from "node:test";
import { openFolderBlobs } from "../../../server/jobs/blobs/folder-blobs.ts";
import { KeptUploads, sharedUploads, type UploadStore } from "../../../server/jobs/blobs/kept-uploads.ts";
import { ResultStore } from "../../../server/jobs/blobs/result-store.ts";
import { LocalHolds } from "../../../server/jobs/blobs/upload-holds.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

const home = temporaryFolder("kept-bytes");
const bounds = { maxBytes: 10_000, maxAgeMs: 60_000, leastAgeMs: 60_000 };
const image = (index: number, size = 1000): Uint8Array => Buffer.alloc(size, `${index} `);
const bytesIn = (folder: string): number =>
  readdirSync(folder).reduce(
    (sum, name) => sum + (statSync(join(folder, name), { throwIfNoEntry: false })?.size ?? 0),
    0,
  );

async function open(name: string, isNeeded: (digest: string) => boolean = () => false, isShared = false) {
  const folder = join(home, name);
  const local = await ResultStore.open(folder);
  const store: UploadStore = isShared ? sharedUploads(await openFolderBlobs(folder)) : local;
  const queue = { needsUpload: async (digest: string) => isNeeded(digest) };
  return { folder, uploads: new KeptUploads(store, new LocalHolds(), [queue]) };
}

/** The most bytes that lay in a folder while work ran, and how often the folder was read. */
async function during(folder: string, work: () => Promise<unknown>): Promise<{ most: number; looks: number }> {
  let [most, looks, isOver] = [0, 0, false];
  const { readdir } = fs.promises;
  fs.promises.readdir = ((...of: Parameters<typeof readdir>) => {
    looks++;
    return readdir(...of);
  }) as typeof readdir;
  syncBuiltinESMExports();
  const watch = async (): Promise<void> => {
    while (!isOver) {
      most = Math.max(most, bytesIn(folder));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const watching = watch();
  try {
    await work();
  } finally {
    isOver = true;
    await watching;
    fs.promises.readdir = readdir;
    syncBuiltinESMExports();
  }
  return { most: Math.max(most, bytesIn(folder)), looks };
}

for (const isShared of [false, true])
  it(`parallel uploads never fill more than twice the bound, in ${isShared ? "a shared store" : "a data folder"}`, async () => {
    const { folder, uploads } = await open(`flood-${isShared}`, undefined, isShared);
    // None is needed, so none is refused.
    const { most } = await during(folder, () =>
      Promise.all(Array.from({ length: 200 }, (_, index) => uploads.keep(image(index), bounds))),
    );
    assert.ok(most <= 2 * bounds.maxBytes, `${most} bytes`);
    assert.ok(most > bounds.maxBytes, `${most} bytes`);
  });

it("between the bound and twice as much, where nothing may go, an upload does not read the folder", async () => {
  const { folder, uploads } = await open("young");
  for (let index = 0; index < 11; index++) await uploads.keep(image(index), bounds);
  const { looks } = await during(folder, async () => {
    for (let index = 0; index < 40; index++) await uploads.keep(image(100 + index, 100), bounds);
  });
  // Each twentieth part of the bound.
  assert.ok(looks <= 8, `${looks} looks`);
  assert.equal(readdirSync(folder).length, 51);
});

it("what jobs need is never removed: the next upload is refused, and welcome when they ended", async () => {
  let areNeeded = true;
  const { folder, uploads } = await open("needed", () => areNeeded);
  const sent = Array.from({ length: 40 }, (_, index) => uploads.keep(image(index), bounds));
  const answers = await Promise.allSettled(sent);
  const kept = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  assert.equal(kept.length, 20);
  assert.deepEqual(readdirSync(folder).sort(), [...kept].sort());
  for (const answer of answers)
    if (answer.status === "rejected") {
      assert.equal(answer.reason.code, "storage_full");
      assert.match(answer.reason.message, /expected at most 20000 bytes of uploads/);
    }
  const { looks } = await during(folder, () =>
    Promise.allSettled(Array.from({ length: 40 }, (_, index) => uploads.keep(image(index + 50), bounds))),
  );
  assert.ok(looks <= 1, `${looks} looks`);
  areNeeded = false;
  assert.equal(await uploads.remove(kept[0]!), true);
  await uploads.keep(image(100), bounds);
});

it("room is given back when a write fails, and when the same bytes were here", async (t) => {
  const { folder, uploads } = await open("back", () => true);
  for (let index = 0; index < 19; index++) await uploads.keep(image(index), bounds);
  const { rename } = fs.promises;
  const failing = t.mock.method(fs.promises, "rename", async () => {
    throw Object.assign(new Error("full"), { code: "ENOSPC" });
  });
  syncBuiltinESMExports();
  for (let index = 20; index < 30; index++)
    await assert.rejects(uploads.keep(image(index), bounds), { code: "storage_full", message: /full disk/ });
  failing.mock.restore();
  syncBuiltinESMExports();
  assert.equal(fs.promises.rename, rename);
  for (let turn = 0; turn < 10; turn++) await uploads.keep(image(1), bounds);
  await Promise.all(Array.from({ length: 10 }, () => uploads.keep(image(30), bounds)));
  assert.equal(readdirSync(folder).length, 20);
  await assert.rejects(uploads.keep(image(31), bounds), { code: "storage_full", message: /uploads/ });
});

for (const isShared of [false, true])
  it(`bytes that are kept need no room, in ${isShared ? "a shared store" : "a data folder"}`, async () => {
    const { folder, uploads } = await open(`again-${isShared}`, () => true, isShared);
    for (let index = 0; index < 20; index++) await uploads.keep(image(index), bounds);
    await assert.rejects(uploads.keep(image(20), bounds), { code: "storage_full" });
    const then = new Date(Date.now() - 60_000);
    const digest = await uploads.keep(image(3), bounds);
    await utimes(join(folder, digest), then, then);
    assert.equal(await uploads.keep(image(3), bounds), digest);
    assert.ok(statSync(join(folder, digest)).mtimeMs > then.getTime(), "used just now");
  });

it("bytes that never fit are refused at once", async () => {
  const { uploads } = await open("huge");
  await assert.rejects(uploads.keep(image(0, 20_001), bounds), { code: "storage_full" });
  await uploads.keep(image(1, 100), bounds);
});

it("where old uploads make room, they go before an upload is refused", async () => {
  const { folder, uploads } = await open("old");
  for (let index = 0; index < 20; index++) {
    const digest = await uploads.keep(image(index), { ...bounds, maxBytes: 20_000 });
    const then = new Date(Date.now() - 120_000 + index);
    await utimes(join(folder, digest), then, then);
  }
  await uploads.keep(image(20), bounds);
  assert.ok(bytesIn(folder) <= bounds.maxBytes, `${bytesIn(folder)} bytes`);
});
