/**
 * What the corners and line ends of a style are like, by those of its drawings: only where nearly all agree, since drawings in between keep
 * their own. Pure.
 */
import { type Corner, type Turns, turnsOf } from "./turns.ts";

export interface StyleCorners {
  /** How lines end; absent where nobody knows. */
  readonly ends?: "round" | "flat" | undefined;
  /** How sides meet: at once, or with the radius of round joins. */
  readonly joins?: "round" | "sharp" | undefined;
  /** No corner is round, whatever its radius. */
  readonly isAllSharp?: boolean | undefined;
  /** Of round joins, of the side, 0 to 1. */
  readonly radius?: number | undefined;
  /** Of the right angles of frames, where they are rounder than joins. */
  readonly boxRadius?: number | undefined;
}

/** Fewest ends and corners that say something, and the share of them that must agree. */
const [seenLeast, agreeLeast] = [6, 0.8] as const;
/** Share of sharp corners up to which a style has none, and of round ones up to which all are sharp. */
const strayMost = 0.12;
/** Least length of the sides of a box, in widths of lines, and how far they may be from level or upright (sine). */
const [boxSides, uprightWithin] = [2.2, 0.12] as const;
/** Share of the corners of boxes that must have the radius of the middle one, and by how much of it these differ at most. */
const [boxesAgree, boxesDiffer] = [0.75, 0.3] as const;
/** Radius of ends that are flat, and of those that are round, of half the width. */
export const [flatMost, roundLeast] = [0.3, 0.7] as const;
/** Radius of corners that are sharp, in widths of lines and pixels at least, and of round joins at most. */
export const [sharpMost, sharpMostPx, joinMost] = [0.2, 0.8, 0.75] as const;
/** Width of lines where a style has none, of the side. */
const usualWidth = 0.07;

/**
 * @param drawings of one ink: alphas [sizePx, sizePx]
 * @param width of the style's lines, of the side, 0 to 1
 * @param hasFills not all drawings are lines: round joins say nothing of fills
 */
export function cornersOfStyle(
  drawings: ReadonlyArray<{ readonly alphas: Float32Array; readonly sizePx: number }>,
  width = usualWidth,
  hasFills = false,
): StyleCorners | undefined {
  const sizePx = drawings[0]?.sizePx ?? 1;
  const turns = drawings.map(({ alphas }) => turnsOf(alphas, sizePx));
  // Fills have corners of several radii.
  const joins = joinsOf(turns, width * sizePx, sizePx);
  const found = {
    ends: endsOf(turns),
    ...(joins.joins === "round" && hasFills ? {} : joins),
    boxRadius: boxRadiusOf(turns, width * sizePx, sizePx),
  };
  return (found.ends ?? found.joins ?? found.boxRadius) ? found : undefined;
}

/** Whether a corner is one of a frame or a box: between level and upright sides. */
export const isBox = ({ before, after, tangentPx }: Corner, widthPx: number): boolean =>
  [before, after].every(({ line: { direction } }) => Math.min(...direction.map(Math.abs)) <= uprightWithin) &&
  Math.min(before.lengthPx, after.lengthPx) + tangentPx >= boxSides * widthPx;

function boxRadiusOf(turns: readonly Turns[], widthPx: number, sizePx: number): number | undefined {
  const radii = turns
    .flatMap(({ corners }) => corners.filter((corner) => corner.isConvex && isBox(corner, widthPx)))
    .map(({ radiusPx }) => radiusPx)
    .sort((one, other) => one - other);
  const middle = radii[radii.length >> 1] ?? 0;
  const same = radii.filter((radius) => Math.abs(radius - middle) <= boxesDiffer * middle).length;
  const isSure = radii.length >= seenLeast && middle > joinMost * widthPx && same >= boxesAgree * radii.length;
  return isSure ? middle / sizePx : undefined;
}

function endsOf(turns: readonly Turns[]): StyleCorners["ends"] {
  const shares = turns.flatMap(({ ends }) =>
    ends.filter(({ isConvex }) => isConvex).map(({ radiusPx, widthPx }) => (2 * radiusPx) / widthPx),
  );
  if (shares.length < seenLeast) return undefined;
  const least = agreeLeast * shares.length;
  if (shares.filter((share) => share >= roundLeast).length >= least) return "round";
  return shares.filter((share) => share <= flatMost).length >= least ? "flat" : undefined;
}

function joinsOf(turns: readonly Turns[], widthPx: number, sizePx: number): Omit<StyleCorners, "ends"> {
  const radii = turns
    .flatMap(({ corners }) => corners.filter(({ isConvex }) => isConvex).map(({ radiusPx }) => radiusPx))
    .sort((one, other) => one - other);
  if (radii.length < seenLeast) return {};
  const sharp = radii.filter((radius) => radius <= Math.max(sharpMostPx, sharpMost * widthPx)).length;
  const round = radii.length - sharp;
  if (sharp <= strayMost * radii.length) {
    const low = radii[sharp + Math.floor(round / 4)]!;
    return { joins: "round", radius: Math.min(low, widthPx / 2) / sizePx };
  }
  const narrow = radii.filter((radius) => radius <= joinMost * widthPx).length;
  if (sharp < Math.max(seenLeast, agreeLeast * narrow)) return {};
  return { joins: "sharp", isAllSharp: round <= strayMost * radii.length };
}
