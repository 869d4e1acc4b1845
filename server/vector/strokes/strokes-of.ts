/**
 * What of one colour is lines of one width, as strokes: paths along their middles, which designers can make broader, bend and end otherwise. What strokes would draw is
 * compared with what is there, part by part; a part of which they would not be the same stays an outline. Pure.
 */
import { movedPath, type Path, type Point } from "../../../shared/vectors/vector-path.ts";
import { distancesTo } from "../../engine/lines/distances.ts";
import { distanceOf } from "../../engine/outlines/polyline.ts";
import type { Fit } from "../curves/fit.ts";
import { type Crossed, crossed, type Field, stretchesOf } from "./across.ts";
import { type BranchLine, type Chain, chainsOf, shortChain } from "./chains.ts";
import { drawnPart, nearestPart, type PartDrawn, type PartLook, type Parts, partsOf } from "./parts.ts";
import { type Branch, skeletonOf } from "./skeleton.ts";
import type { StrokeLook } from "./stroke-cover.ts";
import { strokePath } from "./stroke-path.ts";

export interface Strokes {
  /** Lines that look alike, most of them first. */
  readonly groups: ReadonlyArray<StrokeLook & { readonly paths: readonly Path[] }>;
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
/** Length of a part along the border of the picture, by the width, where it may go on beyond. */
const cutMost = 2.4;
/** Length around a ring, by the width: around a shorter one there is no room for a hole. */
const ringLeast = 2;
/** Length of a skeleton, by the width, up to which it says little of where a line goes. */
const shortMost = 1;
/** Depth by the width beyond which a part has more than lines, also where several meet; and how many parts a drawing has at most. */
const [deepMost, partsMost] = [1.2, 80] as const;
/**
 * How a skeleton is read, one after the other for what strokes would not yet draw as it is. `spurMost`: length of branches, by the width, up to which they are corners of
 * the ink; `gapLeast` and `cornerShare`: length of what is not known from which on its middle is taken as the skeleton has it, and what corners take of that.
 */
export interface Reading {
  readonly spurMost: number;
  readonly gapLeast: number;
  readonly cornerShare: number;
}
const readings: readonly [Reading, ...Reading[]] = [
  { spurMost: 0.3, gapLeast: 1.5, cornerShare: 0.5 },
  { spurMost: 0.9, gapLeast: 1.5, cornerShare: 0.5 },
  { spurMost: 1.6, gapLeast: 1.5, cornerShare: 0.5 },
  { spurMost: 0.3, gapLeast: 0.7, cornerShare: 0.25 },
  { spurMost: 0.9, gapLeast: 0.7, cornerShare: 0.25 },
];
/** How far edges are off, by a part's ink, up to which no other reading is tried. */
const wellOff = 0.03;
/** Share of the ink that strokes must draw so that they are worth it. */
const drawnLeast = 0.3;
/** Pixels of nothing around, so that what is at the border has an edge. */
const padPx = 2;

/**
 * @param cover shares of what is drawn, [height, width]
 * @param about `fit`: how near curves shall be to where the middles are; `linePx`: the width that lines are meant to have, which they get if they
 * nearly have it
 * @returns undefined where too little of it is lines
 */
export function strokesOf(
  cover: Float32Array,
  about: {
    readonly widthPx: number;
    readonly fit: Fit;
    readonly linePx?: number | undefined;
  },
): Strokes | undefined {
  const heightPx = cover.length / about.widthPx;
  const field = padded({ values: cover, widthPx: about.widthPx });
  const stride = field.widthPx;
  const found = linesIn(field, widthMostShare * Math.max(about.widthPx, heightPx), about.linePx);
  if (!found) return undefined;
  const { widthPx, parts, inkPx } = found;
  const isShown = (pixel: number): boolean => {
    const [x, y] = [(pixel % stride) - padPx, Math.floor(pixel / stride) - padPx];
    return x >= 0 && y >= 0 && x < about.widthPx && y < heightPx;
  };
  const { labels } = parts;
  const cutPx = parts.sizes.map(() => 0);
  for (const at of labels.keys())
    if (labels[at]! > 0 && [-1, 1, -stride, stride].some((step) => !isShown(at + step))) cutPx[labels[at]!]! += 1;
  const drawing = {
    ...{ stride, widthPx },
    away: distancesTo(1, found.allInk, stride, Math.ceil(widthPx)),
  };
  const drawn = new Map<number, DrawnPart>();
  const hopeless = new Set<number>();
  for (const reading of readings) {
    const left = found.linedParts.filter(
      (part) => !hopeless.has(part) && wrongOf(drawn.get(part)) > wellOff * parts.sizes[part]!,
    );
    if (left.length === 0) break;
    for (const [part, chains] of chainsByPart(field, found, left, reading)) {
      const paths = chains.map((chain) => strokePath(chain, widthPx, about.fit));
      const rounds = chains.flatMap(({ freeEnds }) => freeEnds.map(({ roundness }) => roundness));
      const caps = rounds.length === 0 ? (["round"] as const) : (["round", "butt"] as const);
      // Lines may leave the picture; what lies along its border has an edge there.
      const isCut = cutPx[part]! <= cutMost * widthPx;
      const { looks, isHopeless } = drawnPart(parts, part, paths, drawing, { caps, isShown: isCut ? isShown : isAny });
      if (isHopeless) hopeless.add(part);
      const own = { paths, looks };
      if (wrongOf(own) < wrongOf(drawn.get(part))) drawn.set(part, own);
    }
  }
  const groups = grouped([...drawn.values()]).map((group) => ({ widthPx, ...group }));
  const drawnPx = total([...drawn.keys()].map((part) => parts.sizes[part]!));
  // Rectangles that stand alone are no lines.
  const isBar = ({ paths, looks }: DrawnPart): boolean =>
    paths.length === 1 && paths[0]!.isOpen === true && paths[0]!.segments.length === 1 && looks[0]!.look.cap === "butt";
  if (drawnPx < drawnLeast * inkPx || [...drawn.values()].every(isBar)) return undefined;
  const left = field.values.map((share, at) => (drawn.has(nearestPart(parts, at, stride)) ? 0 : share));
  return {
    groups: groups.map((group) => ({
      ...group,
      paths: group.paths.map((path) => movedPath(path, ([x, y]) => [x - padPx, y - padPx])),
    })),
    left: unpadded(left, about.widthPx, heightPx),
  };
}

/** A part that strokes draw as it is. */
interface DrawnPart {
  readonly paths: readonly Path[];
  readonly looks: PartDrawn["looks"];
}

/** How far edges are off in all, in the best look. */
const wrongOf = (part: DrawnPart | undefined): number => part?.looks[0]?.wrong ?? Number.POSITIVE_INFINITY;

/** Parts by the look that they share with most others, in as few groups as may be. */
function grouped(parts: readonly DrawnPart[]): Array<PartLook & { readonly paths: readonly Path[] }> {
  const groups: Array<PartLook & { readonly paths: readonly Path[] }> = [];
  for (let left = parts; left.length > 0; ) {
    const has = ({ looks }: (typeof parts)[number], wanted: PartLook): boolean =>
      looks.some(({ look }) => sameLook(look, wanted));
    const wrongIn = (look: PartLook): number =>
      total(left.flatMap(({ looks }) => looks.flatMap((own) => (sameLook(own.look, look) ? [own.wrong] : []))));
    const counted = left
      .flatMap(({ looks }) => looks.map(({ look }) => look))
      .map((look) => ({ look, count: left.filter((part) => has(part, look)).length, wrong: wrongIn(look) }))
      .sort((one, other) => other.count - one.count || one.wrong - other.wrong);
    const { look } = counted[0]!;
    groups.push({ ...look, paths: left.filter((part) => has(part, look)).flatMap(({ paths }) => paths) });
    left = left.filter((part) => !has(part, look));
  }
  return groups;
}

const sameLook = (one: PartLook, other: PartLook): boolean => one.cap === other.cap && one.join === other.join;

const isAny = (): boolean => true;
const maskOf = ({ values }: Field): Uint8Array => Uint8Array.from(values, (share) => (share >= inkFrom ? 1 : 0));

/** What may be lines of one width. */
interface Lines {
  readonly widthPx: number;
  /** Of parts that may be lines, and of all. */
  readonly ink: Uint8Array;
  readonly allInk: Uint8Array;
  /** Of the ink. */
  readonly depths: Float32Array;
  readonly parts: Parts;
  /** Those that may be lines. */
  readonly linedParts: readonly number[];
  /** Of all parts. */
  readonly inkPx: number;
}

/** Undefined where nothing may be. @param mostPx greatest width */
function linesIn(field: Field, mostPx: number, linePx = 0): Lines | undefined {
  const stride = field.widthPx;
  const all = maskOf(field);
  const depths = distancesTo(0, all, stride, 1.3 * deepMost * mostPx);
  const roughPx = usualWidth(depths, stride, mostPx / 2);
  if (roughPx < widthLeastPx) return undefined;
  const parts = partsOf(all, stride, depths);
  const linedParts = [...parts.sizes.keys()].filter(
    (part) => parts.sizes[part]! >= inkLeast * roughPx ** 2 && parts.depths[part]! <= deepMost * roughPx,
  );
  const inkPx = total(parts.sizes);
  const linedPx = total(linedParts.map((part) => parts.sizes[part]!));
  if (linedPx < drawnLeast * inkPx || parts.sizes.length > partsMost) return undefined;
  const ink = inkOf(all, parts, linedParts);
  const widths = skeletonOf(ink, stride, depths, { widthPx: roughPx, ...readings[0] })
    .branches.flatMap((branch) => across(field, branch, roughPx))
    .flatMap(({ widthPx }) => (widthPx === undefined ? [] : [widthPx]))
    .sort((one, other) => one - other);
  const foundPx = widths[Math.floor(widthsAt * widths.length)] ?? 0;
  if (foundPx < widthLeastPx) return undefined;
  const widthPx = Math.abs(foundPx - linePx) <= meantWithin * linePx ? linePx : foundPx;
  return { widthPx, ink, allInk: all, depths, parts, linedParts, inkPx };
}

/** The ink of some parts. */
function inkOf(ink: Uint8Array, { labels }: Parts, parts: readonly number[]): Uint8Array {
  const is = new Uint8Array(Math.max(0, ...parts) + 1);
  for (const part of parts) is[part] = 1;
  return ink.map((own, at) => (own === 1 ? (is[labels[at]!] ?? 0) : 0));
}

/** The lines of each part that is wanted. */
function chainsByPart(
  field: Field,
  { widthPx, ink, depths, parts }: Lines,
  wanted: readonly number[],
  reading: Reading,
): Map<number, Chain[]> {
  const stride = field.widthPx;
  const { branches, junctions } = skeletonOf(inkOf(ink, parts, wanted), stride, depths, { widthPx, ...reading });
  const byPart = new Map<number, Branch[]>();
  for (const branch of branches) {
    const part = parts.labels[branch.pixels[0]!]!;
    byPart.set(part, [...(byPart.get(part) ?? []), branch]);
  }
  const chains = new Map<number, Chain[]>();
  for (const [part, own] of byPart) {
    const length = total(own.map(({ pixels }) => pixels.length));
    const [only, ...others] = own;
    if (others.length === 0 && !only!.isClosed && length < shortMost * widthPx) {
      const chain = shortChain({ field, widthPx }, pixelsOf(parts, part, stride));
      if (chain) chains.set(part, [chain]);
      continue;
    }
    const lines = own.map((branch): BranchLine => {
      const ends = [branch.ends[0] < 0, branch.ends[1] < 0] as const;
      const about = { isClosed: branch.isClosed, ends, widthPx, ...reading };
      return { ...branch, stretches: stretchesOf(across(field, branch, widthPx), about) };
    });
    const found = chainsOf({ field, widthPx }, lines, junctions);
    if (found.every((chain) => lengthOf(chain) >= (chain.isClosed ? ringLeast : 0) * widthPx)) chains.set(part, found);
  }
  return chains;
}

const lengthOf = ({ pieces }: Chain): number =>
  total(pieces.flatMap((piece) => piece.slice(1).map((point, at) => distanceOf(piece[at]!, point))));

function pixelsOf({ labels }: Parts, part: number, stride: number): Point[] {
  const pixels: Point[] = [];
  for (let at = 0; at < labels.length; at += 1)
    if (labels[at] === part) pixels.push([(at % stride) + 0.5, Math.floor(at / stride) + 0.5]);
  return pixels;
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
