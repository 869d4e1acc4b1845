/**
 * The standard deviation of each pixel over hypotheses that come one after another, and its map in heat colours. It keeps
 * integer sums of 8-bit levels and of their squares: exact, in 10 to 12 bytes a pixel for any number of pictures.
 */
import type { Pixels } from "../engine/interfaces.ts";
import { paintHeat } from "./colormap.ts";

/** Share of pixels below the brightest colour, so that single outliers do not darken the rest. */
const brightestQuantile = 0.995;
/** Smallest deviation of the brightest colour: differences below one level can't be seen. */
const brightestMinLevels = 1;
const binsPerLevel = 64;

export interface DeviationMap {
  readonly rgba: Uint8Array;
  /** Mean over all pixels, in 8-bit levels. */
  readonly meanDeviation: number;
  /** The deviation with the brightest colour. */
  readonly brightestDeviation: number;
}

export class Deviation {
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

  /** Draws the map of at least two pictures. */
  draw(): DeviationMap {
    const bins = new Uint32Array(256 * binsPerLevel);
    let sum = 0;
    for (let pixel = 0; pixel < this.#pixels; pixel += 1) {
      const deviation = this.#of(pixel);
      sum += deviation;
      bins[Math.floor(deviation * binsPerLevel)]! += 1;
    }
    const brightestDeviation = Math.max(brightestMinLevels, quantileOf(bins, brightestQuantile * this.#pixels));
    const rgba = new Uint8Array(4 * this.#pixels);
    for (let pixel = 0; pixel < this.#pixels; pixel += 1)
      paintHeat(rgba, 4 * pixel, this.#of(pixel) / brightestDeviation);
    return { rgba, meanDeviation: sum / this.#pixels, brightestDeviation };
  }

  /** Unbiased standard deviation of a pixel, root mean square over its channels, in levels. */
  #of(pixel: number): number {
    let squaresOfSums = 0;
    for (let channel = 0; channel < this.#channels; channel += 1)
      squaresOfSums += this.#sums[this.#channels * pixel + channel]! ** 2;
    // At least 0: for equal pictures the division may round up.
    const squares = Math.max(0, this.#squares[pixel]! - squaresOfSums / this.#pictures);
    return Math.sqrt(squares / ((this.#pictures - 1) * this.#channels));
  }
}

/** Upper end of the bin with the value of this rank. */
function quantileOf(bins: Uint32Array, rank: number): number {
  let seen = 0;
  const bin = bins.findIndex((count) => {
    seen += count;
    return seen >= rank;
  });
  return (bin + 1) / binsPerLevel;
}
