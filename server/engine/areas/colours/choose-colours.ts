/**
 * Colours of a style for the areas of a drawing: those that one of the style's drawings has together. A flow's answer is the mean of what is
 * possible, so it is dull: its colours are first moved to mean and deviation of that drawing's (Reinhard et al. 2001). Then each area gets the
 * nearest, unless areas that touch would look alike: a labelling of least energy, by single changes from the nearest one on (iterated
 * conditional modes, Besag 1986). The answer is taken to be as light as a coloured drawing, whose colours stay where the style has them (kept-colours.ts). Pure.
 */
import { type Lab, labDistance } from "../../../../shared/colour/oklab.ts";
import { inkDistance } from "../../pixels/ink-colour.ts";
import { labOfInk } from "../lab-of-ink.ts";
import type { Paint } from "../paint.ts";
import type { Area } from "../partition.ts";
import type { PaletteColour, StylePalette } from "../style-areas.ts";
import type { Vote } from "../votes.ts";
import { keptColours, ownWithin } from "./kept-colours.ts";
import type { Wanted } from "./wanted.ts";

/** Contrast is raised or lowered by this factor at most; smaller deviations of an answer are chance. */
const [gainMost, deviationLeast] = [4, 0.02] as const;
/** Distance in OKLab from which on colours that touch are told apart, and what it costs where they are not. */
const [apartFrom, alikeCost] = [0.3, 0.8] as const;
/** The same for what lies open on white paper, as most canvases are: a style's drawings seldom are white there. */
const [paper, paperCost] = [[1, 0, 0] as Lab, 0.3] as const;
/** What it costs that colours take other shares than in the style's drawing, by the squares of the differences. */
const shareCost = 0.3;
/** What it costs to take another colour where the style has the drawing's. */
const ownCost = 0.2;
/** What another palette than the first may cost more by chance, so that icons of a set differ as the style's do. */
const chanceCost = 0.12;
const roundsMost = 8;
/** Colours of all of a style's drawings, up to which they are few, and difference of a channel of one of them. */
const [fewMost, sameWithin] = [3, 0.12] as const;
/** With fewer drawings nothing is known of others. */
const fewOfLeast = 3;

export interface Chosen {
  readonly paints: ReadonlyMap<number, Paint>;
  readonly cost: number;
}

/**
 * @param wanted areas that get a colour
 * @param palettes colours that go together
 * @returns a paint of each wanted area, of the palette that fits best
 */
export function chooseColours(
  areas: readonly Area[],
  votes: readonly Vote[],
  wanted: readonly Wanted[],
  palettes: readonly StylePalette[],
): Chosen {
  const few = fewColoursOf(palettes);
  if (few) return chosenFrom(areas, votes, wanted, few);
  const sizes = areas.reduce((sum, { size, beside }) => sum + size * size + 7 * beside.size, 0);
  const isShown = palettes.length >= fewOfLeast;
  const kept = isShown ? keptColours(areas, votes, wanted, palettes, (at) => chanceOf(sizes, at)) : undefined;
  if (kept) return { paints: kept, cost: 0 };
  let best: Chosen | undefined;
  for (const [at, palette] of palettes.entries()) {
    const { paints, cost } = chosenFrom(areas, votes, wanted, palette, isShown ? "kept" : "moved");
    const chosen = { paints, cost: cost + chanceCost * chanceOf(sizes, at) };
    if (!best || chosen.cost < best.cost) best = chosen;
  }
  return best!;
}

/** The colours of all drawings of a style that has few within its lines: what an answer has is no mean of many then, and it says which of them. */
export function fewColoursOf(palettes: readonly StylePalette[]): StylePalette | undefined {
  const [around] = palettes.map((palette) => palette.around);
  if (!around || palettes.length < fewOfLeast) return undefined;
  const colours: PaletteColour[] = [];
  for (const palette of palettes) {
    if (!palette.around || !isAlike(around, palette.around)) return undefined;
    for (const colour of palette.colours) {
      if (colour.slopes) return undefined;
      if (isAlike(around, colour)) continue;
      const share = colour.share / palettes.length;
      const known = colours.findIndex((other) => isAlike(other, colour));
      if (known < 0) colours.push({ ...colour, share });
      else colours[known] = { ...colours[known]!, share: colours[known]!.share + share };
      if (colours.length > fewMost) return undefined;
    }
  }
  return colours.length === 0 ? undefined : { colours, around };
}

const isAlike = (one: Paint, other: Paint): boolean => inkDistance(one.ink, other.ink) <= sameWithin;

/** From 0 to 1, another for each drawing and palette. */
const chanceOf = (drawing: number, palette: number): number => (drawing * 0.6180339887 + palette * 0.7548776662) % 1;

interface Choice {
  readonly area: number;
  readonly weight: number;
  /** Of all that is free to have any colour. */
  readonly share: number;
  /** Cost of each colour by itself. */
  readonly costs: readonly number[];
  colour: number;
}

/**
 * @param lightness of a coloured drawing: kept as it is, or moved to the palette's mean and deviation, as hues of a dull answer are; absent = the answer is
 * not dull, and nothing is moved
 */
function chosenFrom(
  areas: readonly Area[],
  votes: readonly Vote[],
  wanted: readonly Wanted[],
  { colours: free, around }: StylePalette,
  lightness?: "kept" | "moved",
): Chosen {
  const isBound = ({ isAround }: Wanted): boolean => isAround && around !== undefined;
  const palette = [...free, ...(around ? [{ ...around, share: 0 }] : [])];
  const labs = palette.map(({ ink }) => labOfInk(ink));
  const pale = labs.map((lab) => Math.max(0, 1 - labDistance(lab, paper) / apartFrom) ** 2);
  const unbound = wanted.filter((one) => !isBound(one));
  const total = unbound.reduce((sum, { area }) => sum + votes[area]!.share, 0) || 1;
  const shares = free.reduce((sum, { share }) => sum + share, 0) || 1;
  const stretched = lightness && stretchedTo(unbound, votes, free, labs);
  const choices = wanted.map((one): Choice => {
    const { area, isOpen } = one;
    const weight = Math.sqrt(votes[area]!.share);
    const own = one.own && labOfInk(one.own);
    const seen = stretched ? stretched.get(area) : votes[area]!.colour;
    const aim: Lab | undefined = seen && own && lightness === "kept" ? [own[0], seen[1], seen[2]] : seen;
    const costs = palette.map((_, at) => {
      if (isBound(one) !== at >= free.length) return Number.POSITIVE_INFINITY;
      const isOwn = own !== undefined && labDistance(own, labs[at]!) <= ownWithin;
      const open = isOpen && !isOwn ? paperCost * weight * pale[at]! : 0;
      return (aim ? weight * labDistance(aim, labs[at]!) ** 2 : 0) + open - (isOwn ? ownCost * weight : 0);
    });
    return {
      area,
      weight,
      share: isBound(one) ? 0 : votes[area]!.share / total,
      costs,
      colour: costs.indexOf(Math.min(...costs)),
    };
  });
  const placeOf = new Map(choices.map(({ area }, at) => [area, at]));
  const besideOf = choices.map(({ area, weight }) =>
    [...areas[area]!.beside.keys()].flatMap((near) => {
      const other = placeOf.get(near);
      return other === undefined ? [] : [{ other: choices[other]!, weight: Math.min(weight, choices[other]!.weight) }];
    }),
  );
  const alike = labs.map((one) =>
    labs.map((other) => alikeCost * Math.max(0, 1 - labDistance(one, other) / apartFrom) ** 2),
  );
  const borderCost = (at: number, colour: number): number =>
    besideOf[at]!.reduce((sum, { other, weight }) => sum + weight * alike[colour]![other.colour]!, 0);
  const used = palette.map((_, colour) =>
    choices.reduce((sum, choice) => (choice.colour === colour ? sum + choice.share : sum), 0),
  );
  const sharesCost = (colour: number, more: number): number =>
    shareCost * (used[colour]! + more - palette[colour]!.share / shares) ** 2;
  for (let round = 0, isChanged = true; isChanged && round < roundsMost; round += 1) {
    isChanged = false;
    for (const [at, choice] of choices.entries()) {
      used[choice.colour]! -= choice.share;
      const costs = palette.map(
        (_, colour) =>
          choice.costs[colour]! + borderCost(at, colour) + sharesCost(colour, choice.share) - sharesCost(colour, 0),
      );
      const least = costs.indexOf(Math.min(...costs));
      used[least]! += choice.share;
      isChanged ||= least !== choice.colour;
      choice.colour = least;
    }
  }
  // Shares say how a palette is used, not whether it suits: one of a single colour would always fit a single area.
  const cost = choices.reduce((sum, { colour, costs }, at) => sum + costs[colour]! + borderCost(at, colour) / 2, 0);
  return { paints: new Map(choices.map(({ area, colour }) => [area, palette[colour]!])), cost };
}

/** The answer's colours, as light as a coloured drawing is, with the palette's mean and deviation, weighted by how much has them. */
function stretchedTo(
  wanted: readonly Wanted[],
  votes: readonly Vote[],
  palette: readonly PaletteColour[],
  labs: readonly Lab[],
): ReadonlyMap<number, Lab> {
  const seen = wanted.flatMap(({ area, own }) => {
    const { colour, share } = votes[area]!;
    if (!colour) return [];
    const lab: Lab = own ? [labOfInk(own)[0], colour[1], colour[2]] : colour;
    return [{ area, lab, weight: share }];
  });
  const own = spreadOfLabs(seen);
  const asked = spreadOfLabs(palette.map(({ share }, at) => ({ lab: labs[at]!, weight: share })));
  const moved = (lab: Lab, axis: 0 | 1 | 2): number => {
    const gain = asked.deviation[axis] / Math.max(deviationLeast, own.deviation[axis]);
    const value = asked.mean[axis] + Math.min(gainMost, Math.max(1 / gainMost, gain)) * (lab[axis] - own.mean[axis]);
    const among = labs.map((other) => other[axis]);
    return Math.min(Math.max(...among), Math.max(Math.min(...among), value));
  };
  return new Map(seen.map(({ area, lab }) => [area, [moved(lab, 0), moved(lab, 1), moved(lab, 2)]]));
}

function spreadOfLabs(seen: ReadonlyArray<{ lab: Lab; weight: number }>): { mean: Lab; deviation: Lab } {
  const total = seen.reduce((sum, { weight }) => sum + weight, 0) || 1;
  const meanOf = (axis: 0 | 1 | 2): number =>
    seen.reduce((sum, { lab, weight }) => sum + weight * lab[axis], 0) / total;
  const mean: Lab = [meanOf(0), meanOf(1), meanOf(2)];
  const deviationOf = (axis: 0 | 1 | 2): number =>
    Math.sqrt(seen.reduce((sum, { lab, weight }) => sum + weight * (lab[axis] - mean[axis]) ** 2, 0) / total);
  return { mean, deviation: [deviationOf(0), deviationOf(1), deviationOf(2)] };
}
