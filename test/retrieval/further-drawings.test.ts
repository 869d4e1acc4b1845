/** Drawings beside a retrieval index: images that shall differ start from them, mixtures do not, and files that do not fit are refused. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { readTensorFile, writeTensorFile } from "../../server/platform/files/tensor-file.ts";
import { readFurtherDrawings, writeFurtherDrawings } from "../../server/retrieval/further-drawings.ts";
import { type IndexContent, writeIndexFile } from "../../server/retrieval/index-file.ts";
import { quantizeInt4 } from "../../server/retrieval/int4.ts";
import { RetrievalIndex } from "../../server/retrieval/retrieval-index.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";

const root = temporaryFolder("further");

const [dims, keyDims] = [2, 2];
const rows = (...values: ReadonlyArray<readonly [number, number]>) =>
  quantizeInt4(
    values.map((row) => Float32Array.from(row)),
    dims,
  );
const content: IndexContent = {
  dims,
  keyDims,
  labels: ["apple", "car"],
  styles: ["flat", "round", "soft"],
  styleMeans: new Float32Array(dims * 4),
  keys: rows([1, 0], [0, 1]),
  entries: [
    { label: 0, style: 1 },
    { label: 1, style: 1 },
  ],
  values: rows([1, 0], [0, 3]),
  affinities: new Float32Array(9).fill(3),
};
const further = {
  entries: [
    { label: 0, style: 2 },
    { label: 0, style: 0 },
  ],
  values: rows([-7, 7], [5, 5]),
};
const [index, path] = [join(root, "index.safetensors"), join(root, "further.safetensors")];
await writeIndexFile(index, content);
await writeFurtherDrawings(path, further);
const widths = { dims, keyDims, pictures: new Map() };
const [without, joined] = [await RetrievalIndex.open(index, widths), await RetrievalIndex.open(index, widths, path)];

/** Where each of the drawings that are counted would start, the noise being for it alone. */
const startsOf = (from: RetrievalIndex, diversity: number): number[][] => {
  const starts: number[][] = [];
  for (let chosen = 0, count = 1; chosen < count; chosen += 1) {
    const noise = (length: number): Float32Array => {
      count = length;
      return new Float32Array(length).fill(50, chosen, chosen + 1);
    };
    starts.push([...from.retrieve({ label: "apple", style: "flat", diversity, noise })!.latent]);
  }
  return starts;
};

test("images that shall differ start from further drawings too, but from none in the requested style", () => {
  assert.deepEqual(startsOf(without, 0.3), [[1, 0]]);
  assert.deepEqual(startsOf(joined, 0.3), [
    [1, 0],
    [-7, 7],
  ]);
});

test("a mixture of drawings is the same with further drawings and without", () => {
  for (const requested of [
    { label: "apple" },
    { label: "apple", style: "soft" },
    { caption: Float32Array.of(0.8, 0.6) },
  ]) {
    const of = (from: RetrievalIndex) => from.retrieve({ ...requested, noise: (count) => new Float32Array(count) });
    assert.deepEqual(of(joined), of(without));
  }
});

test("a file of further drawings gives back what was written, and is refused where it does not fit the index", async () => {
  assert.deepEqual(await readFurtherDrawings(path, content), further);
  const named = { ...further, names: { labels: [1], keys: rows([1, -1]) } };
  const withNames = join(root, "names.safetensors");
  await writeFurtherDrawings(withNames, named);
  assert.deepEqual(await readFurtherDrawings(withNames, content), named);
  const own = { ...content, labels: ["apple"] };
  await assert.rejects(readFurtherDrawings(withNames, own), {
    code: "pack_corrupt",
    message: /got a name of no label/,
  });
  await assert.rejects(readFurtherDrawings(withNames, { ...content, keyDims: 4 }), {
    message: /got 1 names, 1 steps and 1 bytes/,
  });
  const refused = (to: typeof content, message: RegExp, from = path) =>
    assert.rejects(readFurtherDrawings(from, to), { code: "pack_corrupt", message });
  await refused(content, /ENOENT/, join(root, "none"));
  await refused({ ...content, dims: 4 }, /got 2 labels, 2 styles, 2 steps and 2 bytes/);
  await refused({ ...content, styles: ["flat"] }, /got the index 2/);
  const broken = join(root, "broken.safetensors");
  const { tensors, bytes } = await readTensorFile(path);
  await writeTensorFile(broken, new Map([...tensors, ["valueSteps", Float32Array.of(1, Number.NaN)]]), {}, bytes);
  await refused(content, /got a step that is no number/, broken);
  bytes.delete("styles");
  await writeTensorFile(broken, tensors, {}, bytes);
  await refused(content, /got valueSteps, labels, values/, broken);
});
