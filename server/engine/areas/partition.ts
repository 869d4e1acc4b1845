/**
 * A drawing cut into areas: what hangs together in one of its flat colours, of which nothing is one. The soft pixels of an edge belong to the two
 * colours that meet there, by shares, so that edges are known in parts of a pixel. Pure.
 */
import type { Drawing } from "../pixels/ink-colour.ts";
import { forNear } from "../pixels/places.ts";
import { type Flat, flatColoursOf } from "./flat-colours.ts";

export interface Area {
  /** In the drawing's flat colours, of which the first is nothing. */
  readonly colour: number;
  /** Pixels. */
  readonly size: number;
  /** Whether it is nothing and reaches the border of the picture. */
  readonly isOutside: boolean;
  /** Pixels of the border with other areas, by their index. */
  readonly beside: ReadonlyMap<number, number>;
}

export interface Partition {
  readonly colours: readonly Flat[];
  readonly areas: readonly Area[];
  /** The area of each pixel, [sizePx, sizePx]. */
  readonly labels: Uint16Array;
  /** Of a pixel at an edge, one beside it in the other area that it is part of, else itself, and its own area's share of it, from ½ on. */
  readonly others: Uint16Array;
  readonly shares: Float32Array;
  readonly sizePx: number;
}

/** Smaller areas join the one that they touch most. */
const pixelsLeast = 5;
/** Pixels on each side in which the colours that meet in an edge are looked for. */
const reachPx = 2;

/** By the drawings' planes: a style's are looked at again on their grounds and off them. */
const known = new WeakMap<Float32Array, Partition | undefined>();

/** @returns undefined where the drawing is not of flat colours */
export function partitionOf(drawing: Drawing): Partition | undefined {
  if (!known.has(drawing.planes)) known.set(drawing.planes, cutIntoAreas(drawing));
  return known.get(drawing.planes);
}

function cutIntoAreas(drawing: Drawing): Partition | undefined {
  const { sizePx } = drawing;
  const colours = flatColoursOf(drawing);
  if (!colours) return undefined;
  const owners = colourOfEach(drawing, colours);
  let labels = hangingTogether(owners, sizePx);
  labels = withoutSpecks(labels, sizePx);
  const areas = areasOf(labels, owners, sizePx);
  return { colours, areas, labels, ...edgesOf(drawing, colours, labels, areas), sizePx };
}

/** The colour of each pixel: the nearest of those that are pure near it. */
function colourOfEach({ planes, sizePx }: Drawing, colours: readonly Flat[]): Uint8Array {
  const pixels = sizePx ** 2;
  const none = 255;
  const nearest = new Uint8Array(pixels);
  const pure = new Uint8Array(pixels).fill(none);
  for (let at = 0; at < pixels; at += 1) {
    let least = Number.POSITIVE_INFINITY;
    for (let index = 0; index < colours.length; index += 1) {
      const apart = farAt(planes, at, colours[index]!, pixels);
      if (apart >= least) continue;
      least = apart;
      nearest[at] = index;
    }
    if (least < pureWithin ** 2) pure[at] = nearest[at]!;
  }
  const owners = pure.slice();
  const lone = pure.map((colour, at) => Number(colour === none || isLone(pure, at, sizePx)));
  const near = new Uint8Array(colours.length);
  for (let at = 0; at < pixels; at += 1) {
    if (lone[at] === 0) continue;
    near.fill(0);
    forNear(at, sizePx, reachPx, (other) => {
      if (lone[other] === 0) near[pure[other]!] = 1;
    });
    let [least, best] = [Number.POSITIVE_INFINITY, nearest[at]!];
    for (let index = 0; index < colours.length; index += 1) {
      const apart = near[index] === 1 ? farAt(planes, at, colours[index]!, pixels) : Number.POSITIVE_INFINITY;
      if (apart < least) [least, best] = [apart, index];
    }
    owners[at] = best;
  }
  return owners;
}

/** Distance in the four channels up to which a pixel is of a flat colour. */
const pureWithin = 0.06;

/** Whether fewer than two neighbours of a pixel have its colour: it is an edge that looks like it. */
function isLone(pure: Uint8Array, at: number, sizePx: number): boolean {
  const column = at % sizePx;
  let same = 0;
  for (let y = -1; y <= 1; y += 1)
    for (let x = -1; x <= 1; x += 1) {
      const near = at + y * sizePx + x;
      if (near === at || column + x < 0 || column + x >= sizePx) continue;
      if (pure[near] === pure[at]) same += 1;
    }
  return same < 2;
}

/** Squared distance between a pixel and a colour. */
function farAt(planes: Float32Array, at: number, colour: Flat, pixels: number): number {
  let sum = 0;
  for (let channel = 0; channel < 4; channel += 1) sum += (planes[channel * pixels + at]! - colour[channel]!) ** 2;
  return sum;
}

/** Labels from 0 on of pixels that touch and have the same colour. Corners touch too, but not those of empty pixels. */
export function hangingTogether(owners: Uint8Array, sizePx: number): Uint16Array {
  const unknown = 0xffff;
  const labels = new Uint16Array(owners.length).fill(unknown);
  const found = new Int32Array(owners.length);
  let label = 0;
  for (let start = 0; start < owners.length; start += 1) {
    if (labels[start] !== unknown) continue;
    labels[start] = label;
    found[0] = start;
    let length = 1;
    for (let next = 0; next < length; next += 1)
      forAround(found[next]!, sizePx, owners[start] !== 0, (near) => {
        if (labels[near] !== unknown || owners[near] !== owners[start]) return;
        labels[near] = label;
        found[length] = near;
        length += 1;
      });
    label += 1;
  }
  return labels;
}

/** Whether a pixel touches no other label; pixels at the border of the picture may. */
function isWithin(labels: Uint16Array, at: number, sizePx: number): boolean {
  const [label, column] = [labels[at], at % sizePx];
  return (
    column > 0 &&
    column < sizePx - 1 &&
    labels[at - 1] === label &&
    labels[at + 1] === label &&
    labels[at - sizePx] === label &&
    labels[at + sizePx] === label &&
    labels[at - sizePx - 1] === label &&
    labels[at - sizePx + 1] === label &&
    labels[at + sizePx - 1] === label &&
    labels[at + sizePx + 1] === label
  );
}

/** Pixels between a pixel and the border of the picture. */
export function borderAway(at: number, sizePx: number): number {
  const [column, row] = [at % sizePx, Math.floor(at / sizePx)];
  return Math.min(column, row, sizePx - 1 - column, sizePx - 1 - row);
}

export function forAround(at: number, sizePx: number, byCorners: boolean, see: (near: number) => void): void {
  const [column, row] = [at % sizePx, Math.floor(at / sizePx)];
  for (let y = -1; y <= 1; y += 1)
    for (let x = -1; x <= 1; x += 1) {
      if ((x === 0 && y === 0) || (!byCorners && x !== 0 && y !== 0)) continue;
      if (column + x >= 0 && column + x < sizePx && row + y >= 0 && row + y < sizePx) see(at + y * sizePx + x);
    }
}

/** Labels without areas of a few pixels, numbered anew from 0 on. */
function withoutSpecks(labels: Uint16Array, sizePx: number): Uint16Array {
  const { sizes, borders } = bordersOf(labels, sizePx);
  const joins = sizes.map((size, label) => {
    const beside = borders[label]!;
    if (size >= pixelsLeast || beside.size === 0) return label;
    return [...beside].reduce((best, border) => (border[1] > best[1] ? border : best))[0];
  });
  const numbers = new Map<number, number>();
  return labels.map((label) => {
    const joined = joins[label]!;
    if (!numbers.has(joined)) numbers.set(joined, numbers.size);
    return numbers.get(joined)!;
  });
}

/** How many pixels each label has, and beside how many of each other label. */
export function bordersOf(
  labels: Uint16Array,
  sizePx: number,
): { sizes: number[]; borders: Array<Map<number, number>> } {
  const sizes: number[] = [];
  const borders: Array<Map<number, number>> = [];
  for (let at = 0; at < labels.length; at += 1) {
    const label = labels[at]!;
    sizes[label] = (sizes[label] ?? 0) + 1;
    borders[label] ??= new Map();
    if (isWithin(labels, at, sizePx)) continue;
    forAround(at, sizePx, false, (near) => {
      const other = labels[near]!;
      if (other !== label) borders[label]!.set(other, (borders[label]!.get(other) ?? 0) + 1);
    });
  }
  return { sizes, borders };
}

export function areasOf(labels: Uint16Array, owners: Uint8Array, sizePx: number): Area[] {
  const { sizes, borders } = bordersOf(labels, sizePx);
  const counts = sizes.map(() => new Map<number, number>());
  const outside = new Set<number>();
  for (let at = 0; at < labels.length; at += 1) {
    const [label, owner] = [labels[at]!, owners[at]!];
    counts[label]!.set(owner, (counts[label]!.get(owner) ?? 0) + 1);
    const [column, row] = [at % sizePx, Math.floor(at / sizePx)];
    if (column === 0 || row === 0 || column === sizePx - 1 || row === sizePx - 1) outside.add(label);
  }
  return sizes.map((size, label) => {
    const [colour] = [...counts[label]!].reduce((best, count) => (count[1] > best[1] ? count : best));
    return { colour, size, isOutside: colour === 0 && outside.has(label), beside: borders[label]! };
  });
}

/** Edges in parts of pixels. @param labels the area of each pixel */
export function edgesOf(
  { planes, sizePx }: Drawing,
  colours: readonly Flat[],
  labels: Uint16Array,
  areas: readonly Area[],
): Pick<Partition, "others" | "shares"> {
  const pixels = sizePx ** 2;
  const others = Uint16Array.from(labels, (_, at) => at);
  const shares = new Float32Array(pixels).fill(1);
  for (let at = 0; at < pixels; at += 1) {
    if (isWithin(labels, at, sizePx)) continue;
    const label = labels[at]!;
    const own = colours[areas[label]!.colour]!;
    let least = Number.POSITIVE_INFINITY;
    forAround(at, sizePx, true, (near) => {
      const other = labels[near]!;
      if (other === label || areas[other]!.colour === areas[label]!.colour) return;
      const beside = colours[areas[other]!.colour]!;
      let [along, length, apart] = [0, 0, 0];
      for (let channel = 0; channel < 4; channel += 1) {
        const [step, from] = [own[channel]! - beside[channel]!, planes[channel * pixels + at]! - beside[channel]!];
        along += step * from;
        length += step * step;
      }
      const share = along / length;
      for (let channel = 0; channel < 4; channel += 1) {
        const from = planes[channel * pixels + at]! - beside[channel]!;
        apart += (from - share * (own[channel]! - beside[channel]!)) ** 2;
      }
      if (apart >= least) return;
      least = apart;
      others[at] = near;
      shares[at] = Math.min(1, Math.max(0.5, share));
    });
  }
  return { others, shares };
}

/** Share of each pixel that an area takes. */
export function coverOf({ labels, others, shares }: Partition, label: number): Float32Array {
  return shares.map((share, at) => {
    const own = labels[at] === label ? share : 0;
    return others[at] !== at && labels[others[at]!] === label ? own + 1 - share : own;
  });
}
