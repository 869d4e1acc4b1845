/** Drawings in the look that a style wants: what is there in lines and in fills, what seeds choose, and files that are refused. */
import assert from "node:assert/strict";
import { truncate } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { unitOf } from "../../server/engine/edits/sphere.ts";
import { normals } from "../../server/engine/random.ts";
import { DrawingLibrary } from "../../server/retrieval/library/drawing-library.ts";
import { writeLibraryFile } from "../../server/retrieval/library/drawing-library-file.ts";
import { blocksOf, linesOfBlocks } from "../../server/retrieval/library/library-blocks.ts";
import { looks, pickLooks, readLooksFile, writeLooksFile } from "../../server/retrieval/library/library-looks.ts";
import { makeLibrary } from "../../server/retrieval/library/make-library.ts";
import { AppError } from "../../shared/problem.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const folder = temporaryFolder("looks");
const [path, looksPath] = [join(folder, "drawings.safetensors"), join(folder, "looks.safetensors")];
const keyDims = 32;
const words = unitOf(normals(3, 1, keyDims));
/** Sets whose drawing of the one thing is lines with a filled one beside it, lines alone, fills with lines beside, dots, and nothing to fill. */
const sets = ["both", "dots", "fills", "lines", "plain"];
const library = await makeLibrary(
  sets.map((set) => ({ set, name: "ring", viewBox: "0 0 24 24", body: `<path id="${set}"/>` })),
  keyDims,
  1,
  async () => words,
);
assert.deepEqual(library.sets, sets, "a library has its sets in order");
await writeLibraryFile(path, library);
const content = {
  looks: Uint8Array.of(looks.lines, looks.neither, looks.fills, looks.lines, looks.both),
  others: Float32Array.of(0, 2),
  ...blocksOf(["0 0 8 8|<path id='filled'/>", "0 0 8 8|<path id='outline'/>"]),
};
await writeLooksFile(looksPath, content);
const opened = await DrawingLibrary.open(path, keyDims, { looks: looksPath });
const drawn = (entry: number, look?: "lines" | "fills"): string =>
  /id=.(\w+)/.exec(opened.drawing(entry, look).svg)![1]!;

test("a drawing comes in the look that is wanted where its set has it, else as it is", () => {
  assert.deepEqual(
    sets.map((_, entry) => drawn(entry, "fills")),
    ["filled", "dots", "fills", "lines", "plain"],
  );
  assert.deepEqual(
    sets.map((_, entry) => drawn(entry, "lines")),
    ["both", "dots", "outline", "lines", "plain"],
  );
  assert.deepEqual(
    sets.map((_, entry) => drawn(entry)),
    sets,
  );
});

test("seeds choose a drawing in the wanted look more often, and never only these", () => {
  const counts = (look?: "lines" | "fills"): Map<string, number> => {
    const choice = opened.find({ words, look })!;
    const found = new Map<string, number>();
    for (let seed = 0; seed < 500; seed += 1) {
      const { set } = choice.open(choice.choose((length) => normals(seed, 1, length)).entry);
      found.set(set, (found.get(set) ?? 0) + 1);
    }
    return found;
  };
  const [any, filled] = [counts(), counts("fills")];
  for (const set of ["both", "fills", "plain"])
    assert.ok(filled.get(set)! > any.get(set)!, `${set}: ${any.get(set)} to ${filled.get(set)}`);
  for (const set of ["dots", "lines"]) {
    assert.ok(filled.get(set)! < any.get(set)!, `${set}: ${any.get(set)} to ${filled.get(set)}`);
    assert.ok(filled.get(set)! > 0, `${set} is chosen now and then`);
  }
});

test("where four drawings of a name are filled, a style of fills starts from no other", async () => {
  const many = ["dots", "fills 1", "fills 2", "fills 3", "fills 4", "lines"];
  const bodies = many.map((set) => ({ set, name: "ring", viewBox: "0 0 24 24", body: `<path id="${set}"/>` }));
  const [manyPath, ofMany] = [join(folder, "many.safetensors"), join(folder, "looks-of-many.safetensors")];
  const made = await makeLibrary(bodies, keyDims, 1, async () => words);
  await writeLibraryFile(manyPath, made);
  const found = async (fills: number): Promise<string[]> => {
    const own = many.map((set, at) => (set === "dots" || at > fills ? looks.lines : looks.fills));
    await writeLooksFile(ofMany, { looks: Uint8Array.from(own), others: Float32Array.of(), ...blocksOf([]) });
    const choice = (await DrawingLibrary.open(manyPath, keyDims, { looks: ofMany })).find({ words, look: "fills" })!;
    const chosen = Array.from({ length: 500 }, (_, seed) => choice.choose((length) => normals(seed, 1, length)).entry);
    return [...new Set(chosen.map((entry) => choice.open(entry).set))].sort();
  };
  assert.deepEqual(await found(4), many.slice(1, 5));
  assert.deepEqual(await found(3), many);
});

test("looks of some drawings stay theirs", () => {
  const { looks: own, others, ...blocks } = pickLooks(content, [4, 2, 1]);
  assert.deepEqual([...own], [looks.both, looks.fills, looks.neither]);
  assert.deepEqual([...others], [1]);
  assert.deepEqual(linesOfBlocks({ ...blocks }), ["0 0 8 8|<path id='outline'/>"]);
});

test("looks of another library, strange places and cut files are refused by their path", async () => {
  const isRefused = (error: unknown): boolean =>
    error instanceof AppError && error.code === "pack_corrupt" && error.message.includes(folder);
  await assert.rejects(readLooksFile(looksPath, 6), isRefused);
  const strange = join(folder, "strange.safetensors");
  await writeLooksFile(strange, { ...content, others: Float32Array.of(0, 5) });
  await assert.rejects(readLooksFile(strange, 5), isRefused);
  await writeLooksFile(strange, { ...content, others: Float32Array.of(0), blockLengths: Float32Array.of(3) });
  await assert.rejects(readLooksFile(strange, 5), isRefused);
  await truncate(strange, 40);
  await assert.rejects(DrawingLibrary.open(path, keyDims, { looks: strange }), isRefused);
});
