/**
 * Areas of a picture, merged until a border saves more error than it costs. Two neighbours become one where that adds the least squared
 * error for each pixel of border that it saves (Koepfler, Lopez & Morel 1994, after Mumford & Shah 1989). Crumbs and slivers of
 * anti-aliasing go first, a line of a colour of its own stays. Across a soft border areas may also become one linear gradient.
 */
import { type Components, componentsOf } from "./components.ts";
import type { FirstLabels } from "./first-labels.ts";
import { addPixel, flatError, type Moments, noMoments, planeOf, sumOf } from "./moments.ts";
import { type Picture, pixelDistance } from "./picture.ts";

export interface Region {
  readonly sums: Moments;
  readonly sizePx: number;
}

export interface Regions {
  /** [height · width]; index of the region, −1 outside. */
  readonly ids: Int32Array;
  readonly regions: readonly Region[];
}

interface Border {
  /** Pairs of neighbouring pixels, and the sum of their distances in OKLab. */
  lengthPx: number;
  contrast: number;
}

/** Of mixtures a little must count, or an area of nothing else has no colour. */
const leastWeight = 0.02;
/** Neighbouring pixels across a border that differ by less, on average, belong to one gradient perhaps. */
const softBelow = 0.035;

/** Areas that merging starts from at most, and rounds of smoothing until there are no more. */
const [areasMax, smoothingsMax] = [1500, 6];

interface Growing {
  sums: Moments;
  sizePx: number;
  flat: number;
  plane: number;
  version: number;
  readonly borders: Map<number, Border>;
}

/**
 * @param options.speckPx areas of fewer pixels go, whatever they show
 * @param options.price squared error in OKLab that a pixel of border may save, at 128 px
 */
export function findRegions(
  picture: Picture,
  first: FirstLabels,
  { speckPx, price }: { speckPx: number; price: number },
): Regions {
  const { widthPx } = picture;
  const { ids, count, sizes } = fewAreas(first.labels, widthPx);
  const growing = startOf(picture, first, ids, count, sizes);
  const parents = Int32Array.from({ length: count }, (_, id) => id);
  mergeAll(growing, parents, { speckPx, price });
  const rootOf = (id: number): number => {
    let root = id;
    while (parents[root] !== root) root = parents[root]!;
    return root;
  };
  const numbers = new Map<number, number>();
  const regions: Region[] = [];
  for (let id = 0; id < count; id += 1) {
    if (parents[id] !== id) continue;
    const { sums, sizePx } = growing[id]!;
    // What no neighbour took up is a speck in the void.
    if (sizePx < speckPx) continue;
    numbers.set(id, regions.length);
    regions.push({ sums, sizePx });
  }
  const final = ids.map((id) => (id < 0 ? -1 : (numbers.get(rootOf(id)) ?? -1)));
  return { ids: final, regions };
}

/** Areas of the labels, which are smoothed where there are more than noise and photographs should cost. */
function fewAreas(labels: Int16Array, widthPx: number): Components {
  let smooth = labels;
  let areas = componentsOf(smooth, widthPx);
  for (let round = 0; areas.count > areasMax && round < smoothingsMax; round += 1) {
    smooth = mostCommonAround(smooth, widthPx, round < 2 ? 1 : 3);
    areas = componentsOf(smooth, widthPx);
  }
  // A chessboard of pixels stays itself however often it is smoothed. Islands in the void stay as many in squares of any side.
  const mostPx = 2 * Math.max(widthPx, labels.length / widthPx);
  for (let sidePx = 4; areas.count > areasMax && sidePx < mostPx; sidePx *= 2)
    areas = componentsOf(mosaicOf(labels, widthPx, sidePx), widthPx);
  return areas;
}

/** Squares of a side in pixels, each with the label that most of its pixels inside have, of several the first. */
function mosaicOf(labels: Int16Array, widthPx: number, sidePx: number): Int16Array {
  const heightPx = labels.length / widthPx;
  const counts = new Int32Array(mostOf(labels) + 1);
  const mosaic = Int16Array.from(labels);
  for (let top = 0; top < heightPx; top += sidePx)
    for (let left = 0; left < widthPx; left += sidePx) {
      const square = pixelsOf(left, top, Math.min(widthPx, left + sidePx), Math.min(heightPx, top + sidePx), widthPx);
      const inside = square.filter((at) => labels[at]! >= 0);
      counts.fill(0);
      for (const at of inside) counts[labels[at]!]! += 1;
      const label = counts.indexOf(Math.max(...counts));
      for (const at of inside) mosaic[at] = label;
    }
  return mosaic;
}

/** The largest label; without spreading, which the stack limits. */
const mostOf = (labels: Int16Array): number => labels.reduce((most, label) => Math.max(most, label), 0);

/** Indices of the pixels of a rectangle. */
function pixelsOf(left: number, top: number, right: number, bottom: number, widthPx: number): number[] {
  const indices: number[] = [];
  for (let y = top; y < bottom; y += 1) for (let x = left; x < right; x += 1) indices.push(y * widthPx + x);
  return indices;
}

/** Every pixel inside takes the label that most pixels around it have, of several the first. */
function mostCommonAround(labels: Int16Array, widthPx: number, reach: number): Int16Array {
  const heightPx = labels.length / widthPx;
  const counts = new Int32Array(mostOf(labels) + 1);
  return labels.map((own, at) => {
    if (own < 0) return own;
    counts.fill(0);
    const [x, y] = [at % widthPx, Math.floor(at / widthPx)];
    for (let v = Math.max(0, y - reach); v <= Math.min(heightPx - 1, y + reach); v += 1)
      for (let u = Math.max(0, x - reach); u <= Math.min(widthPx - 1, x + reach); u += 1) {
        const label = labels[v * widthPx + u]!;
        if (label >= 0) counts[label]! += 1;
      }
    return counts.indexOf(Math.max(...counts));
  });
}

function startOf(
  picture: Picture,
  { weights }: FirstLabels,
  ids: Int32Array,
  count: number,
  sizes: Int32Array,
): Growing[] {
  const { widthPx, lightness, a, b } = picture;
  const growing = Array.from(
    { length: count },
    (_, id): Growing => ({ sums: noMoments(), sizePx: sizes[id]!, flat: 0, plane: 0, version: 0, borders: new Map() }),
  );
  const meet = (at: number, other: number): void => {
    const [id, next] = [ids[at]!, ids[other]!];
    if (next < 0 || id === next) return;
    const distance = pixelDistance(picture, at, other);
    for (const [one, two] of [
      [id, next],
      [next, id],
    ] as const) {
      const border = growing[one]!.borders.get(two) ?? { lengthPx: 0, contrast: 0 };
      border.lengthPx += 1;
      border.contrast += distance;
      growing[one]!.borders.set(two, border);
    }
  };
  for (let at = 0; at < ids.length; at += 1) {
    if (ids[at]! < 0) continue;
    const x = at % widthPx;
    const lab = [lightness[at]!, a[at]!, b[at]!] as const;
    addPixel(growing[ids[at]!]!.sums, x, Math.floor(at / widthPx), lab, Math.max(leastWeight, weights[at]!));
    if (x > 0) meet(at, at - 1);
    if (at >= widthPx) meet(at, at - widthPx);
  }
  for (const region of growing) measure(region);
  return growing;
}

function measure(region: Growing): void {
  region.flat = flatError(region.sums);
  region.plane = planeOf(region.sums).error;
}

/** What merging costs to the pixel of border. */
function priceOf(one: Growing, two: Growing, border: Border): number {
  const sums = sumOf(one.sums, two.sums);
  const flat = flatError(sums) - one.flat - two.flat;
  if (border.contrast / border.lengthPx > softBelow) return flat / border.lengthPx;
  return Math.min(flat, planeOf(sums).error - one.plane - two.plane) / border.lengthPx;
}

function mergeAll(growing: Growing[], parents: Int32Array, limit: { speckPx: number; price: number }): void {
  const queue: Array<readonly [price: number, one: number, two: number, versions: number]> = [];
  const push = (one: number, two: number): void => {
    const [first, second] = [growing[one]!, growing[two]!];
    const own = priceOf(first, second, first.borders.get(two)!);
    const isSpeck = Math.min(first.sizePx, second.sizePx) < limit.speckPx;
    if (own > limit.price && !isSpeck) return;
    // Specks go after all that is cheap, cheapest first.
    heapPush(queue, [isSpeck && own > limit.price ? 1 + own : own, one, two, first.version + second.version]);
  };
  for (const [one, region] of growing.entries()) for (const two of region.borders.keys()) if (two > one) push(one, two);
  for (let next = heapPop(queue); next; next = heapPop(queue)) {
    const [, one, two, versions] = next;
    if (parents[one] !== one || parents[two] !== two) continue;
    const [kept, gone] = [growing[one]!, growing[two]!];
    if (kept.version + gone.version !== versions) continue;
    parents[two] = one;
    kept.sums = sumOf(kept.sums, gone.sums);
    kept.sizePx += gone.sizePx;
    kept.version += gone.version + 1;
    measure(kept);
    kept.borders.delete(two);
    for (const [other, border] of gone.borders) {
      if (other === one) continue;
      const own = kept.borders.get(other) ?? { lengthPx: 0, contrast: 0 };
      own.lengthPx += border.lengthPx;
      own.contrast += border.contrast;
      kept.borders.set(other, own);
      const theirs = growing[other]!.borders;
      theirs.delete(two);
      theirs.set(one, own);
    }
    for (const other of kept.borders.keys()) push(one, other);
  }
}

type Entry = readonly [price: number, ...rest: number[]];

/** A binary heap, cheapest first; equal prices by their order of areas, so that the result never depends on chance. */
const isBefore = (first: Entry, second: Entry): boolean => {
  for (let index = 0; index < 3; index += 1) if (first[index] !== second[index]) return first[index]! < second[index]!;
  return false;
};

function heapPush<E extends Entry>(heap: E[], entry: E): void {
  let at = heap.push(entry) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (!isBefore(heap[at]!, heap[parent]!)) return;
    [heap[at], heap[parent]] = [heap[parent]!, heap[at]!];
    at = parent;
  }
}

function heapPop<E extends Entry>(heap: E[]): E | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (heap.length === 0 || last === undefined) return top;
  heap[0] = last;
  for (let at = 0; ; ) {
    let least = at;
    for (const child of [2 * at + 1, 2 * at + 2])
      if (child < heap.length && isBefore(heap[child]!, heap[least]!)) least = child;
    if (least === at) return top;
    [heap[at], heap[least]] = [heap[least]!, heap[at]!];
    at = least;
  }
}
