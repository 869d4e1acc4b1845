/**
 * The few colours of a picture: k-means in OKLab over a histogram of pixels (Lloyd 1982), from seeds that are far apart and frequent, so that
 * nothing is drawn at random and the same pixels give the same colours.
 */
import type { Lab } from "../../shared/colour/oklab.ts";
import type { Picture } from "./picture.ts";

export interface WeightedLab {
  readonly lab: Lab;
  readonly weight: number;
}

const roundsMax = 8;
const binsPerUnit = 40;

/** The colours of the pixels that `isCounted`, as means of small cells of OKLab. */
export function histogramOf(picture: Picture, isCounted: (pixel: number) => boolean): WeightedLab[] {
  const { lightness, a, b } = picture;
  const cells = new Map<number, [number, number, number, number]>();
  for (let at = 0; at < lightness.length; at += 1) {
    if (!isCounted(at)) continue;
    const values = [lightness[at]!, a[at]!, b[at]!] as const;
    const key = values.reduce((sum, value) => sum * 128 + Math.floor((value + 0.5) * binsPerUnit), 0);
    const cell = cells.get(key) ?? [0, 0, 0, 0];
    for (let channel = 0; channel < 3; channel += 1) cell[channel]! += values[channel]!;
    cell[3] += 1;
    cells.set(key, cell);
  }
  return [...cells.values()].map(([l, x, y, n]) => ({ lab: [l / n, x / n, y / n], weight: n }));
}

const squared = (first: Lab, second: Lab): number =>
  (first[0] - second[0]) ** 2 + (first[1] - second[1]) ** 2 + (first[2] - second[2]) ** 2;

/** Index of the nearest of `colours`, which are not empty. */
export function nearestTo(lab: Lab, colours: readonly Lab[]): number {
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (let index = 0; index < colours.length; index += 1) {
    const distance = squared(lab, colours[index]!);
    if (distance < least) [best, least] = [index, distance];
  }
  return best;
}

/**
 * At most `most` colours that stand for the histogram, those given first among them.
 * @param options.apart seeds are at least so far from each other in OKLab
 * @param options.least a seed that comes after the first stands for so many pixels at least
 */
export function findColours(
  histogram: readonly WeightedLab[],
  { most, apart, least, given = [] }: { most: number; apart: number; least: number; given?: readonly Lab[] },
): Lab[] {
  if (histogram.length === 0) return [...given];
  const heaviest = histogram.reduce((best, cell) => (cell.weight > best.weight ? cell : best));
  let colours: Lab[] = given.length > 0 ? [...given] : [heaviest.lab];
  while (colours.length < most) {
    let [best, score] = [-1, 0];
    for (const [index, { lab, weight }] of histogram.entries()) {
      const distance = Math.sqrt(squared(lab, colours[nearestTo(lab, colours)]!));
      const own = distance * Math.sqrt(weight);
      if (distance >= apart && own > score && weightAround(lab, histogram, apart) >= least)
        [best, score] = [index, own];
    }
    if (best < 0) break;
    colours.push(histogram[best]!.lab);
  }
  for (let round = 0; round < roundsMax; round += 1) {
    const moved = meansOf(histogram, colours);
    const isSettled = moved.every((lab, index) => squared(lab, colours[index]!) < 1e-8);
    colours = moved;
    if (isSettled) break;
  }
  return colours;
}

const weightAround = (centre: Lab, histogram: readonly WeightedLab[], within: number): number =>
  histogram.reduce((sum, { lab, weight }) => (squared(lab, centre) < within ** 2 ? sum + weight : sum), 0);

function meansOf(histogram: readonly WeightedLab[], colours: readonly Lab[]): Lab[] {
  const sums = colours.map(() => [0, 0, 0, 0]);
  for (const { lab, weight } of histogram) {
    const sum = sums[nearestTo(lab, colours)]!;
    for (let channel = 0; channel < 3; channel += 1) sum[channel]! += lab[channel]! * weight;
    sum[3]! += weight;
  }
  return sums.map(([l, a, b, n], index) => (n! > 0 ? [l! / n!, a! / n!, b! / n!] : colours[index]!));
}
