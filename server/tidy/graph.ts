/** A sketch as a graph: curves along the middles of its strokes, between places where these meet or end. Pure. */
import type { Point } from "../../shared/vectors/vector-path.ts";
import { distancesTo } from "../engine/lines/distances.ts";
import { cross, distanceOf, type Line, lineOf, minus } from "../engine/outlines/polyline.ts";
import { smoothed } from "../vector/strokes/across.ts";
import { type Branch, skeletonOf } from "../vector/strokes/skeleton.ts";
import { gridPx, type SketchInk } from "./ink.ts";

/** A curve from one node to another, or around to the same; both are points of it. */
export interface Edge {
  readonly from: number;
  readonly to: number;
  readonly points: readonly Point[];
}

export interface Graph {
  readonly nodes: readonly Point[];
  readonly edges: readonly Edge[];
}

/** Branches with a free end up to this length, by the width, are bumps of the ink. */
const spurMost = 0.3;
/** How far a skeleton near a junction is bent, by the width, and over how much of the width a curve is evened. */
const [bentShare, evenShare] = [0.8, 0.35] as const;
/** The same of what is short, of its length. */
const evenOfLength = 0.06;
/** Between these distances from a junction a branch says where it comes from, by the width; how far a junction may be from where its branches meet. */
const [armFrom, armTo, armLeast, straightMost, meetMost] = [1, 2.6, 0.8, 0.035, 0.8] as const;
/** Dots: what has a skeleton no longer than this, by the width. */
const dotMost = 0.6;

/** Its curves run through the middles of strokes. */
export function graphOf({ ink, widthPx }: SketchInk): Graph {
  const depths = distancesTo(0, ink, gridPx, gridPx / 4);
  const skeleton = skeletonOf(ink, gridPx, depths, { widthPx, spurMost });
  const { branches } = skeleton;
  const junctions = skeleton.junctions.map((middle, at) => whereArmsMeet(middle, at, branches, widthPx));
  const nodes: Point[] = [...junctions];
  const edges = branches.flatMap((branch): Edge[] => {
    if (branch.pixels.length === 0) return [];
    const points = middlesOf(branch, junctions, widthPx);
    const [first, last] = [points[0]!, points.at(-1)!];
    if (branch.isClosed) {
      nodes.push(first);
      return [{ from: nodes.length - 1, to: nodes.length - 1, points: [...points, first] }];
    }
    const nodeAt = (end: number, point: Point): number => (end >= 0 ? end : nodes.push(point) - 1);
    return [{ from: nodeAt(branch.ends[0], first), to: nodeAt(branch.ends[1], last), points }];
  });
  return { nodes, edges };
}

/** Whether a curve is a dot, not a stroke. */
export const isDot = ({ points }: Edge, widthPx: number): boolean =>
  points.every((point) => distanceOf(point, points[0]!) <= dotMost * widthPx);

/** Thick lines that meet at an angle run together before they do: a junction is where they would meet, by least squares. */
function whereArmsMeet(middle: Point, junction: number, branches: readonly Branch[], widthPx: number): Point {
  const lines = branches.flatMap(({ ends, pixels }) =>
    [0, 1].flatMap((side): Line[] => {
      if (ends[side] !== junction) return [];
      const arm = pixels.map(placeOf).filter((point) => {
        const away = distanceOf(point, middle);
        return away >= armFrom * widthPx && away <= armTo * widthPx;
      });
      if (arm.length < armLeast * widthPx) return [];
      const line = lineOf(arm);
      const squares = arm.reduce((sum, point) => sum + cross(line.direction, minus(point, line.at)) ** 2, 0);
      return Math.sqrt(squares / arm.length) < straightMost * widthPx ? [line] : [];
    }),
  );
  if (lines.length < 2) return middle;
  let [xx, xy, yy, x, y] = [0, 0, 0, 0, 0];
  for (const { at, direction } of lines) {
    const [nx, ny] = [-direction[1], direction[0]];
    const along = nx * at[0] + ny * at[1];
    [xx, xy, yy, x, y] = [xx + nx * nx, xy + nx * ny, yy + ny * ny, x + nx * along, y + ny * along];
  }
  const det = xx * yy - xy * xy;
  if (det < 0.1) return middle;
  const meeting: Point = [(x * yy - y * xy) / det, (y * xx - x * xy) / det];
  return distanceOf(meeting, middle) <= meetMost * widthPx ? meeting : middle;
}

const placeOf = (at: number): Point => [(at % gridPx) + 0.5, Math.floor(at / gridPx) + 0.5];

/** Middles of pixels, evened, from junction to junction. */
function middlesOf(branch: Branch, junctions: readonly Point[], widthPx: number): Point[] {
  const pixels = branch.pixels.map(placeOf);
  const [start, end] = branch.ends.map((at) => junctions[at]);
  const far = (from: Point | undefined, point: Point): boolean =>
    from === undefined || distanceOf(from, point) > bentShare * widthPx;
  const inner = pixels.filter((point) => far(start, point) && far(end, point));
  const own = smoothed(
    [...(start ? [start] : []), ...inner, ...(end ? [end] : [])],
    branch.isClosed,
    Math.round(Math.min(evenShare * widthPx, evenOfLength * pixels.length)),
  );
  if (own.length > 1) return own;
  // Hardly longer than broad: its free end says where it goes.
  const middle = pixels[pixels.length >> 1]!;
  return [start ?? (end ? pixels[0]! : middle), end ?? (start ? pixels.at(-1)! : middle)];
}
