/** What is nearly the same on both sides of an upright or level axis is made the same. Pure. */
import type { Point } from "../../shared/vectors/vector-path.ts";
import { distanceOf, dot } from "../engine/outlines/polyline.ts";
import type { Chain } from "./chains.ts";
import { drawnPx } from "./ink.ts";
import { distanceToAny } from "./near.ts";

export interface Axis {
  /** 0: upright, it mirrors x. */
  readonly of: 0 | 1;
  readonly at: number;
}

/** How far a point's mirror image may be from a curve, of the drawing's side; which share of the points must be as near. */
const [nearMost, shareLeast] = [0.045, 0.94] as const;
/** Of all points, how far mirror images are off in the mean, by what is near; and how many points in a row are not near, of the drawing's side. */
const [offMost, rowMost] = [0.5, 0.05] as const;
/** The same of what is small, of its own size. */
const nearOfSize = 0.06;
/** How far the axis may be from the middle, of the drawing's side. */
const asideMost = 0.05;

export const mirrored = (point: Point, { of, at }: Axis): Point =>
  of === 0 ? [2 * at - point[0], point[1]] : [point[0], 2 * at - point[1]];

/** The axis about which curves are nearly symmetrical. */
export function axisOf(chains: readonly Chain[], of: 0 | 1): Axis | undefined {
  const points = chains.flatMap(({ points }) => points);
  const values = points.map((point) => point[of]);
  const middle = (Math.min(...values) + Math.max(...values)) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const grid = distanceToAny(points, 2 * nearMost * drawnPx);
  const nearPx = reachOf(chains);
  let best: { readonly axis: Axis; readonly off: number } | undefined;
  for (let aside = -asideMost; aside <= asideMost + 1e-9; aside += 0.005) {
    const axis: Axis = { of, at: (middle + mean) / 2 + aside * drawnPx };
    const offs = points.map((point) => grid(mirrored(point, axis)));
    const near = offs.filter((off) => off <= nearPx).length;
    if (near < shareLeast * points.length) continue;
    if (longestRow(offs, nearPx) > rowMost * drawnPx) continue;
    const off = Math.sqrt(offs.reduce((sum, value) => sum + Math.min(value, nearPx) ** 2, 0) / offs.length);
    if (off > offMost * nearPx) continue;
    if (!best || off < best.off) best = { axis, off };
  }
  return best?.axis;
}

function reachOf(chains: readonly Chain[]): number {
  const points = chains.flatMap((chain) => chain.points);
  const spans = ([0, 1] as const).map((axis) => {
    const values = points.map((point) => point[axis]);
    return Math.max(...values) - Math.min(...values);
  });
  return Math.min(nearMost * drawnPx, nearOfSize * Math.max(...spans));
}

function longestRow(offs: readonly number[], nearPx: number): number {
  let [longest, row] = [0, 0];
  for (const off of offs) {
    row = off > nearPx ? row + 1 : 0;
    longest = Math.max(longest, row);
  }
  return longest;
}

/** A mirrored point, and where its curve goes there. */
interface Image {
  readonly at: Point;
  readonly along: Point;
}

/** Each point half way to where the mirror image of a curve is, if one is near. */
export function madeSymmetrical(chains: readonly Chain[], axis: Axis): Chain[] {
  const nearPx = reachOf(chains);
  const reach = 1.4 * nearPx;
  // By squares of that side.
  const cells = new Map<number, Image[]>();
  const cellOf = ([x, y]: Point, dx = 0, dy = 0): number =>
    1000 * (Math.floor(y / reach) + dy) + Math.floor(x / reach) + dx;
  for (const { points, isClosed } of chains)
    for (const [index, point] of points.entries()) {
      const at = mirrored(point, axis);
      const cell = cells.get(cellOf(at)) ?? [];
      cell.push({ at, along: alongAt(points, index, isClosed, axis) });
      cells.set(cellOf(at), cell);
    }
  const around = [-1, 0, 1].flatMap((dy) => [-1, 0, 1].map((dx) => [dx, dy] as const));
  return chains.map((chain) => ({
    ...chain,
    points: chain.points.map((point, index) => {
      const along = alongAt(chain.points, index, chain.isClosed);
      let [best, least] = [undefined as Point | undefined, reach];
      for (const [dx, dy] of around)
        for (const image of cells.get(cellOf(point, dx, dy)) ?? []) {
          const off = distanceOf(image.at, point);
          if (off >= least || Math.abs(dot(along, image.along)) < 0.5) continue;
          [best, least] = [image.at, off];
        }
      return best ? ([(point[0] + best[0]) / 2, (point[1] + best[1]) / 2] as const) : point;
    }),
  }));
}

function alongAt(points: readonly Point[], at: number, isClosed: boolean, axis?: Axis): Point {
  const count = points.length;
  const reach = 4;
  const place = (index: number): Point =>
    points[isClosed ? (index + count) % count : Math.min(count - 1, Math.max(0, index))]!;
  const [before, after] = [place(at - reach), place(at + reach)];
  const along: [number, number] = [after[0] - before[0], after[1] - before[1]];
  if (axis) along[axis.of] *= -1;
  const size = Math.hypot(along[0], along[1]) || 1;
  return [along[0] / size, along[1] / size];
}
