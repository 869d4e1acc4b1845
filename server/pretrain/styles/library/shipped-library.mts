/** The library of the pack that ships, for the scripts that look at its drawings. */
import { fileURLToPath } from "node:url";
import { renderSvg } from "../../../images/codec.ts";
import { inUsualInk } from "../../../images/svg.ts";
import type { DrawingLibrary } from "../../../retrieval/library/drawing-library.ts";

/** Values of the names' vectors, as the text expert of the pack `icons` gives them. */
export const keyDims = 384;

export const shippedLibrary = fileURLToPath(
  new URL("../../../packs/default/styles/drawings/drawings.safetensors", import.meta.url),
);

/**
 * Renders each drawing and says on the console how far it is.
 * @param use gets the alphas of an entry, [sizePx, sizePx] in [0, 1]; it is not called for what can't be rendered
 * @returns how many could not be rendered
 */
export async function renderAll(
  library: DrawingLibrary,
  sizePx: number,
  use: (entry: number, alphas: Float32Array) => void,
): Promise<number> {
  let failed = 0;
  for (let entry = 0; entry < library.size; entry += 1) {
    const planes = await renderSvg(inUsualInk(library.drawing(entry).svg), sizePx).catch(() => undefined);
    if (planes) use(entry, planes.subarray(3 * sizePx ** 2));
    else failed += 1;
    if (entry % 5000 === 0) console.log(`${entry} of ${library.size}`);
  }
  return failed;
}
