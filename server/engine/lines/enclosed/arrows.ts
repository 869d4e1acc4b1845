/**
 * What arrows enclose. Those of *refresh* and *undo* run nearly around a circle; what is within is no body, whatever a flow makes of it. An arrow is told by its
 * head: two short lines that meet where a third begins. Pure.
 */
import type { Point } from "../../../../shared/vectors/vector-path.ts";
import { distanceOf, dot, minus, unit } from "../../outlines/polyline.ts";
import { ringOf, skeletonOf, turns } from "../../pixels/strokes.ts";
import { highestOf } from "../label-areas.ts";
import { cellAt } from "../shape.ts";

/** Length of the lines of a head, in widths of lines, by how much they differ, and how far apart they meet, at least and at most. */
const [barbLeast, barbMost, differMost, meetMost] = [0.8, 5, 0.4, 1.3] as const;
/** Cosine of the angle between both, at least and at most. */
const [openMost, openLeast] = [-0.8, 0.75] as const;
/** Share of the edge of what is enclosed that arrows have. */
const shareLeast = 0.5;

/**
 * @param labels of areas, from 1 on, [side, side]
 * @param drawing its ink: alphas, [sizePx, sizePx], and the width of its lines, of the side
 * @param parts labels of the ink on the grid of the areas
 * @returns of each label whether it is enclosed by arrows
 */
export function enclosedByArrows(
  labels: Uint16Array,
  drawing: { readonly alphas: Float32Array; readonly sizePx: number; readonly width: number },
  parts: Uint16Array,
): boolean[] {
  const arrows = arrowsIn(drawing, parts);
  const count = highestOf(labels) + 1;
  if (arrows.size === 0) return Array.from({ length: count }, () => false);
  const sidePx = Math.sqrt(parts.length);
  const [edges, ofArrows] = [new Uint32Array(count), new Uint32Array(count)];
  for (let cell = sidePx; cell < labels.length - sidePx; cell += 1)
    for (const near of [cell - 1, cell + 1, cell - sidePx, cell + sidePx]) {
      const part = parts[near]!;
      if (labels[cell] === 0 || part === 0) continue;
      edges[labels[cell]!]! += 1;
      if (arrows.has(part)) ofArrows[labels[cell]!]! += 1;
    }
  return Array.from(edges, (edge, label) => label > 0 && edge > 0 && ofArrows[label]! >= shareLeast * edge);
}

/** Labels of ink with a head of an arrow. */
function arrowsIn(
  { alphas, sizePx, width }: { readonly alphas: Float32Array; readonly sizePx: number; readonly width: number },
  parts: Uint16Array,
): Set<number> {
  const skeleton = Uint8Array.from(skeletonOf(alphas, sizePx));
  const thick = width * sizePx;
  const barbs: Barb[] = [];
  for (let at = sizePx; at < skeleton.length - sizePx; at += 1) {
    if (skeleton[at] === 0 || at % sizePx === 0 || at % sizePx === sizePx - 1) continue;
    const ring = ringOf(at, sizePx);
    if (turns(ring, skeleton) !== 1 || ring.reduce((sum, near) => sum + skeleton[near]!, 0) > 2) continue;
    const meets = nextMeeting(skeleton, at, sizePx, barbMost * thick);
    if (meets === undefined) continue;
    const [end, apex] = [placeOf(at, sizePx), placeOf(meets, sizePx)];
    const part = parts[cellAt(at, sizePx)]!;
    if (distanceOf(end, apex) >= barbLeast * thick) barbs.push({ end, apex, part });
  }
  const found = new Set<number>();
  for (const [index, one] of barbs.entries())
    for (const other of barbs.slice(index + 1))
      if (one.part === other.part && areHead(one, other, thick)) found.add(one.part);
  return found;
}

/** A line from a free end to where it meets others. */
interface Barb {
  readonly end: Point;
  readonly apex: Point;
  readonly part: number;
}

function areHead(one: Barb, other: Barb, thick: number): boolean {
  if (distanceOf(one.apex, other.apex) > meetMost * thick) return false;
  const [far, near] = [distanceOf(one.end, one.apex), distanceOf(other.end, other.apex)];
  if (Math.abs(far - near) > differMost * Math.max(far, near)) return false;
  const open = dot(unit(minus(one.end, one.apex)), unit(minus(other.end, other.apex)));
  return open >= openMost && open <= openLeast;
}

const placeOf = (at: number, sizePx: number): Point => [at % sizePx, Math.floor(at / sizePx)];

/** Where a line from its end meets others; undefined where it does not within some pixels. */
function nextMeeting(skeleton: Uint8Array, end: number, sizePx: number, mostPx: number): number | undefined {
  const seen = new Set([end]);
  let last = [end];
  for (let step = 0; step < mostPx && last.length > 0; step += 1) {
    const next = new Set(
      last.flatMap((at) => ringOf(at, sizePx)).filter((near) => skeleton[near] === 1 && !seen.has(near)),
    );
    for (const near of next) {
      if (turns(ringOf(near, sizePx), skeleton) > 2) return near;
      seen.add(near);
    }
    last = [...next];
  }
  return undefined;
}
