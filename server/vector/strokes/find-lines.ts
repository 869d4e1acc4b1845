/** What of a colour may be lines of one width, and how broad these are: first by how deep the ink is, then from edge to edge. Pure. */
import { distancesTo } from "../../engine/lines/distances.ts";
import type { Field } from "./across.ts";
import { type Parts, partsOf } from "./parts.ts";
import { acrossBranch, firstReading } from "./read-lines.ts";
import { skeletonOf } from "./skeleton.ts";

const inkFrom = 0.5;
/** Least width of lines in pixels. */
const widthLeastPx = 2.5;
/** How far lines may be from the width that they are meant to have, by that. */
const meantWithin = 0.06;
/** Which of all widths that are found, in order: across a line that is met aslant they are greater. */
const widthsAt = 0.35;
/** Between these shares of its length the width of a part must not vary far. */
const fifths = [0.2, 0.8] as const;
/** Ink of a part, by the square of the width, from which on it may be a line. */
const inkLeast = 1.1;
/** Depth by the width beyond which a part has more than lines, also where several meet; and how many parts a drawing has at most. */
const [deepMost, partsMost] = [1.2, 80] as const;
/** Share of the ink that strokes must draw so that they are worth it. */
export const drawnLeast = 0.3;

/** What may be lines of one width. */
export interface FoundLines {
  readonly widthPx: number;
  /** 1 where ink is. */
  readonly ink: Uint8Array;
  /** Of the ink. */
  readonly depths: Float32Array;
  readonly parts: Parts;
  /** Those that may be lines. */
  readonly linedParts: readonly number[];
  /** Of parts that may be lines how far their width varies in pixels, without the narrowest and the broadest fifth. */
  readonly variesPx: ReadonlyMap<number, number>;
  /** Of all parts. */
  readonly inkPx: number;
}

/** Undefined where nothing may be. @param mostPx greatest width */
export function findLines(field: Field, mostPx: number, linePx = 0): FoundLines | undefined {
  const stride = field.widthPx;
  const ink = inkOf(field);
  const depths = distancesTo(0, ink, stride, 1.3 * deepMost * mostPx);
  const roughPx = usualWidth(depths, stride, mostPx / 2);
  if (roughPx < widthLeastPx) return undefined;
  const parts = partsOf(ink, stride, depths);
  const linedParts = [...parts.sizes.keys()].filter(
    (part) => parts.sizes[part]! >= inkLeast * roughPx ** 2 && parts.depths[part]! <= deepMost * roughPx,
  );
  const inkPx = total(parts.sizes);
  const linedPx = total(linedParts.map((part) => parts.sizes[part]!));
  if (linedPx < drawnLeast * inkPx || parts.sizes.length > partsMost) return undefined;
  const lined = inkOfParts(ink, parts, linedParts);
  const { branches } = skeletonOf(lined, stride, depths, { widthPx: roughPx, ...firstReading });
  const widthsOf = new Map<number, number[]>(linedParts.map((part) => [part, []]));
  for (const branch of branches)
    for (const { widthPx } of acrossBranch(field, branch, roughPx))
      if (widthPx !== undefined) widthsOf.get(parts.labels[branch.pixels[0]!]!)!.push(widthPx);
  const foundPx = ranked([...widthsOf.values()].flat(), [widthsAt])[0] ?? 0;
  if (foundPx < widthLeastPx) return undefined;
  const widthPx = Math.abs(foundPx - linePx) <= meantWithin * linePx ? linePx : foundPx;
  const variesPx = new Map([...widthsOf].map(([part, widths]) => [part, variationOf(widths)]));
  return { widthPx, ink, depths, parts, linedParts, variesPx, inkPx };
}

const variationOf = (widths: readonly number[]): number => {
  const [narrow = 0, broad = 0] = ranked(widths, fifths);
  return broad - narrow;
};

/** Of all values in order those at some shares of their number. */
function ranked(values: readonly number[], shares: readonly number[]): Array<number | undefined> {
  const sorted = [...values].sort((one, other) => one - other);
  return shares.map((share) => sorted[Math.floor(share * sorted.length)]);
}

/** A plain loop: `Uint8Array.from` with a function takes ten times as long. */
function inkOf({ values }: Field): Uint8Array {
  const ink = new Uint8Array(values.length);
  for (let at = 0; at < ink.length; at += 1) if (values[at]! >= inkFrom) ink[at] = 1;
  return ink;
}

/** The ink of some parts. */
export function inkOfParts(ink: Uint8Array, { labels }: Parts, parts: readonly number[]): Uint8Array {
  const is = new Uint8Array(Math.max(0, ...parts) + 1);
  for (const part of parts) is[part] = 1;
  const own = new Uint8Array(ink.length);
  for (let at = 0; at < own.length; at += 1) own[at] = ink[at] === 1 ? (is[labels[at]!] ?? 0) : 0;
  return own;
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

export const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
