/** Values that are encoded piece by piece and kept on disk: what is requested when, what is reported, what a fault leaves. */
import assert from "node:assert/strict";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { type ChunkPart, encodeChunks } from "../../../server/training/encode/encoded-chunks.ts";
import { temporaryFolder } from "../../fixtures/temporary-folder.ts";

const root = temporaryFolder("pieces");

const total = 40;
const chunkRows = 16;

/** One run: two networks, of which `a` gives its row and `b` twice that, side by side; `fault` is thrown at a piece's start. */
async function run(folder: string, fault?: { readonly at: number }) {
  const requested: string[] = [];
  const reported: number[] = [];
  const taken = { a: new Float32Array(total), b: new Float32Array(2 * total) };
  const partOf = (key: "a" | "b", width: number): ChunkPart => ({
    key,
    stem: "values",
    width,
    take: (piece, start) => taken[key].set(piece, start * width),
  });
  const done = encodeChunks({
    folder,
    what: "images",
    total,
    chunkRows,
    changedMs: 0,
    parts: [partOf("a", 1), partOf("b", 2)],
    onProgress: ({ done: rows }) => void reported.push(rows),
    async encode(missing, start, count, onRows) {
      requested.push(`${missing.map(({ key }) => key).join("+")} ${start}`);
      if (fault?.at === start) throw new Error("no such luck");
      onRows(count / 2);
      onRows(count);
      return missing.map(({ width }) => Float32Array.from({ length: count * width }, (_, at) => width * start + at));
    },
  });
  await (fault ? assert.rejects(done, /no such luck/) : done);
  return { requested, reported, taken };
}

const expected = {
  a: Float32Array.from({ length: total }, (_, at) => at),
  b: Float32Array.from({ length: 2 * total }, (_, at) => at),
};

describe("pieces", () => {
  it("pieces are made in order for all networks at once, reported row by row and as done when they are kept", async () => {
    const { requested, reported, taken } = await run(join(root, "whole"));
    assert.deepEqual(requested, ["a+b 0", "a+b 16", "a+b 32"]);
    assert.deepEqual(reported, [8, 16, 24, 32, 36, 40]);
    assert.deepEqual(taken, expected);
  });

  it("pieces are not made a second time, and reported all the same", async () => {
    const folder = join(root, "twice");
    await run(folder);
    const { requested, reported, taken } = await run(folder);
    assert.deepEqual([requested, reported], [[], [16, 32, 40]]);
    assert.deepEqual(taken, expected);
  });

  it("pieces are made for the one network alone that lacks them", async () => {
    const folder = join(root, "one lost");
    await run(folder);
    await rm(join(folder, ".encoded/b/values-16.safetensors"));
    const { requested, taken } = await run(folder);
    assert.deepEqual(requested, ["b 16"]);
    assert.deepEqual(taken, expected);
  });

  it("pieces that were done before a fault stay, and nothing half", async () => {
    const folder = join(root, "fault");
    await run(folder, { at: 16 });
    const kept = await readdir(join(folder, ".encoded"), { recursive: true });
    assert.deepEqual(kept.filter((name) => name.includes("values")).sort(), [
      "a/values-0.safetensors",
      "b/values-0.safetensors",
    ]);
    const { requested, taken } = await run(folder);
    assert.deepEqual(requested, ["a+b 16", "a+b 32"]);
    assert.deepEqual(taken, expected);
  });
});
