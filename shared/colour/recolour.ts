/**
 * Which colour of a palette every colour of a vector, or of a whole set, gets: by one assignment, near colours first, and with contrast kept: what was lighter stays
 * lighter, and what was apart stays apart, as far as the palette allows. Also which colour of a list is nearest, for binding to variables.
 */
import { type Lab, labDistance, labOfHex } from "./oklab.ts";

export interface SharedColour {
  /** `#rrggbb` */
  readonly hex: string;
  /** Area that has it, in any unit. */
  readonly share: number;
}

/** Within this distance in OKLab a colour counts as the variable's own: beside each other they look the same. */
export const boundWithin = 0.06;

/** What contrast counts beside nearness: an icon in strange colours must be read before it resembles itself. */
const contrastWeight = 1;
const roundsMax = 12;

/**
 * Index of the nearest colour; undefined where none is within `within` of OKLab.
 * @param colours `#rrggbb`
 */
export function nearestColour(hex: string, colours: readonly string[], within = boundWithin): number | undefined {
  const own = labOfHex(hex);
  let best: number | undefined;
  let least = within;
  for (const [index, other] of colours.entries()) {
    const distance = labDistance(own, labOfHex(other));
    if (distance <= least && (best === undefined || distance < least)) [best, least] = [index, distance];
  }
  return best;
}

/**
 * Index of the palette's colour for each colour, by descent from two starts, nearest colours and equal ranks of lightness; deterministic.
 * @param palette `#rrggbb`, one at least
 */
export function assignPalette(colours: readonly SharedColour[], palette: readonly string[]): number[] {
  const labs = colours.map(({ hex }) => labOfHex(hex));
  const inks = palette.map(labOfHex);
  const total = colours.reduce((sum, { share }) => sum + share, 0) || 1;
  const weights = colours.map(({ share }) => Math.sqrt(share / total));
  const nearest = labs.map((lab) => indexOfLeast(inks.map((ink) => labDistance(lab, ink))));
  const starts = [nearest, rankStart(labs, inks)].map((start) => descend(start, labs, inks, weights));
  return starts[indexOfLeast(starts.map((start) => costOf(start, labs, inks, weights)))]!;
}

const indexOfLeast = (values: readonly number[]): number => values.indexOf(Math.min(...values));

function rankStart(labs: readonly Lab[], inks: readonly Lab[]): number[] {
  const order = (list: readonly Lab[]) =>
    list.map((_, index) => index).sort((one, two) => list[one]![0] - list[two]![0]);
  const [own, palette] = [order(labs), order(inks)];
  const start = new Array<number>(labs.length);
  for (const [rank, index] of own.entries())
    start[index] = palette[Math.round((rank * (palette.length - 1)) / Math.max(1, own.length - 1))]!;
  return start;
}

function descend(
  from: readonly number[],
  labs: readonly Lab[],
  inks: readonly Lab[],
  weights: readonly number[],
): number[] {
  const assigned = [...from];
  let least = costOf(assigned, labs, inks, weights);
  for (let round = 0; round < roundsMax; round += 1) {
    const before = least;
    for (const index of assigned.keys())
      for (const ink of inks.keys()) {
        const old = assigned[index]!;
        assigned[index] = ink;
        const cost = costOf(assigned, labs, inks, weights);
        if (cost < least - 1e-12) least = cost;
        else assigned[index] = old;
      }
    if (least === before) break;
  }
  return assigned;
}

function costOf(
  assigned: readonly number[],
  labs: readonly Lab[],
  inks: readonly Lab[],
  weights: readonly number[],
): number {
  let cost = 0;
  for (const [index, lab] of labs.entries()) {
    const ink = inks[assigned[index]!]!;
    cost += weights[index]! ** 2 * labDistance(lab, ink) ** 2;
    for (let other = 0; other < index; other += 1) {
      const pair = weights[index]! * weights[other]!;
      const theirs = inks[assigned[other]!]!;
      // By lightness with its sign, which keeps the order, and by distance, which keeps hues apart.
      const lightness = lab[0] - labs[other]![0] - (ink[0] - theirs[0]);
      const apart = Math.max(0, Math.min(0.3, labDistance(lab, labs[other]!)) - labDistance(ink, theirs));
      cost += contrastWeight * pair * (lightness ** 2 + 4 * apart ** 2);
    }
  }
  return cost;
}
