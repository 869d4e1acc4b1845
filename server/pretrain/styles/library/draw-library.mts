/**
 * Draws all of a library's drawings for `fit_names.py`: `node --import tsx server/pretrain/styles/library/draw-library.mts [--library FILE]
 * [--out DIR]` from the repository's root, two minutes. Writes alphas.u8 [drawings, 64, 64], keys.f32 [names, 384], and library.json: the name and
 * the set of each drawing. A drawing that can't be rendered is empty.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { accumulateInt4 } from "../../../retrieval/int4.ts";
import { DrawingLibrary } from "../../../retrieval/library/drawing-library.ts";
import { readLibraryFile } from "../../../retrieval/library/drawing-library-file.ts";
import { keyDims, renderAll, shippedLibrary } from "./shipped-library.mts";

const { values } = parseArgs({
  options: {
    library: { type: "string", default: shippedLibrary },
    out: { type: "string", default: fileURLToPath(new URL("../../.cache/styles/library", import.meta.url)) },
  },
});
/** `SIDE_PX` of fit_names.py. */
const sizePx = 64;

const content = await readLibraryFile(values.library, keyDims);
const library = new DrawingLibrary(content);
const { keys, names, sets, entryNames, entrySets } = content;
const alphas = new Uint8Array(library.size * sizePx ** 2);
const failed = await renderAll(library, sizePx, (entry, drawn) =>
  alphas.set(
    drawn.map((alpha) => Math.round(255 * alpha)),
    entry * sizePx ** 2,
  ),
);
const vectors = new Float32Array(names.length * keyDims);
for (const name of names.keys())
  accumulateInt4(keys, name, keyDims, 1, vectors.subarray(name * keyDims, (name + 1) * keyDims));
await mkdir(values.out, { recursive: true });
await writeFile(join(values.out, "alphas.u8"), alphas);
await writeFile(join(values.out, "keys.f32"), new Uint8Array(vectors.buffer));
await writeFile(
  join(values.out, "library.json"),
  JSON.stringify({ sets, entryNames: [...entryNames], entrySets: [...entrySets] }),
);
console.log(JSON.stringify({ drawings: library.size, failed }));
