/** Drawings found by words: the nearest name first, every set in turn, only those that licences leave, and files that are refused. */
import assert from "node:assert/strict";
import { mkdtemp, rm, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { unitOf } from "../../server/engine/edits/sphere.ts";
import { normals } from "../../server/engine/random.ts";
import { DrawingLibrary } from "../../server/retrieval/drawing-library.ts";
import { readLibraryFile, writeLibraryFile } from "../../server/retrieval/drawing-library-file.ts";
import { makeLibrary, type NamedDrawing } from "../../server/retrieval/make-library.ts";
import { AppError } from "../../shared/problem.ts";

const folder = await mkdtemp(join(tmpdir(), "tau-library-"));
after(() => rm(folder, { recursive: true }));
const path = join(folder, "drawings.safetensors");
const keyDims = 32;
const vectorOf = (name: string): Float32Array =>
  unitOf(
    normals(
      [...name].reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) >>> 0, 7),
      1,
      keyDims,
    ),
  );

const sets = ["ovals", "squares", "waves"];
const drawings: NamedDrawing[] = Array.from({ length: 900 }, (_, at) => ({
  set: sets[at % 3]!,
  name: `thing ${Math.floor(at / 3)}`,
  viewBox: "0 0 24 24",
  body: `<path fill="currentColor" d="M${at} 0h9"/>`,
}));
const content = await makeLibrary(drawings, keyDims, 16, async (names) => {
  const rows = new Float32Array(names.length * keyDims);
  for (const [at, name] of names.entries()) rows.set(vectorOf(name), at * keyDims);
  return rows;
});
await writeLibraryFile(path, content);
const library = await DrawingLibrary.open(path, keyDims);
const noise = (seed: number) => (length: number) => normals(seed, 1, length);

test("words find the drawing of their name, seeds those of its sets, and each is whole", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 299 }), fc.integer({ min: 0, max: 2 ** 31 }), (thing, seed) => {
      const name = `thing ${thing}`;
      const found = library.find({ words: vectorOf(name), noise: noise(seed) });
      assert.equal(found?.name, name);
      assert.ok(found.cosine > 0.98);
      const at = 3 * thing + sets.indexOf(found.set);
      assert.ok(found.svg.includes(`viewBox="0 0 24 24"`) && found.svg.includes(`d="M${at} 0h9"`));
    }),
    { numRuns: 60, seed: 25 },
  );
  const found = Array.from({ length: 40 }, (_, seed) =>
    library.find({ words: vectorOf("thing 7"), noise: noise(seed) }),
  );
  assert.equal(new Set(found.map((drawing) => drawing?.set)).size, 3);
});

test("only drawings of the sets that may be used are found, and none where none may", () => {
  const words = vectorOf("thing 9");
  for (const set of sets) assert.equal(library.find({ words, among: new Set([set]), noise: noise(1) })?.set, set);
  assert.equal(library.find({ words, among: new Set(), noise: noise(1) }), undefined);
  assert.equal(library.size, 900);
});

test("a set with few names is searched, however many names of other sets are nearer", async () => {
  const near = normals(3, 1, keyDims);
  const vectors = Array.from({ length: 640 }, (_, at) => {
    const other = normals(at + 10, 1, keyDims);
    return unitOf(near.map((value, axis) => value + (at < 600 ? 0.3 : 0.5) * other[axis]!));
  });
  const crowded = Array.from({ length: 640 }, (_, at) => ({
    ...{ set: at < 600 ? "many" : "few", name: `${1000 + at}`, viewBox: "0 0 24 24", body: "<path/>" },
  }));
  const made = await makeLibrary(crowded, keyDims, 32, async (names) => {
    const rows = new Float32Array(names.length * keyDims);
    for (const [at, name] of names.entries()) rows.set(vectors[Number(name) - 1000]!, at * keyDims);
    return rows;
  });
  const words = unitOf(near);
  const cosines = vectors
    .slice(600)
    .map((vector) => vector.reduce((sum, value, axis) => sum + value * words[axis]!, 0));
  const found = new DrawingLibrary(made).search({ words, among: new Set(["few"]) });
  assert.ok(Math.abs(found[0]!.cosine - Math.max(...cosines)) < 0.03);
  const isNear = (cosine: number): boolean => cosine > Math.max(...cosines) - 0.12;
  assert.ok(found.length >= cosines.filter(isNear).length && found.length > 1);
});

test("a file that is cut short, or was made for other words, is refused by its path", async () => {
  for (const dims of [16, 64])
    await assert.rejects(
      readLibraryFile(path, dims),
      (error) => error instanceof AppError && error.code === "pack_corrupt",
    );
  await truncate(path, 2000);
  await assert.rejects(
    DrawingLibrary.open(path, keyDims),
    (error) => error instanceof AppError && error.code === "pack_corrupt" && error.message.includes(path),
  );
});
