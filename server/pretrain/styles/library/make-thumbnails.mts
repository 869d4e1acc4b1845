/**
 * Makes the thumbnails of a library of drawings (server/retrieval/library/thumbnails.ts): `node --import tsx server/pretrain/styles/library/make-thumbnails.mts
 * [--library FILE] [--out FILE]` from the repository's root, some minutes. A drawing that can't be rendered looks like nothing.
 */
import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { renderSvg } from "../../../images/codec.ts";
import { inUsualInk } from "../../../images/svg.ts";
import { DrawingLibrary } from "../../../retrieval/library/drawing-library.ts";
import { readLibraryFile } from "../../../retrieval/library/drawing-library-file.ts";
import { thumbnailBytes, thumbnailOf } from "../../../retrieval/library/thumbnails.ts";

const { values } = parseArgs({
  options: {
    library: {
      type: "string",
      default: fileURLToPath(new URL("../../../packs/default/styles/drawings/drawings.safetensors", import.meta.url)),
    },
    out: { type: "string" },
  },
});
/** Enough for 8 × 8 places. */
const sizePx = 48;
/** Of the names' vectors, as the text expert of the pack `icons` gives them. */
const keyDims = 384;

const library = new DrawingLibrary(await readLibraryFile(values.library, keyDims));
const bytes = new Uint8Array(library.size * thumbnailBytes);
let failed = 0;
for (let entry = 0; entry < library.size; entry += 1) {
  const planes = await renderSvg(inUsualInk(library.drawing(entry).svg), sizePx).catch(() => undefined);
  if (planes) bytes.set(thumbnailOf(planes.subarray(3 * sizePx ** 2), sizePx), entry * thumbnailBytes);
  else failed += 1;
  if (entry % 5000 === 0) console.log(`${entry} of ${library.size}`);
}
await writeFile(values.out ?? join(dirname(values.library), "thumbnails.u4"), bytes);
console.log(JSON.stringify({ drawings: library.size, failed }));
