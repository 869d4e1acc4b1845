/** The parts of a drawing that hang together, and which of them strokes draw as they are. Pure. */
import type { Path } from "../../../shared/vectors/vector-path.ts";
import { components } from "../../engine/pixels/strokes.ts";
import { coverMiters, coverStroke, reachPx, type StrokeLook } from "./stroke-cover.ts";

export interface Parts {
  /** What hangs together, from 1 on; 0 = no ink. [side, side] */
  readonly labels: Uint16Array;
  /** Pixels of each; none of 0. */
  readonly sizes: readonly number[];
  /** Of their deepest pixel. */
  readonly depths: readonly number[];
}

/** How far edges may be off: of the width, in pixels more; share of a part's pixels that may be farther, and how far any may be, by that. */
const [offShare, offPx, offMostShare, offMostTimes] = [0.05, 0.6, 0.004, 2.6] as const;

export function partsOf(ink: Uint8Array, stride: number, depths: Float32Array): Parts {
  const labels = components(ink, stride);
  const [sizes, deepest] = [[0], [0]];
  for (let at = 0; at < labels.length; at += 1) {
    const label = labels[at]!;
    if (label === 0) continue;
    sizes[label] = (sizes[label] ?? 0) + 1;
    deepest[label] = Math.max(deepest[label] ?? 0, depths[at]!);
  }
  return { labels, sizes, depths: deepest };
}

/** The part of a pixel or of one beside it; 0 without any. */
export function nearestPart({ labels }: Parts, at: number, stride: number): number {
  for (const step of [0, -1, 1, -stride, stride, -stride - 1, -stride + 1, stride - 1, stride + 1])
    if ((labels[at + step] ?? 0) > 0) return labels[at + step]!;
  return 0;
}

export interface PartPath {
  readonly part: number;
  readonly path: Path;
}

interface Drawn {
  readonly join: StrokeLook["join"];
  /** By part. */
  readonly isDrawn: readonly boolean[];
  /** Ink of these. */
  readonly drawnPx: number;
}

/** Which parts strokes would draw as they are, with the corners that draw most of them, or are off least. @param paths at most a part's own */
export function drawnParts(
  parts: Parts,
  stride: number,
  paths: readonly PartPath[],
  { widthPx, cap }: Pick<StrokeLook, "widthPx" | "cap">,
): Drawn {
  const outside = new Float32Array(parts.labels.length);
  const [round, miter] = [[] as Compared[], [] as Compared[]];
  for (const part of parts.sizes.keys()) {
    const own = paths.filter((path) => path.part === part).map(({ path }) => path);
    if (own.length === 0) {
      for (const found of [round, miter]) found.push({ isSame: false, wrong: 0 });
      continue;
    }
    outside.fill(reachPx);
    for (const path of own) coverStroke(outside, stride, path, { widthPx, cap });
    round.push(compared(outside, parts, part, widthPx));
    for (const path of own) coverMiters(outside, stride, path, widthPx);
    miter.push(compared(outside, parts, part, widthPx));
  }
  const pxOf = (found: readonly Compared[]): number =>
    parts.sizes.reduce((sum, size, part) => sum + (found[part]!.isSame ? size : 0), 0);
  const wrongOf = (found: readonly Compared[]): number => found.reduce((sum, { wrong }) => sum + wrong, 0);
  const isSharp = pxOf(miter) > pxOf(round) || (pxOf(miter) === pxOf(round) && wrongOf(miter) < wrongOf(round));
  const best = isSharp ? miter : round;
  return { join: isSharp ? "miter" : "round", isDrawn: best.map(({ isSame }) => isSame), drawnPx: pxOf(best) };
}

interface Compared {
  readonly isSame: boolean;
  /** How far pixels are on the wrong side of the edge, in all. */
  readonly wrong: number;
}

/** @param outside how far each pixel lies outside of strokes */
function compared(outside: Float32Array, { labels, sizes }: Parts, part: number, widthPx: number): Compared {
  const off = offShare * widthPx + offPx;
  let [far, wrong, most] = [0, 0, 0];
  for (let at = 0; at < outside.length; at += 1) {
    const label = labels[at]!;
    const by = label === part ? outside[at]! : label === 0 ? -outside[at]! : 0;
    if (by <= 0) continue;
    wrong += by;
    if (by > off) far += 1;
    if (by > most) most = by;
  }
  return { isSame: far <= offMostShare * sizes[part]! && most <= offMostTimes * off, wrong };
}
