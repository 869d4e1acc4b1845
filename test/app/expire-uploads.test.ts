/** Uploads that nobody used for a year go when a server starts, but for those of requests and of waiting jobs. */
import assert from "node:assert/strict";
import { readdir, utimes } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import { startExpiring } from "../../server/app/expire-uploads.ts";
import { openFolderBlobs } from "../../server/jobs/blobs/folder-blobs.ts";
import { KeptUploads, sharedUploads, uploadBounds } from "../../server/jobs/blobs/kept-uploads.ts";
import { ResultStore } from "../../server/jobs/blobs/result-store.ts";
import { LocalHolds } from "../../server/jobs/blobs/upload-holds.ts";
import { limits } from "../../shared/limits.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { nextTurn, waitUntil } from "../fixtures/wait-until.ts";

const path = temporaryFolder("expiring");

/** Four uploads; a waiting job names the second. */
async function fourUploads(name: string) {
  const folder = join(path, name);
  const store = await ResultStore.open(folder);
  const [old, awaited, held, recent] = await Promise.all(
    [1, 2, 3, 4].map((index) => store.put(Buffer.alloc(100, index))),
  );
  const uploads = new KeptUploads(
    store,
    new LocalHolds(),
    [awaited, undefined].map((named) => ({ needsUpload: async (digest: string) => digest === named })),
  );
  const age = async (...digests: Array<string | undefined>): Promise<void> => {
    const before = new Date(Date.now() - limits.uploadsKeptMs - 1000);
    for (const digest of digests) await utimes(join(folder, digest!), before, before);
  };
  const left = async () => (await readdir(folder)).sort();
  return { uploads, old: old!, awaited: awaited!, held: held!, recent: recent!, age, left };
}

it("old uploads go at the start, without another upload, and those of requests and waiting jobs stay", async () => {
  const { uploads, old, awaited, held, recent, age, left } = await fourUploads("old");
  await uploads.whileHeld(async ({ touch }) => {
    assert.equal(await touch(held), true);
    await age(old, awaited, held);
    const expiring = startExpiring(uploads, { error: (_, what) => assert.fail(what) });
    await waitUntil("old uploads are gone", async () => !(await left()).includes(old)).finally(expiring.stop);
    assert.deepEqual(await left(), [awaited, held, recent].sort());
  });
});

it("a shrink removes what it must, but neither what a request holds nor what a job names, until they end", async () => {
  const { uploads, awaited, held, left } = await fourUploads("many");
  const bounds = { maxBytes: 1, maxAgeMs: limits.uploadsKeptMs };
  await uploads.whileHeld(async ({ touch }) => {
    assert.equal(await touch(held), true);
    await uploads.shrink(bounds);
    assert.deepEqual(await left(), [awaited, held].sort());
    assert.deepEqual([await uploads.remove(held), await uploads.remove(awaited)], [undefined, undefined]);
  });
  await uploads.shrink(bounds);
  assert.deepEqual(await left(), [awaited]);
});

for (const shared of [false, true])
  it(`what was used in the last ten minutes stays, up to twice the bound, in ${shared ? "a shared store" : "a data folder"}`, async () => {
    const folder = join(path, `young-${shared}`);
    const blobs = await openFolderBlobs(folder);
    const files = ResultStore.of(folder);
    const store = shared ? sharedUploads(blobs) : files;
    const [held, idle, answered] = await Promise.all([1, 2, 3].map((index) => files.put(Buffer.alloc(100, index))));
    const age = async (digest: string | undefined, minutes: number): Promise<void> => {
      const then = new Date(Date.now() - minutes * 60_000);
      await utimes(join(folder, digest!), then, then);
    };
    const uploads = new KeptUploads(store, new LocalHolds(), [
      { needsUpload: async (digest: string) => digest === held },
    ]);
    const bounds = { ...uploadBounds, maxBytes: 150 };
    await age(held, 20);
    await age(idle, 11);
    await age(answered, 9);
    await uploads.shrink(bounds);
    assert.deepEqual((await readdir(folder)).sort(), [held, answered].sort());
    await age(answered, 11);
    await uploads.shrink(bounds);
    assert.deepEqual(await readdir(folder), [held]);
    // One that sends without end fills no disk: of what is young only twice as much stays, the newest.
    const flood = await Promise.all([4, 5, 6, 7].map((index) => files.put(Buffer.alloc(100, index))));
    for (const [index, digest] of flood.entries()) await age(digest, 8 - index);
    await uploads.shrink(bounds);
    assert.deepEqual((await readdir(folder)).sort(), [held, flood[2], flood[3]].sort());
  });

it("what is named while it is being removed waits, and is then found gone or, where a job needs it, here", async () => {
  const store = await ResultStore.open(join(path, "slow"));
  const digest = await store.put(Buffer.alloc(100, 1));
  for (const isNeeded of [true, false]) {
    let answer = (_: boolean): void => undefined;
    const needs = new Promise<boolean>((resolve) => (answer = resolve));
    let isAsked = false;
    const queue = {
      needsUpload: (): Promise<boolean> => {
        isAsked = true;
        return needs;
      },
    };
    const uploads = new KeptUploads(store, new LocalHolds(), [queue]);
    const removing = uploads.remove(digest);
    await waitUntil("a removal that asks", () => isAsked);
    let isFound: boolean | undefined;
    const naming = uploads.whileHeld(async ({ touch }) => (isFound = await touch(digest)));
    // Turns enough for a touch that does not wait.
    for (let turn = 0; turn < 3; turn += 1) assert.equal(await store.touch(digest), true);
    assert.equal(isFound, undefined);
    answer(isNeeded);
    assert.equal(await removing, isNeeded ? undefined : true);
    assert.equal(await naming, isNeeded);
  }
});

it("a wait for a removal ends once nobody waits for it", async () => {
  const store = await ResultStore.open(join(path, "left"));
  const [here, removed] = [await store.put(Buffer.alloc(100, 1)), await store.put(Buffer.alloc(100, 2))];
  let answer = (_: boolean): void => undefined;
  const needs = new Promise<boolean>((resolve) => (answer = resolve));
  const uploads = new KeptUploads(store, new LocalHolds(), [{ needsUpload: () => needs }]);
  const removing = uploads.remove(removed);
  await nextTurn();
  let asked = 0;
  const waiting = uploads.whileHeld(
    ({ hold }) => hold([here, removed]),
    () => {
      asked += 1;
      if (asked === 2) throw new Error("left");
    },
  );
  await assert.rejects(waiting, { message: "left" });
  // What it held while it waited is let go.
  answer(false);
  assert.deepEqual([await removing, await uploads.remove(here)], [true, true]);
});
