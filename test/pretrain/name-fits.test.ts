/** How well drawings show their names, on a toy library. Needs Python with PyTorch (server/pretrain/REPRODUCE.md) and is skipped, saying so, where there is none. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { normals } from "../../server/engine/random.ts";
import { sha256Of } from "../../server/platform/sha256.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { itWithPython, runPython } from "./python.ts";

const [names, sets, featureDims, keyDims] = [24, 6, 48, 384];

/** A file of numpy with a matrix of half-precision numbers, here small whole ones. */
function npyOf(rows: number, columns: number, valueAt: (row: number, column: number) => number): Buffer {
  const about = `{'descr': '<f2', 'fortran_order': False, 'shape': (${rows}, ${columns}), }`;
  const header = `${about.padEnd(117)}\n`;
  const start = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, header.length, 0]);
  const halves = Uint16Array.from({ length: rows * columns }, (_, at) => {
    const value = valueAt(Math.floor(at / columns), at % columns);
    return value === 0 ? 0 : (value < 0 ? 0x8000 : 0) | 0x3c00;
  });
  return Buffer.concat([start, Buffer.from(header), new Uint8Array(halves.buffer)]);
}

itWithPython(
  "a drawing that shows another thing than its name says fits it worse than others of that name",
  120_000,
  async (python) => {
    const folder = temporaryFolder("name-fits");
    const [looks, keys] = [normals(1, 0, names * featureDims), normals(2, 0, names * keyDims)];
    // Each set has each name once; in the last set the first name's drawing shows the second thing.
    const entries = Array.from({ length: sets * names }, (_, at) => ({
      ...{ set: Math.floor(at / names), name: at % names },
      shown: at === (sets - 1) * names ? 1 : at % names,
    }));
    const strays = normals(3, 0, entries.length * featureDims);
    const alphas = new Uint8Array(entries.length);
    await writeFile(join(folder, "alphas.u8"), alphas);
    await writeFile(
      join(folder, `alexnet-${sha256Of(alphas).slice(0, 16)}.npy`),
      npyOf(entries.length, featureDims, (row, column) => {
        const look = looks[entries[row]!.shown * featureDims + column]!;
        return Math.sign(look + 0.3 * strays[row * featureDims + column]!);
      }),
    );
    await writeFile(join(folder, "keys.f32"), new Uint8Array(keys.buffer));
    const [entryNames, entrySets] = [entries.map(({ name }) => name), entries.map(({ set }) => set)];
    await writeFile(join(folder, "library.json"), JSON.stringify({ entryNames, entrySets }));
    const flags = ["--drawn", folder, "--parts", "3", "--epochs", "60", "--batch", "48", "--threads", "1"];
    const { stdout } = await runPython(python, "styles/library/fit_names.py", flags);
    assert.match(stdout, /"part": 2, "learned": 96, "judged": 48/);
    const bytes = await readFile(join(folder, "name-fits.i8"));
    const fits = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
    assert.equal(fits.length, entries.length);
    const odd = (sets - 1) * names;
    assert.equal(fits[odd], Math.min(...fits));
    assert.ok(fits[odd]! < fits[0]! - 40, `${fits[odd]} and ${fits[0]}`);
  },
);
