/**
 * What the doubt follows from at each pixel of the image, before it is enlarged: range, brightness, contrast of luma and chroma, how far
 * cleaning moved it, and means over so wide an area as errors of compression reach. Pure.
 */
import type { Pixels } from "../../engine/interfaces.ts";
import { extremesAround, sumAround, sumTable } from "../extremes-around.ts";
import { eachRow, mapRows, type Pause } from "../input/rows.ts";
import { partsPerLevel } from "./pixel-std.ts";

/** In the order of `readImage`. */
export const imageFeatures = [
  "range",
  "wide range",
  "cleaned around",
  "colour",
  "brightness",
  "contrast of luma",
  "curvature of luma",
  "contrast of chroma",
  "curvature of chroma, mean of logarithms",
  "wide range far around",
  "cleaned far around",
  "chroma cleaned far around",
  "gradient far around",
  "gradient far around, mean of logarithms",
] as const;

/** Below these levels differences say nothing. */
export const [leastDeviation, leastGradient] = [0.25, 1];
const [leastRange, leastColour, leastChroma] = [2, 4, 0.5];
/** Pixels of the image to each side. */
const [beside, near, wideBeside, around, wide, far] = [1, 2, 3, 4, 6, 12];

type Size = Pick<Pixels, "widthPx" | "heightPx">;

/**
 * @param image without compression marks; `marked` with them
 * @param gradients of the enlarged picture, in parts of a level, [enlarged.heightPx, enlarged.widthPx]
 * @returns a plane a feature, and the levels between the least and the greatest luma of the 3 × 3, each [heightPx, widthPx] of the image
 */
export async function readImage(
  image: Pixels,
  marked: Pixels,
  gradients: Uint16Array,
  enlarged: Size,
  pause: Pause,
): Promise<{ readonly planes: readonly Float32Array[]; readonly ranges: Float32Array }> {
  const { widthPx, heightPx } = image;
  const map = (valueAt: (at: number) => number): Promise<Float32Array> => mapRows(image, pause, valueAt);
  const logs = (values: Float32Array, least: number) => map((at) => Math.log(values[at]! + least));
  const meansOf = (values: Float32Array, reachPx: number): Promise<Float32Array> => {
    const sums = sumTable(values, widthPx, heightPx);
    const lengthAround = (at: number, length: number): number =>
      Math.min(length, at + reachPx + 1) - Math.max(0, at - reachPx);
    return map((at) => {
      const [x, y] = [at % widthPx, Math.floor(at / widthPx)];
      return sumAround(sums, image, x, y, reachPx) / lengthAround(x, widthPx) / lengthAround(y, heightPx);
    });
  };
  const logMeans = async (values: Float32Array, reachPx: number, least: number): Promise<Float32Array> =>
    logs(await meansOf(values, reachPx), least);
  const rangesOf = async (values: Float32Array, reachPx: number): Promise<Float32Array> => {
    await pause();
    const { least, most } = extremesAround(values, widthPx, reachPx);
    return map((at) => most[at]! - least[at]!);
  };
  const variancesOf = async (values: Float32Array, reachPx: number): Promise<Float32Array> => {
    const [means, squares] = [
      await meansOf(values, reachPx),
      await meansOf(await map((at) => values[at]! ** 2), reachPx),
    ];
    return map((at) => Math.max(0, squares[at]! - means[at]! ** 2));
  };
  const curvaturesOf = (values: Float32Array): Promise<Float32Array> =>
    map((at) => {
      const x = at % widthPx;
      const [left, right] = [values[x > 0 ? at - 1 : at]!, values[x < widthPx - 1 ? at + 1 : at]!];
      const [above, below] = [values[at - widthPx] ?? values[at]!, values[at + widthPx] ?? values[at]!];
      return Math.abs(4 * values[at]! - left - right - above - below);
    });

  const luma = await map((at) => lumaAt(image, at));
  const [cb, cr] = [await map((at) => cbAt(image, at)), await map((at) => crAt(image, at))];
  const [cbVariances, crVariances] = [await variancesOf(cb, near), await variancesOf(cr, near)];
  const [cbCurvatures, crCurvatures] = [await curvaturesOf(cb), await curvaturesOf(cr)];
  const lumaVariances = await variancesOf(luma, around);
  const [ranges, wideRanges] = [await rangesOf(luma, beside), await rangesOf(luma, wideBeside)];
  const moves = await map((at) => Math.abs(luma[at]! - lumaAt(marked, at)));
  const chromaMoves = await map((at) => Math.abs(cb[at]! - cbAt(marked, at)) + Math.abs(cr[at]! - crAt(marked, at)));
  const steep = await shrinkMeans(gradients, enlarged, image, pause);
  const planes = [
    await logs(ranges, leastRange),
    await logs(wideRanges, leastRange),
    await logMeans(moves, around, leastDeviation),
    await logMeans(await map((at) => colourAt(image, at)), near, leastColour),
    await map((at) => (luma[at]! / 64 - 2) ** 2),
    await map((at) => Math.log(Math.sqrt(lumaVariances[at]!) + leastGradient)),
    await logMeans(await curvaturesOf(luma), around, leastGradient),
    await map((at) => Math.log(Math.sqrt(cbVariances[at]! + crVariances[at]!) + leastChroma)),
    await meansOf(await map((at) => Math.log(cbCurvatures[at]! + crCurvatures[at]! + leastChroma)), wide),
    await logMeans(wideRanges, far, leastRange),
    await logMeans(moves, far, leastDeviation),
    await logMeans(chromaMoves, far, leastDeviation),
    await logMeans(steep, wide, leastGradient),
    await meansOf(await logs(steep, leastGradient), wide),
  ];
  return { planes, ranges };
}

/** Luma times alpha, in levels; the chroma of JFIF and how far red and blue are from green together likewise. */
const lumaAt = ({ rgba }: Pixels, at: number): number =>
  Math.round(
    (0.299 * rgba[4 * at]! + 0.587 * rgba[4 * at + 1]! + 0.114 * rgba[4 * at + 2]!) * (rgba[4 * at + 3]! / 255),
  );
const cbAt = ({ rgba }: Pixels, at: number): number =>
  (-0.168736 * rgba[4 * at]! - 0.331264 * rgba[4 * at + 1]! + 0.5 * rgba[4 * at + 2]!) * (rgba[4 * at + 3]! / 255);
const crAt = ({ rgba }: Pixels, at: number): number =>
  (0.5 * rgba[4 * at]! - 0.418688 * rgba[4 * at + 1]! - 0.081312 * rgba[4 * at + 2]!) * (rgba[4 * at + 3]! / 255);
const colourAt = ({ rgba }: Pixels, at: number): number =>
  (Math.abs(rgba[4 * at]! - rgba[4 * at + 1]!) + Math.abs(rgba[4 * at + 2]! - rgba[4 * at + 1]!)) *
  (rgba[4 * at + 3]! / 255);

/** Mean of the values that lie in each pixel of the image, in levels. */
async function shrinkMeans(values: Uint16Array, enlarged: Size, image: Size, pause: Pause): Promise<Float32Array> {
  const [sums, counts] = [
    new Float32Array(image.widthPx * image.heightPx),
    new Float32Array(image.widthPx * image.heightPx),
  ];
  const across = image.widthPx / enlarged.widthPx;
  await eachRow(enlarged.heightPx, pause, (y) => {
    const row = Math.floor(((y + 0.5) * image.heightPx) / enlarged.heightPx) * image.widthPx;
    for (let x = 0; x < enlarged.widthPx; x += 1) {
      const cell = row + Math.floor((x + 0.5) * across);
      sums[cell]! += values[y * enlarged.widthPx + x]! / partsPerLevel;
      counts[cell]! += 1;
    }
  });
  return sums.map((sum, cell) => sum / Math.max(1, counts[cell]!));
}
