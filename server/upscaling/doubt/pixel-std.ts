/**
 * Mean and standard deviation of each pixel over hypotheses that come one after another. It keeps integer sums of 8-bit levels and
 * of their squares: exact, in 10 to 12 bytes a pixel for any number of pictures.
 */
import type { Pixels } from "../../engine/interfaces.ts";

/** Parts of a level that deviations are rounded to. */
export const partsPerLevel = 64;

export interface Spread {
  /** Unbiased standard deviation, root mean square over channels, in parts of a level, [heightPx, widthPx]. */
  readonly deviations: Uint16Array;
  /** Mean over pictures and colours, in levels. */
  readonly levels: Uint8Array;
}

export class PixelStd {
  /** RGB, or premultiplied RGB and alpha. */
  readonly #channels: 3 | 4;
  readonly #pixels: number;
  /** [pixels, channels]; large enough for 257 pictures. */
  readonly #sums: Uint16Array;
  /** [pixels], over channels and pictures. */
  readonly #squares: Uint32Array;
  #pictures = 0;

  constructor(widthPx: number, heightPx: number, isTransparent: boolean) {
    this.#channels = isTransparent ? 4 : 3;
    this.#pixels = widthPx * heightPx;
    this.#sums = new Uint16Array(this.#pixels * this.#channels);
    this.#squares = new Uint32Array(this.#pixels);
  }

  add({ rgba }: Pixels): void {
    const channels = this.#channels;
    for (let pixel = 0; pixel < this.#pixels; pixel += 1) {
      const alpha = channels === 4 ? rgba[4 * pixel + 3]! : 255;
      let squares = 0;
      for (let channel = 0; channel < channels; channel += 1) {
        const level = channel === 3 ? alpha : Math.round((rgba[4 * pixel + channel]! * alpha) / 255);
        squares += level ** 2;
        this.#sums[channels * pixel + channel]! += level;
      }
      this.#squares[pixel]! += squares;
    }
    this.#pictures += 1;
  }

  /** Of at least two pictures. */
  spread(): Spread {
    const [deviations, levels] = [new Uint16Array(this.#pixels), new Uint8Array(this.#pixels)];
    for (let pixel = 0; pixel < this.#pixels; pixel += 1) {
      let [sum, squaresOfSums] = [0, 0];
      for (let channel = 0; channel < this.#channels; channel += 1) {
        const own = this.#sums[this.#channels * pixel + channel]!;
        squaresOfSums += own ** 2;
        if (channel < 3) sum += own;
      }
      levels[pixel] = Math.round(sum / (3 * this.#pictures));
      // At least 0: for equal pictures the division may round up.
      const squares = Math.max(0, this.#squares[pixel]! - squaresOfSums / this.#pictures);
      deviations[pixel] = Math.round(partsPerLevel * Math.sqrt(squares / ((this.#pictures - 1) * this.#channels)));
    }
    return { deviations, levels };
  }

  /** Mean standard deviation over all pixels, in levels. */
  mean(): number {
    return this.spread().deviations.reduce((sum, parts) => sum + parts, 0) / (partsPerLevel * this.#pixels);
  }
}
