/**
 * Makes the thumbnails of a library of drawings (server/retrieval/library/thumbnails.ts): `node --import tsx server/pretrain/styles/library/make-thumbnails.mts
 * [--library FILE] [--out FILE]` from the repository's root, some minutes. A drawing that can't be rendered looks like nothing.
 */
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { DrawingLibrary } from "../../../retrieval/library/drawing-library.ts";
import { readLibraryFile } from "../../../retrieval/library/drawing-library-file.ts";
import { thumbnailBytes, thumbnailOf } from "../../../retrieval/library/thumbnails.ts";
import { keyDims, renderAll, shippedLibrary } from "./shipped-library.mts";

const { values } = parseArgs({
  options: {
    library: { type: "string", default: shippedLibrary },
    out: { type: "string" },
  },
});
/** Enough for 8 × 8 places. */
const sizePx = 48;

const library = new DrawingLibrary(await readLibraryFile(values.library, keyDims));
const bytes = new Uint8Array(library.size * thumbnailBytes);
const failed = await renderAll(library, sizePx, (entry, alphas) =>
  bytes.set(thumbnailOf(alphas, sizePx), entry * thumbnailBytes),
);
await writeFile(values.out ?? join(dirname(values.library), "thumbnails.u4"), bytes);
console.log(JSON.stringify({ drawings: library.size, failed }));
