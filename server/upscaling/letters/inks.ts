/** How each colour follows luma around a pixel, by least squares: letters are drawn in luma, and red on white should stay red on white. Pure. */
import { extremesAround, sumAround, sumTable } from "../extremes-around.ts";
import { type Box, hasNoColours } from "../picture-planes.ts";

/** Pixels of the input to each side that tell it. */
export const inksReachPx = 3;
/** Share of the range there by which letters may lead beyond it: a pixel that small ink fills a part of does not show its colour. */
const beyondShare = 0.4;
/** Variance of luma far below which each colour follows it as in grey. */
const leastVariance = 1e-4;
/** Colours are summed in whole numbers of this many a unit, so that sums are exact and tiles do not matter. */
const levels = 65_535;

/** Of one colour around a pixel. */
export interface Ink {
  /** How much it changes where luma changes by 1. */
  slope: number;
  /** Where letters may lead. */
  lowest: number;
  highest: number;
}

/** Of the colours around a pixel; changed by the next. */
export interface Inks {
  readonly colours: readonly [Ink, Ink, Ink];
  /** 0 where luma does not tell them, as with three colours: letters of luma would stain. 1 where it does. */
  share: number;
}

/**
 * @param colours of a box, [planes, heightPx, widthPx] in [0, 1]
 * @param luma of them, [heightPx, widthPx]
 */
export function inksOf(
  colours: Float32Array,
  luma: Float32Array,
  size: Pick<Box, "widthPx" | "heightPx">,
): (column: number, row: number) => Inks {
  const { widthPx, heightPx } = size;
  const wholeLuma = wholeOf(luma);
  const tableOf = (values: Float64Array): Float64Array => sumTable(values, widthPx, heightPx);
  const lumas = tableOf(wholeLuma);
  const lumaSquares = tableOf(productOf(wholeLuma, wholeLuma));
  const tablesOf = (plane: Float32Array) => {
    const whole = wholeOf(plane);
    return {
      ...extremesAround(plane, widthPx, inksReachPx),
      sums: tableOf(whole),
      products: tableOf(productOf(whole, wholeLuma)),
      squares: tableOf(productOf(whole, whole)),
    };
  };
  // Most text is grey: then one plane stands for all.
  const isGrey = colours.length === luma.length || hasNoColours(colours);
  const channels = (isGrey ? [0] : [0, 1, 2]).map((at) =>
    tablesOf(colours.subarray(at * luma.length, (at + 1) * luma.length)),
  );
  const channelsEach = 3 / channels.length;
  const [first, second, third] = channels.map((): Ink => ({ slope: 0, lowest: 0, highest: 0 }));
  const inks: Inks = { colours: [first!, second ?? first!, third ?? first!], share: 0 };
  return (column, row) => {
    const [left, right] = [Math.max(0, column - inksReachPx), Math.min(widthPx - 1, column + inksReachPx)];
    const [top, bottom] = [Math.max(0, row - inksReachPx), Math.min(heightPx - 1, row + inksReachPx)];
    const count = (right - left + 1) * (bottom - top + 1);
    const meanOf = (sums: Float64Array, unit: number): number =>
      sumAround(sums, size, column, row, inksReachPx) / (count * unit);
    const mean = meanOf(lumas, levels);
    const variance = Math.max(0, meanOf(lumaSquares, levels ** 2) - mean ** 2);
    let [told, all] = [leastVariance, leastVariance];
    for (let channel = 0; channel < channels.length; channel += 1) {
      const { least, most, sums, products, squares } = channels[channel]!;
      const colour = meanOf(sums, levels);
      const slope = (meanOf(products, levels ** 2) - colour * mean + leastVariance) / (variance + leastVariance);
      const own = Math.max(0, meanOf(squares, levels ** 2) - colour ** 2);
      for (let same = 0; same < channelsEach; same += 1) {
        told += slope ** 2 * variance;
        all += own;
      }
      const [lowest, highest] = [least[row * widthPx + column]!, most[row * widthPx + column]!];
      const beyond = beyondShare * (highest - lowest);
      const found = inks.colours[channel]!;
      found.slope = slope;
      found.lowest = Math.max(0, lowest - beyond);
      found.highest = Math.min(1, highest + beyond);
    }
    inks.share = Math.max(0, Math.min(1, (told / all - 0.6) / 0.3));
    return inks;
  };
}

/** By loops: `from` and `map` with a function take several times as long. */
function wholeOf(plane: Float32Array): Float64Array {
  const whole = new Float64Array(plane.length);
  for (let at = 0; at < plane.length; at += 1) whole[at] = Math.round(levels * plane[at]!);
  return whole;
}

function productOf(one: Float64Array, other: Float64Array): Float64Array {
  const product = new Float64Array(one.length);
  for (let at = 0; at < one.length; at += 1) product[at] = one[at]! * other[at]!;
  return product;
}
