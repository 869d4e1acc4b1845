/** The letters that were chosen in a picture, tile by tile, until all tiles are drawn. A pixel takes five bytes. Pure. */
import type { Box } from "../picture-planes.ts";
import { letterPlanes } from "./read-letters.ts";

/** Parts of a pixel that ways to middles are kept in. */
const partsAPixel = 1024;
/** What 16 bits hold. */
const farthestPx = 31;

export class ChosenLetters {
  readonly #widthPx: number;
  readonly #classes: Uint8Array;
  readonly #ways: Int16Array;
  #isEmpty = true;

  constructor({ widthPx, heightPx }: Pick<Box, "widthPx" | "heightPx">) {
    const pixels = widthPx * heightPx;
    this.#widthPx = widthPx;
    this.#classes = new Uint8Array(pixels);
    this.#ways = new Int16Array(2 * pixels);
  }

  get isEmpty(): boolean {
    return this.#isEmpty;
  }

  /** @param planes of a core, [letterPlanes, core.heightPx, core.widthPx] */
  put(planes: Float32Array, core: Box): void {
    const [pixels, corePixels] = [this.#classes.length, core.widthPx * core.heightPx];
    for (let at = 0; at < corePixels; at += 1) {
      if (planes[at] === 0) continue;
      this.#isEmpty = false;
      const to = (core.top + Math.floor(at / core.widthPx)) * this.#widthPx + core.left + (at % core.widthPx);
      this.#classes[to] = planes[at]!;
      for (let axis = 0; axis < 2; axis += 1)
        this.#ways[axis * pixels + to] = Math.round(
          partsAPixel * Math.max(-farthestPx, Math.min(farthestPx, planes[(axis + 1) * corePixels + at]!)),
        );
    }
  }

  /** [letterPlanes, box.heightPx, box.widthPx], undefined where there are no letters. */
  within(box: Box): Float32Array | undefined {
    const [pixels, boxPixels] = [this.#classes.length, box.widthPx * box.heightPx];
    const planes = new Float32Array(letterPlanes * boxPixels);
    let isEmpty = true;
    for (let at = 0; at < boxPixels; at += 1) {
      const from = (box.top + Math.floor(at / box.widthPx)) * this.#widthPx + box.left + (at % box.widthPx);
      if (this.#classes[from] === 0) continue;
      isEmpty = false;
      planes[at] = this.#classes[from]!;
      for (let axis = 0; axis < 2; axis += 1)
        planes[(axis + 1) * boxPixels + at] = this.#ways[axis * pixels + from]! / partsAPixel;
    }
    return isEmpty ? undefined : planes;
  }
}
