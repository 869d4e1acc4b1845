/**
 * Where the lines of a drawing end, by its skeleton (server/wasm/assembly/thinning.ts) and by how deep it lies in the ink. A branch of the skeleton
 * is a line only where its depth stays the same for a while: into a sharp corner, and into the corners of a flat end, it falls steadily. Such
 * branches are taken away, and what they leave may end itself (pruning by the medial axis, Shaked & Bruckstein 1998). Pure.
 */

import { emptyMask, hasAt, setAt, workPx } from "../../experts/sketch/mask.ts";
import { skeletonize } from "../../wasm/drawings.ts";

export type Place = readonly [x: number, y: number];

export interface LineEnds {
  /** Ends of what is surely a line: of each the tip, where the line has its full depth, if that is near, and tips of branches taken away there. */
  readonly sure: readonly (readonly Place[])[];
  /** These, and those of branches that may come from corners. */
  readonly all: readonly Place[];
}

/** Share of the greatest depth of a stretch that its least has where it is a line, and what pixels make of it, in pixels. */
const [evenLeast, tremblesPx] = [0.85, 0.35] as const;
/** Least length of such a stretch: of its depth, and in pixels. */
const [longOfDepth, longPx] = [1, 3] as const;
/** How far from its tip a line has its full depth at most, in depths. */
const fullWithin = 1.5;
/** How near to an end a fork was that its branches came from. */
const forkWithinPx = 2;
/** Clockwise from above. */
const around = [[0, -1], [1, -1], [1, 0], [1, 1], [0, 1], [-1, 1], [-1, 0], [-1, -1]] as const; // biome-ignore format: one line

/** Lines of one pixel in the middle of ink. @param ink [sizePx, sizePx], at most 128 px: smaller pictures lie in the corner of a mask */
export function thinned(ink: Uint8Array, sizePx: number): Uint8Array {
  const mask = emptyMask();
  const placeOf = (at: number): number => Math.floor(at / sizePx) * workPx + (at % sizePx);
  for (const [at, value] of ink.entries()) if (value === 1) setAt(mask, placeOf(at));
  const lines = skeletonize(mask);
  return ink.map((_, at) => Number(hasAt(lines, placeOf(at))));
}

/**
 * @param skeleton [sizePx, sizePx], lines of one pixel
 * @param depthAt how deep a pixel lies in the ink, in pixels
 */
export function lineEndsOf(skeleton: Uint8Array, depthAt: (at: number) => number, sizePx: number): LineEnds {
  const left = skeleton.slice();
  const all = new Set<number>();
  const pruned: { readonly tip: number; readonly fork: number }[] = [];
  const placeOf = (at: number): Place => [at % sizePx, Math.floor(at / sizePx)];
  for (;;) {
    const sure: (readonly Place[])[] = [];
    const before = pruned.length;
    for (const branch of branchesOf(left, sizePx)) {
      const { path, isForked } = branch;
      const [tip, fork] = [path[0]!, path.at(-1)!];
      const places = endOf(branch, depthAt, sizePx);
      for (const at of [tip, ...places]) all.add(at);
      if (places.length > 0) {
        const from = pruned.filter((one) => apart(one.fork, tip, sizePx) <= forkWithinPx).map((one) => one.tip);
        sure.push([...places, ...from].map(placeOf));
      } else if (isForked) {
        for (const at of path.slice(0, -1)) left[at] = 0;
        pruned.push({ tip, fork });
      }
    }
    if (pruned.length === before) return { sure, all: [...all].map(placeOf) };
  }
}

const apart = (one: number, other: number, sizePx: number): number =>
  Math.hypot((one % sizePx) - (other % sizePx), Math.floor(one / sizePx) - Math.floor(other / sizePx));

/** From an end of the skeleton on. */
interface Branch {
  readonly path: readonly number[];
  /** Its last pixel is one of other branches too; else it is another end. */
  readonly isForked: boolean;
}

function branchesOf(skeleton: Uint8Array, sizePx: number): Branch[] {
  /** Runs of neighbours that touch each other, of each the first, one beside the pixel before one at its corner. */
  const nextTo = (at: number, isOpen: (near: number) => boolean): number[] => {
    const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
    const near = around.map(([dx, dy]) => {
      const isInside = x + dx >= 0 && x + dx < sizePx && y + dy >= 0 && y + dy < sizePx;
      const place = at + dy * sizePx + dx;
      return isInside && skeleton[place] === 1 && isOpen(place) ? place : undefined;
    });
    return near.flatMap((first, place) => {
      if (first === undefined || near.at(place - 1) !== undefined) return [];
      const second = near[(place + 1) % around.length];
      return [place % 2 === 1 && second !== undefined ? second : first];
    });
  };
  const branches: Branch[] = [];
  for (let end = 0; end < skeleton.length; end += 1) {
    if (skeleton[end] !== 1 || nextTo(end, () => true).length !== 1) continue;
    const path = [end];
    const seen = new Set(path);
    for (;;) {
      const next = nextTo(path.at(-1)!, (near) => !seen.has(near));
      if (next.length !== 1) {
        branches.push({ path, isForked: next.length > 1 });
        break;
      }
      path.push(next[0]!);
      seen.add(next[0]!);
    }
  }
  return branches;
}

/** The tip of a branch, and where its line has its full depth; none where it is no line. */
function endOf({ path, isForked }: Branch, depthAt: (at: number) => number, sizePx: number): number[] {
  const [tip, fork] = [path[0]!, path.at(-1)!];
  // What lies in the disc around a fork belongs to what it forks from.
  const own = isForked ? path.filter((at) => apart(at, fork, sizePx) > depthAt(fork)) : path;
  const depths = own.map(depthAt);
  for (let from = 0; from < own.length; from += 1) {
    let [least, most, lengthPx] = [depths[from]!, depths[from]!, 0];
    for (let to = from + 1; to < own.length; to += 1) {
      [least, most] = [Math.min(least, depths[to]!), Math.max(most, depths[to]!)];
      lengthPx += apart(own[to - 1]!, own[to]!, sizePx);
      const even = Math.min(evenLeast * most, most - tremblesPx);
      if (least < even) break;
      if (lengthPx < Math.max(longPx, longOfDepth * most)) continue;
      const full = own[depths.findIndex((depth) => depth >= even)]!;
      return apart(tip, full, sizePx) <= fullWithin * most ? [tip, full] : [tip];
    }
  }
  return [];
}
