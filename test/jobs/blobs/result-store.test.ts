/** Files by digest that the disk damaged: never given out, and whole again once their bytes come again. */
import assert from "node:assert/strict";
import { readdir, readFile, truncate, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { it } from "node:test";
import type { UnlessNeeded } from "../../../server/jobs/blobs/blob-store.ts";
import { ResultStore } from "../../../server/jobs/blobs/result-store.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";
import { createHarness } from "../../http/harness.ts";
import { greyPng } from "../../http/images.ts";

const folder = temporaryFolder("results");
const yearMs = 365 * 24 * 60 * 60 * 1000;
const unless =
  (isNeeded: (digest: string) => Promise<boolean>): UnlessNeeded =>
  async (digest, remove) =>
    (await isNeeded(digest)) ? undefined : remove();

const bytes = Buffer.from("the bytes of an image");
const damages: ReadonlyArray<readonly [what: string, damage: (path: string) => Promise<void>]> = [
  ["cut", (path) => truncate(path, 5)],
  ["emptied", (path) => truncate(path, 0)],
  ["flipped in one bit", async (path) => writeFile(path, (await readFile(path)).with(3, 0x01))],
];
for (const [what, damage] of damages)
  it(`a file that was ${what} is as good as none, until its bytes are stored again`, async () => {
    const store = await ResultStore.open(join(folder, what));
    const digest = await store.put(bytes);
    const path = join(folder, what, digest);
    await damage(path);
    assert.equal(await store.read(digest), undefined);
    assert.equal(await store.place(digest, join(folder, `${what}-placed`)), false);
    assert.equal(await store.put(bytes), digest);
    assert.deepEqual(Buffer.from((await store.read(digest))!), bytes);
    assert.equal(await store.place(digest, join(folder, `${what}-placed`)), true);
  });

it("a damaged image is not served, and the same request mends it; so does the same upload", async () => {
  const harness = await createHarness();
  const make = async () => harness.end((await harness.start({ condition: { caption: "bird" }, count: 1, seed: 7 })).id);
  const first = await make();
  const { path, sha256 } = first.images[0]!;
  await truncate(join(harness.dataDir, "results", sha256), 20);
  assert.equal((await harness.request(path)).status, 404);
  assert.equal((await make()).images[0]!.sha256, sha256);
  assert.equal((await harness.request(path)).status, 200);
  const png = greyPng(16);
  const digest = await harness.upload(png);
  await truncate(join(harness.dataDir, "uploads", digest), 20);
  assert.equal(await harness.upload(png), digest);
  const { id } = await harness.startUpscale({ image: digest, scale: 2 });
  assert.equal((await harness.endUpscale(id)).state, "done");
  await harness.close();
});

it("a store is counted once, and shrinks to nine tenths when what was stored since may be too much", async () => {
  const path = join(folder, "counted");
  const store = await ResultStore.open(path);
  const put = (index: number) => store.put(Buffer.alloc(100, index));
  for (let index = 0; index < 9; index += 1) await put(index);
  const notNeeded = unless(async () => false);
  await store.shrink({ maxBytes: 1000, maxAgeMs: yearMs }, notNeeded);
  // What others put there isn't seen until the next count.
  for (const name of ["a", "b"]) await writeFile(join(path, name.repeat(64)), Buffer.alloc(100));
  await store.shrink({ maxBytes: 1000, maxAgeMs: yearMs }, notNeeded);
  assert.equal((await readdir(path)).length, 11);
  await put(9);
  await put(9);
  await store.shrink({ maxBytes: 1000, maxAgeMs: yearMs }, notNeeded);
  assert.equal((await readdir(path)).length, 12);
  await put(10);
  await store.shrink({ maxBytes: 1000, maxAgeMs: yearMs }, notNeeded);
  assert.equal((await readdir(path)).length, 9);
});

it("a shrink that fails leaves the next one to count again", async () => {
  const path = join(folder, "failing");
  const store = await ResultStore.open(path);
  for (let index = 0; index < 9; index += 1) await store.put(Buffer.alloc(100, index));
  await assert.rejects(
    store.shrink(
      { maxBytes: 300, maxAgeMs: yearMs },
      unless(async () => {
        throw new Error("the queue is away");
      }),
    ),
  );
  await store.shrink(
    { maxBytes: 300, maxAgeMs: yearMs },
    unless(async () => false),
  );
  assert.equal((await readdir(path)).length, 2);
});

it("files that were unused for too long go, however few there are, but for what is needed", async () => {
  const path = join(folder, "old");
  const store = await ResultStore.open(path);
  const [old, needed, recent] = await Promise.all([1, 2, 3].map((index) => store.put(Buffer.alloc(100, index))));
  const before = new Date(Date.now() - yearMs - 1000);
  for (const digest of [old!, needed!]) await utimes(join(path, digest), before, before);
  await store.shrink(
    { maxBytes: 1000, maxAgeMs: yearMs },
    unless(async (digest) => digest === needed),
  );
  assert.deepEqual((await readdir(path)).sort(), [needed, recent].sort());
});

it("what is stored while files are counted is counted too", async () => {
  const path = join(folder, "meanwhile");
  const store = await ResultStore.open(path);
  for (let index = 0; index < 4; index += 1) await store.put(Buffer.alloc(100, index));
  const before = new Date(Date.now() - yearMs - 1000);
  for (const name of await readdir(path)) await utimes(join(path, name), before, before);
  let isFirst = true;
  await store.shrink(
    { maxBytes: 1000, maxAgeMs: yearMs },
    unless(async () => {
      if (isFirst) for (let index = 4; index < 12; index += 1) await store.put(Buffer.alloc(100, index));
      isFirst = false;
      return true;
    }),
  );
  await store.shrink(
    { maxBytes: 1000, maxAgeMs: yearMs },
    unless(async () => false),
  );
  assert.equal((await readdir(path)).length, 8);
});

it("what is used again while files are counted stays", async () => {
  const path = join(folder, "used-again");
  const store = await ResultStore.open(path);
  const [old, again] = await Promise.all([1, 2].map((index) => store.put(Buffer.alloc(100, index))));
  const before = new Date(Date.now() - yearMs - 1000);
  for (const digest of [old!, again!]) await utimes(join(path, digest), before, before);
  await store.shrink(
    { maxBytes: 1000, maxAgeMs: yearMs },
    unless(async () => {
      await store.touch(again!);
      return false;
    }),
  );
  assert.deepEqual(await readdir(path), [again]);
});
