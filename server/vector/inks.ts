/**
 * Which colour every area gets: areas of nearly one colour share it, at most `limits.vectorColoursMax` in all (Ward 1963: the two whose merging changes the picture
 * least), and an area that a linear gradient fits much better than one colour keeps its gradient.
 */
import { type Lab, labDistance } from "../../shared/colour/oklab.ts";
import { findColours, nearestTo } from "./colours.ts";
import { flatError, type Moments, meanOf, type Plane, planeOf, sumOf, weightOf } from "./moments.ts";
import type { Region } from "./regions.ts";

/** A colour, or a gradient, and the areas that have it. */
export interface Ink {
  readonly lab: Lab;
  /** `#rrggbb` where it is a given one, not a mean. */
  readonly hex?: string;
  readonly gradient?: Plane;
  readonly regions: readonly number[];
  readonly sizePx: number;
}

/** Colours nearer than this, in OKLab, are one. */
const mergedWithin = 0.055;
/** A gradient leaves less than this share of the squared error, of areas whose colour varies by more than this, over a range of more than this. */
const gradientLimits = { leftMost: 0.4, deviationFrom: 0.02, rangeFrom: 0.09 };

/** Larger than any squared error of a picture: gradients go last. */
const gradientPrice = 1e9;
/** Areas that are compared pair by pair; of noise there are thousands, which k-means brings down to so many first. */
const comparedMax = 40;

interface Group {
  sums: Moments;
  sizePx: number;
  regions: number[];
  gradient?: Plane;
}

/** @param options.largePx pixels from which an area may have a gradient */
export function chooseInks(regions: readonly Region[], { most, largePx }: { most: number; largePx: number }): Ink[] {
  let open = regions.map(({ sums, sizePx }, index): Group => {
    const gradient = sizePx >= largePx ? gradientOf(sums) : undefined;
    return { sums, sizePx, regions: [index], ...(gradient && { gradient }) };
  });
  if (open.length > comparedMax) open = gathered(open);
  for (let pair = nextPair(open, most); pair; pair = nextPair(open, most)) {
    const [one, two] = pair;
    open[one] = joined(open[one]!, open[two]!);
    open.splice(two, 1);
  }
  return open.map(({ sums, ...ink }) => ({ ...ink, lab: meanOf(sums) }));
}

const joined = (first: Group, second: Group): Group => ({
  sums: sumOf(first.sums, second.sums),
  sizePx: first.sizePx + second.sizePx,
  regions: [...first.regions, ...second.regions],
});

function gathered(groups: readonly Group[]): Group[] {
  const cells = groups.map(({ sums }) => ({ lab: meanOf(sums), weight: weightOf(sums) }));
  const colours = findColours(cells, { most: comparedMax, apart: 0.01, least: 0 });
  const together = new Map<number, Group>();
  for (const [index, group] of groups.entries()) {
    const nearest = nearestTo(cells[index]!.lab, colours);
    const known = together.get(nearest);
    together.set(nearest, known ? joined(known, group) : group);
  }
  return [...together.values()];
}

/** The two groups that become one next: near ones, the nearest first; then, while there are too many, those whose joining changes least. */
function nextPair(open: readonly Group[], most: number): readonly [number, number] | undefined {
  let best: readonly [number, number] | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const [one, first] of open.entries())
    for (let two = one + 1; two < open.length; two += 1) {
      const second = open[two]!;
      // A gradient is given up for room only.
      const isGradient = first.gradient !== undefined || second.gradient !== undefined;
      const distance = labDistance(meanOf(first.sums), meanOf(second.sums));
      const isNear = !isGradient && distance < mergedWithin;
      if (!isNear && open.length <= most) continue;
      const [w, v] = [weightOf(first.sums), weightOf(second.sums)];
      const cost = isNear ? distance - 1 : ((w * v) / (w + v)) * distance ** 2 + (isGradient ? gradientPrice : 0);
      if (cost < least) [best, least] = [[one, two], cost];
    }
  return best;
}

function gradientOf(sums: Moments): Plane | undefined {
  const flat = flatError(sums);
  const plane = planeOf(sums);
  const weight = weightOf(sums);
  const [x, y] = [sums[3]! / weight - plane.centreX ** 2, sums[5]! / weight - plane.centreY ** 2].map((variance) =>
    Math.sqrt(12 * Math.max(0, variance)),
  ) as [number, number];
  const range = Math.hypot(...plane.slopeX.map((slope) => slope * x), ...plane.slopeY.map((slope) => slope * y));
  const fits =
    plane.error < gradientLimits.leftMost * flat &&
    Math.sqrt(flat / weight) > gradientLimits.deviationFrom &&
    range > gradientLimits.rangeFrom;
  return fits ? plane : undefined;
}
