/**
 * What of one colour is lines of one width, as strokes: paths along their middles, which designers can make broader, bend and end otherwise. What strokes would draw is
 * compared with what is there, part by part; a part of which they would not be the same stays an outline. Pure.
 */
import { movedPath, type Path, type Point } from "../../../shared/vectors/vector-path.ts";
import { distancesTo } from "../../engine/lines/distances.ts";
import { type Crossed, crossed, type Field, stretchesOf } from "./across.ts";
import { type BranchLine, type Chain, chainsOf } from "./chains.ts";
import { drawnParts, nearestPart, type Parts, partsOf } from "./parts.ts";
import { type Branch, type Skeleton, skeletonOf } from "./skeleton.ts";
import type { StrokeLook } from "./stroke-cover.ts";
import { strokePath } from "./stroke-path.ts";

export interface Strokes extends StrokeLook {
  readonly paths: readonly Path[];
  /** What they do not draw: shares, [height, width]. */
  readonly left: Float32Array;
}

const inkFrom = 0.5;
/** Least width of lines in pixels, and greatest, of the picture's longer side. */
const [widthLeastPx, widthMostShare] = [2.5, 0.16] as const;
/** How far lines may be from the width that they are meant to have, by that. */
const meantWithin = 0.06;
/** Which of all widths that are found, in order: across a line that is met aslant they are greater. */
const widthsAt = 0.35;
/** Ink of a part, by the square of the width, from which on it may be a line. */
const inkLeast = 1.1;
/** Length of a part's skeleton from which on it is one, by the width. */
const longLeast = 0.6;
/** Depth by the width beyond which a part has more than lines, also where several meet; and how many parts a drawing has at most. */
const [deepMost, partsMost] = [1.2, 80] as const;
/** Share of the ink that strokes must draw so that they are worth it. */
const drawnLeast = 0.3;
/** Pixels of nothing around, so that what is at the border has an edge. */
const padPx = 2;
/** Distance of points to which curves are fitted, by the width of lines, and in pixels. */
const [stepShare, stepLeastPx, stepMostPx] = [0.06, 0.7, 1.3] as const;

/**
 * @param cover shares of what is drawn, [height, width]
 * @param about `tolerancePx`: distance that curves may have from where the middles are; `linePx`: the width that lines are meant to have, which they get if they
 * nearly have it
 * @returns undefined where too little of it is lines
 */
export function strokesOf(
  cover: Float32Array,
  about: { readonly widthPx: number; readonly tolerancePx: number; readonly linePx?: number | undefined },
): Strokes | undefined {
  const heightPx = cover.length / about.widthPx;
  const field = padded({ values: cover, widthPx: about.widthPx });
  const stride = field.widthPx;
  const found = linesIn(field, widthMostShare * Math.max(about.widthPx, heightPx), about.linePx);
  if (!found) return undefined;
  const { widthPx, parts, inkPx } = found;
  const chains = chainsByPart(field, found);
  const rounds = chains.flatMap(({ chain }) => chain.freeEnds.map(({ roundness }) => roundness));
  const cap = 2 * total(rounds) >= rounds.length ? "round" : "butt";
  const stepPx = Math.min(stepMostPx, Math.max(stepLeastPx, stepShare * widthPx));
  const paths = chains.map(({ part, chain }) => ({
    part,
    path: strokePath(chain, widthPx, about.tolerancePx, stepPx),
  }));
  const { join, isDrawn, drawnPx } = drawnParts(parts, stride, paths, { widthPx, cap });
  const kept = paths.filter(({ part }) => isDrawn[part]);
  const isBar = ({ isOpen, segments }: Path): boolean => isOpen === true && segments.length === 1 && cap === "butt";
  // Rectangles that stand alone are no lines.
  if (drawnPx < drawnLeast * inkPx || (kept.length < 2 && kept.every(({ path }) => isBar(path)))) return undefined;
  const left = field.values.map((share, at) => (isDrawn[nearestPart(parts, at, stride)] ? 0 : share));
  return {
    ...{ widthPx, cap, join },
    paths: kept.map(({ path }) => movedPath(path, ([x, y]) => [x - padPx, y - padPx])),
    left: unpadded(left, about.widthPx, heightPx),
  };
}

/** What may be lines of one width. */
interface Lines {
  readonly widthPx: number;
  readonly skeleton: Skeleton;
  readonly parts: Parts;
  /** Of all parts. */
  readonly inkPx: number;
}

/** Undefined where nothing may be. @param mostPx greatest width */
function linesIn(field: Field, mostPx: number, linePx = 0): Lines | undefined {
  const stride = field.widthPx;
  const all = Uint8Array.from(field.values, (share) => (share >= inkFrom ? 1 : 0));
  const depths = distancesTo(0, all, stride, 1.3 * deepMost * mostPx);
  const roughPx = usualWidth(depths, stride, mostPx / 2);
  if (roughPx < widthLeastPx) return undefined;
  const parts = partsOf(all, stride, depths);
  const mayBeLines = parts.sizes.map(
    (size, part) => size >= inkLeast * roughPx ** 2 && parts.depths[part]! <= deepMost * roughPx,
  );
  const inkPx = total(parts.sizes);
  const linedPx = total(parts.sizes.filter((_, part) => mayBeLines[part]));
  if (linedPx < drawnLeast * inkPx || parts.sizes.length > partsMost) return undefined;
  const ink = all.map((is, at) => (is === 1 && mayBeLines[parts.labels[at]!] ? 1 : 0));
  const skeleton = skeletonOf(ink, stride, depths, roughPx);
  const widths = skeleton.branches
    .flatMap((branch) => across(field, branch, roughPx))
    .flatMap(({ widthPx }) => (widthPx === undefined ? [] : [widthPx]))
    .sort((one, other) => one - other);
  const foundPx = widths[Math.floor(widthsAt * widths.length)] ?? 0;
  if (foundPx < widthLeastPx) return undefined;
  const widthPx = Math.abs(foundPx - linePx) <= meantWithin * linePx ? linePx : foundPx;
  const isNear = Math.abs(widthPx - roughPx) < 1;
  return { widthPx, parts, inkPx, skeleton: isNear ? skeleton : skeletonOf(ink, stride, depths, widthPx) };
}

/** The lines of each part. */
function chainsByPart(
  field: Field,
  { widthPx, parts, skeleton: { branches, junctions } }: Lines,
): Array<{ readonly part: number; readonly chain: Chain }> {
  const byPart = new Map<number, Branch[]>();
  for (const branch of branches) {
    const part = parts.labels[branch.pixels[0]!]!;
    byPart.set(part, [...(byPart.get(part) ?? []), branch]);
  }
  return [...byPart].flatMap(([part, own]) => {
    const length = own.reduce((sum, { pixels }) => sum + pixels.length, 0);
    if (length < longLeast * widthPx) return [];
    const lines = own.map((branch): BranchLine => {
      const ends = [branch.ends[0] < 0, branch.ends[1] < 0] as const;
      const { isClosed } = branch;
      return { ...branch, stretches: stretchesOf(across(field, branch, widthPx), { isClosed, ends }, widthPx) };
    });
    return chainsOf({ field, widthPx }, lines, junctions).map((chain) => ({ part, chain }));
  });
}

function across(field: Field, { pixels, isClosed }: Branch, widthPx: number): Crossed[] {
  const stride = field.widthPx;
  const middles = pixels.map((pixel): Point => [(pixel % stride) + 0.5, Math.floor(pixel / stride) + 0.5]);
  return crossed(field, middles, isClosed, widthPx);
}

/** Twice the depth that most of what is deeper than all around it has; 0 without any. @param most depth that counts */
function usualWidth(depths: Float32Array, stride: number, most: number): number {
  const widths: number[] = [];
  const ring = [-1, 1, -stride, stride, -stride - 1, -stride + 1, stride - 1, stride + 1];
  for (let at = stride + 1; at < depths.length - stride - 1; at += 1)
    if (depths[at]! > 0 && depths[at]! < most && ring.every((step) => depths[at + step]! <= depths[at]! + 0.4))
      widths.push(2 * depths[at]! - 0.5);
  return widths.sort((one, other) => one - other)[widths.length >> 1] ?? 0;
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** In a square, with nothing around. */
function padded({ values, widthPx }: Field): Field {
  const heightPx = values.length / widthPx;
  const stride = Math.max(widthPx, heightPx) + 2 * padPx;
  const wide = new Float32Array(stride ** 2);
  for (let y = 0; y < heightPx; y += 1)
    wide.set(values.subarray(y * widthPx, (y + 1) * widthPx), (y + padPx) * stride + padPx);
  return { values: wide, widthPx: stride };
}

function unpadded(values: Float32Array, gridPx: number, heightPx: number): Float32Array {
  const stride = Math.sqrt(values.length);
  const within = new Float32Array(gridPx * heightPx);
  for (let y = 0; y < heightPx; y += 1) {
    const from = (y + padPx) * stride + padPx;
    within.set(values.subarray(from, from + gridPx), y * gridPx);
  }
  return within;
}
