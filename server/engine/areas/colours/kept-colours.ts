/** The own colours of a coloured drawing, in a style whose drawings have nearly all of them: a face stays yellow, and a tree green. Pure. */
import { type Lab, labDistance } from "../../../../shared/colour/oklab.ts";
import type { Ink } from "../../pixels/ink-colour.ts";
import { labOfInk } from "../lab-of-ink.ts";
import type { Paint } from "../paint.ts";
import type { Area } from "../partition.ts";
import type { StylePalette } from "../style-areas.ts";
import type { Vote } from "../votes.ts";
import type { Wanted } from "./wanted.ts";

/** Distance in OKLab within which a colour of the drawing is one of the style's. */
export const ownWithin = 0.06;
/** The same within which it is similar to one. */
const similarWithin = 0.1;
/** Distance of two paints that look the same, in a drawing and beside what goes around it. */
const [sameWithin, hiddenWithin] = [0.02, 0.03] as const;
/** Share of what a drawing shows whose colours must be similar to the style's, and share of it that must be no greys: a nose is enough. */
const [similarLeast, chromaticLeast] = [0.8, 0.02] as const;
/** OKLab chroma from which on a colour is no grey. */
const chromaFrom = 0.045;
/** Share of one of a style's drawings that has a colour, from which on the style has it. */
const shareLeast = 0.05;
/** Distance from what goes around a drawing at which more says nothing, and what chance counts besides. */
const [apartMost, chanceShare] = [0.3, 0.1] as const;

interface Labelled {
  readonly paint: Paint;
  readonly lab: Lab;
}

/**
 * @param wanted areas that get a colour
 * @param chanceOf from 0 to 1, another for each palette
 * @returns a paint of each of them; undefined where the drawing is not coloured, or the style has other colours
 */
export function keptColours(
  areas: readonly Area[],
  votes: readonly Vote[],
  wanted: readonly Wanted[],
  palettes: readonly StylePalette[],
  chanceOf: (palette: number) => number,
): ReadonlyMap<number, Paint> | undefined {
  const arounds = palettes.flatMap(({ around }, at) => (around ? [{ ...labelled(around), at }] : []));
  const style = palettes.flatMap(({ colours }) => colours.filter(({ share }) => share >= shareLeast).map(labelled));
  const isBound = ({ isAround }: Wanted): boolean => isAround && arounds.length > 0;
  const free = wanted.filter((one) => !isBound(one));
  const own = style.length > 0 ? ownPaints(votes, free, style) : undefined;
  if (!own) return undefined;
  const paints = new Map(
    free.map(({ area, own: ink }) => [area, (ink && own.get(ink)) ?? nearestTo(votes[area]!.colour, style).paint]),
  );
  const bound = wanted.filter(isBound);
  const besides = bound.flatMap(({ area }) =>
    [...areas[area]!.beside.keys()].flatMap((near) => paints.get(near) ?? []),
  );
  const labs = [...new Set(besides)].map(({ ink }) => labOfInk(ink));
  const rated = arounds.map(({ paint, lab, at }) => {
    const apart = Math.min(apartMost, ...labs.map((other) => labDistance(lab, other)));
    return { paint, apart, rating: apart + chanceShare * chanceOf(at) };
  });
  const around = rated.reduce((best, one) => (one.rating > best.rating ? one : best), rated[0]!);
  if (bound.length > 0 && around.apart < hiddenWithin) return undefined;
  for (const { area } of bound) paints.set(area, around.paint);
  return paints;
}

/** A paint of each colour that a drawing has; undefined where it has greys alone, or the style too few of them. */
function ownPaints(
  votes: readonly Vote[],
  free: readonly Wanted[],
  style: readonly Labelled[],
): ReadonlyMap<Ink, Paint> | undefined {
  const shares = new Map<Ink, number>();
  for (const { area, own } of free) if (own) shares.set(own, (shares.get(own) ?? 0) + votes[area]!.share);
  const colours = [...shares].map(([ink, share]) => {
    const lab = labOfInk(ink);
    return { ink, share, lab, ...nearestTo(lab, style) };
  });
  const total = free.reduce((sum, { area }) => sum + votes[area]!.share, 0);
  const shareOf = (some: typeof colours): number => some.reduce((sum, { share }) => sum + share, 0);
  const isKept =
    total > 0 &&
    shareOf(colours.filter(({ distance }) => distance <= similarWithin)) >= similarLeast * total &&
    shareOf(colours.filter(({ lab: [, a, b] }) => Math.hypot(a, b) >= chromaFrom)) >= chromaticLeast * total;
  if (!isKept) return undefined;
  const taken: Lab[] = [];
  const paints = new Map<Ink, Paint>();
  for (const { ink, distance, paint, near } of colours.sort((one, other) => one.distance - other.distance)) {
    // Two shades of the drawing stay two.
    const isTaken = taken.some((other) => labDistance(other, near) <= sameWithin);
    const isOne = distance <= ownWithin && !isTaken;
    if (isOne) taken.push(near);
    paints.set(ink, isOne ? paint : distance <= similarWithin ? { ...paint, ink } : { ink });
  }
  return paints;
}

const labelled = (paint: Paint): Labelled => ({ paint, lab: labOfInk(paint.ink) });

/** The nearest of a style's paints, the first where nothing is known. */
function nearestTo(lab: Lab | undefined, style: readonly Labelled[]) {
  const distances = style.map((one) => (lab ? labDistance(one.lab, lab) : 0));
  const distance = Math.min(...distances);
  const { paint, lab: near } = style[distances.indexOf(distance)]!;
  return { paint, near, distance };
}
