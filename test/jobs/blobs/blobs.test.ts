/** Files that several machines share, in a folder and in an S3-style store: one suite for both, and what only one can meet. */
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { type BlobStore, shrinkBlobs, sweepBlobs, type UnlessNeeded } from "../../../server/jobs/blobs/blob-store.ts";
import { openFolderBlobs } from "../../../server/jobs/blobs/folder-blobs.ts";
import { openS3Blobs } from "../../../server/jobs/blobs/s3-blobs.ts";
import { sha256Of } from "../../../server/platform/sha256.ts";
import { keys, type SmallS3, startSmallS3 } from "../small-s3.ts";

let folder: string;
let s3: SmallS3;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "tau-blobs-"));
  s3 = await startSmallS3();
});
after(async () => {
  await s3.stop();
  await rm(folder, { recursive: true });
});

const unless =
  (isNeeded: (digest: string) => Promise<boolean>): UnlessNeeded =>
  async (digest, remove) =>
    (await isNeeded(digest)) ? undefined : remove();
const unknown = "0".repeat(64);
const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

function describeBlobs(
  name: string,
  open: (home: string) => Promise<BlobStore>,
  /** Makes a file so many seconds older. */
  age: (home: string, digest: string, seconds: number) => Promise<void>,
  damage: (home: string, digest: string) => Promise<void>,
): void {
  describe(`files by digest in ${name}`, () => {
    it("stores bytes under their digest, reads them, and knows what it has not", async () => {
      const store = await open("a");
      const digest = await store.put(bytesOf("one"));
      assert.equal(digest, sha256Of(Buffer.from("one")));
      assert.deepEqual(Buffer.from((await store.read(digest))!), Buffer.from("one"));
      assert.deepEqual([await store.touch(digest), await store.touch(unknown)], [true, false]);
      assert.equal(await store.read(unknown), undefined);
      assert.equal(await store.read("../token"), undefined);
      const path = join(folder, `${name.length}-placed`);
      assert.deepEqual([await store.place(digest, path), await store.place(unknown, path)], [true, false]);
      assert.equal(await readFile(path, "utf8"), "one");
      await store.delete(digest);
      await store.delete(digest);
      assert.equal(await store.read(digest), undefined);
    });

    it("gives damaged bytes to no one, and stores them anew", async () => {
      const store = await open("b");
      const digest = await store.put(bytesOf("sound"));
      await damage("b", digest);
      assert.equal(await store.read(digest), undefined);
      await store.put(bytesOf("sound"));
      assert.ok(await store.read(digest));
    });

    it("sweeps what no job names and no one used for a while, whatever page of the list it is on", async () => {
      const store = await open("c");
      const digests = await Promise.all(["1", "2", "3", "4", "5"].map((text) => store.put(bytesOf(text))));
      for (const digest of digests) await age("c", digest, 1000);
      await store.touch(digests[0]!);
      await store.put(bytesOf("2"));
      await sweepBlobs(store, Date.now() - 500_000, async (digest) => digest === digests[2]);
      const left = (await store.list()).map(({ digest }) => digest).sort();
      assert.deepEqual(left, digests.slice(0, 3).sort());
    });

    it("a sweep keeps what was touched after it listed the files", async () => {
      const store = await open("touched");
      const [kept, left] = [await store.put(bytesOf("1")), await store.put(bytesOf("2"))];
      for (const digest of [kept, left]) await age("touched", digest, 1000);
      await sweepBlobs(store, Date.now() - 500_000, async (digest) => {
        if (digest === kept) await store.touch(digest);
        return false;
      });
      assert.deepEqual(
        (await store.list()).map(({ digest }) => digest),
        [kept],
      );
      assert.equal(await store.usedAt(left), undefined);
    });

    it("shrinks to so many bytes: the longest unused go first, needed ones never", async () => {
      const store = await open("d");
      const digests: string[] = [];
      for (const [index, text] of ["aaaa", "bbbb", "cccc", "dddd"].entries()) {
        digests.push(await store.put(bytesOf(text)));
        await age("d", digests[index]!, 100 - index);
      }
      await shrinkBlobs(
        store,
        { maxBytes: 8, maxAgeMs: 1_000_000 },
        unless(async (digest) => digest === digests[0]),
      );
      assert.deepEqual((await store.list()).map(({ digest }) => digest).sort(), [digests[0]!, digests[3]!].sort());
    });

    it("what was unused for too long goes, however little there is", async () => {
      const store = await open("old");
      const [old, recent] = await Promise.all(["old", "new"].map((text) => store.put(bytesOf(text))));
      await age("old", old!, 100);
      await shrinkBlobs(
        store,
        { maxBytes: 1000, maxAgeMs: 60_000 },
        unless(async () => false),
      );
      assert.deepEqual(
        (await store.list()).map(({ digest }) => digest),
        [recent],
      );
    });

    it("what is used again while the store shrinks stays", async () => {
      const store = await open("again");
      const digest = await store.put(bytesOf("again"));
      await age("again", digest, 100);
      const touch = unless(async () => !(await store.touch(digest)));
      await shrinkBlobs(store, { maxBytes: 1000, maxAgeMs: 60_000 }, touch);
      assert.notEqual(await store.usedAt(digest), undefined);
    });
  });
}

describeBlobs(
  "a folder",
  (home) => openFolderBlobs(join(folder, home)),
  async (home, digest, seconds) => {
    const at = new Date(Date.now() - seconds * 1000);
    await utimes(join(folder, home, digest), at, at);
  },
  (home, digest) => writeFile(join(folder, home, digest), "broken"),
);
describeBlobs(
  "an S3-style store",
  async (home) => openS3Blobs({ url: s3.url, ...keys }, home),
  async (home, digest, seconds) => {
    const name = `/bucket/team/${home}/${digest}`;
    s3.objects.set(name, { ...s3.objects.get(name)!, modified: new Date(Date.now() - seconds * 1000) });
  },
  async (home, digest) => {
    s3.objects.set(`/bucket/team/${home}/${digest}`, { bytes: Buffer.from("broken"), modified: new Date() });
  },
);

it("a folder that others write to keeps what they have half written, and loses what a crash left long ago", async () => {
  const home = join(folder, "half");
  await openFolderBlobs(home);
  const [young, old] = [join(home, "a.tmp"), join(home, "b.tmp")];
  await writeFile(young, "");
  await writeFile(old, "");
  const at = new Date(Date.now() - 2 * 60 * 60 * 1000);
  await utimes(old, at, at);
  await openFolderBlobs(home);
  await stat(young);
  await assert.rejects(stat(old), { code: "ENOENT" });
});

it("an S3-style store that refuses or is away is named, with what it said and without the keys", async () => {
  const refused = openS3Blobs({ url: s3.url, ...keys, secretAccessKey: "another" }, "a");
  await assert.rejects(refused.put(bytesOf("x")), (error: Error & { code?: string }) => {
    assert.equal(error.code, "store_unavailable");
    assert.match(error.message, /403 SignatureDoesNotMatch/);
    assert.doesNotMatch(JSON.stringify(error), /another/);
    return true;
  });
  const away = openS3Blobs({ url: "http://127.0.0.1:1/bucket", ...keys }, "a");
  await assert.rejects(away.read(unknown), { code: "store_unavailable" });
});
