/**
 * Inks as layers that are stacked, large ones below. A layer reaches under those above it, so that no seam shows, and stops short of where they meet
 * what lies deeper or nothing, so that no rim of it shows there either. What it surrounds it fills: a face is a disc, and eyes lie on it.
 */
import type { Memberships } from "./memberships.ts";

/** How far a layer reaches under those above it, as a share of the shorter side. */
const reachShare = 3 / 128;

/**
 * Fields [height · width], one for each ink in stacking order, lowest first; the layer is where its field is ½ or more.
 * @param labels [height · width], the ink's place in that order; −1 outside
 */
export function stackLayers(labels: Int16Array, memberships: Memberships, widthPx: number): Float32Array[] {
  const inks = memberships.length - 1;
  const reach = Math.max(2, Math.round(reachShare * Math.min(widthPx, labels.length / widthPx)));
  const fields: Float32Array[] = [];
  for (let ink = 0; ink < inks; ink += 1) {
    const field = Float32Array.from(memberships[ink]!);
    if (ink < inks - 1) {
      const hidden = blur(blur(hiddenPart(labels, ink, widthPx, reach), widthPx), widthPx);
      for (let upper = ink + 1; upper < inks; upper += 1) {
        const plane = memberships[upper]!;
        for (let at = 0; at < field.length; at += 1) field[at]! += plane[at]! * hidden[at]!;
      }
    }
    fields.push(field);
  }
  return fields;
}

/** Whether layers above `ink` cover a point wholly. */
export const isCovered = (
  memberships: Memberships,
  ink: number,
  widthPx: number,
  [x, y]: readonly [number, number],
): boolean => {
  const heightPx = memberships[0]!.length / widthPx;
  const [u, v] = [
    Math.min(widthPx - 1, Math.max(0, Math.floor(x))),
    Math.min(heightPx - 1, Math.max(0, Math.floor(y))),
  ];
  let cover = 0;
  for (let upper = ink + 1; upper < memberships.length - 1; upper += 1) cover += memberships[upper]![v * widthPx + u]!;
  return cover > 0.96;
};

/** 1 where the layer goes on beneath others: between parts of itself, and a little way all around. */
function hiddenPart(labels: Int16Array, ink: number, widthPx: number, reach: number): Float32Array {
  const count = labels.length;
  const hidden = new Float32Array(count);
  const queue: number[] = [];
  const distances = new Int16Array(count).fill(-1);
  for (let at = 0; at < count; at += 1)
    if (labels[at] === ink) {
      distances[at] = 0;
      queue.push(at);
    }
  for (let head = 0; head < queue.length; head += 1) {
    const at = queue[head]!;
    if (distances[at]! >= reach) break;
    for (const other of neighboursOf(at, widthPx, count))
      if (labels[other]! > ink && distances[other]! < 0) {
        distances[other] = distances[at]! + 1;
        queue.push(other);
      }
  }
  for (let y = 0; y < count / widthPx; y += 1) bridge(labels, ink, y * widthPx, 1, widthPx, hidden);
  for (let x = 0; x < widthPx; x += 1) bridge(labels, ink, x, widthPx, count / widthPx, hidden);
  for (let at = 0; at < count; at += 1) {
    if (labels[at] === ink) hidden[at] = 1;
    else if (hidden[at] || distances[at]! > 0) hidden[at] = Number(!isNearDeeper(labels, at, ink, widthPx));
  }
  return hidden;
}

/** Marks what lies over the layer between two of its pixels of a row or column, where nothing deeper lies between them. */
function bridge(
  labels: Int16Array,
  ink: number,
  from: number,
  step: number,
  length: number,
  hidden: Float32Array,
): void {
  let last = -1;
  for (let index = 0; index < length; index += 1) {
    const label = labels[from + index * step]!;
    if (label < ink) last = -1;
    if (label !== ink) continue;
    if (last >= 0) for (let between = last + 1; between < index; between += 1) hidden[from + between * step] = 1;
    last = index;
  }
}

/** Within two pixels lies what is below the layer, or nothing. */
function isNearDeeper(labels: Int16Array, at: number, ink: number, widthPx: number): boolean {
  const [x, y] = [at % widthPx, Math.floor(at / widthPx)];
  const heightPx = labels.length / widthPx;
  for (let v = Math.max(0, y - 2); v <= Math.min(heightPx - 1, y + 2); v += 1)
    for (let u = Math.max(0, x - 2); u <= Math.min(widthPx - 1, x + 2); u += 1)
      if (labels[v * widthPx + u]! < ink && Math.abs(u - x) + Math.abs(v - y) < 4) return true;
  return false;
}

function* neighboursOf(at: number, widthPx: number, count: number): Generator<number> {
  const x = at % widthPx;
  if (x > 0) yield at - 1;
  if (x < widthPx - 1) yield at + 1;
  if (at >= widthPx) yield at - widthPx;
  if (at + widthPx < count) yield at + widthPx;
}

/** Means of 3 × 3 pixels, the middle row and column `middle` times as heavy as their neighbours; the edge repeats. */
export function blur(plane: Float32Array, widthPx: number, middle = 2): Float32Array {
  const heightPx = plane.length / widthPx;
  const narrow = new Float32Array(plane.length);
  for (let y = 0, at = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1, at += 1)
      narrow[at] =
        (plane[x === 0 ? at : at - 1]! + middle * plane[at]! + plane[x === widthPx - 1 ? at : at + 1]!) / (middle + 2);
  const even = new Float32Array(plane.length);
  for (let y = 0, at = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1, at += 1)
      even[at] =
        (narrow[y === 0 ? at : at - widthPx]! +
          middle * narrow[at]! +
          narrow[y === heightPx - 1 ? at : at + widthPx]!) /
        (middle + 2);
  return even;
}
