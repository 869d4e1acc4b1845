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

/** How far edges may be off, of the width and in pixels more. */
const [offShare, offPx] = [0.05, 0.6] as const;
/** Share of the width that pixels more are at most. */
const thinShare = 0.12;
/**
 * Share of a part's pixels that may be farther off, and how far any may be, of the width and by those pixels: of ink that strokes miss, as a corner that is less round than
 * others, and of what they draw beside it.
 */
const limits = {
  missed: { share: 0.012, most: 0.34, times: 1 },
  beside: { share: 0.005, most: 0.16, times: 1.6 },
} as const;

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

/** What strokes of a part look like. */
export type PartLook = Omit<StrokeLook, "widthPx">;

/** The looks in which strokes would draw a part as it is, and how far edges are off in each, the best first. */
export type PartLooks = ReadonlyArray<{ readonly look: PartLook; readonly wrong: number }>;

interface Drawing {
  readonly widthPx: number;
  readonly caps: ReadonlyArray<StrokeLook["cap"]>;
  /** Whether a pixel is within the picture. */
  readonly isShown: (pixel: number) => boolean;
}

/** @param own paths of the part */
export function looksOf(parts: Parts, stride: number, part: number, own: readonly Path[], drawing: Drawing): PartLooks {
  const { widthPx, caps } = drawing;
  const outside = new Float32Array(parts.labels.length);
  const looks = caps.flatMap((cap) => {
    outside.fill(reachPx);
    for (const path of own) coverStroke(outside, stride, path, { widthPx, cap });
    const round = { look: { cap, join: "round" } as const, ...compared(outside, parts, part, drawing) };
    for (const path of own) coverMiters(outside, stride, path, widthPx);
    return [round, { look: { cap, join: "miter" } as const, ...compared(outside, parts, part, drawing) }];
  });
  return looks.filter(({ isSame }) => isSame).sort((one, other) => one.wrong - other.wrong);
}

interface Compared {
  readonly isSame: boolean;
  /** How far pixels are on the wrong side of the edge, in all. */
  readonly wrong: number;
}

/** @param outside how far each pixel lies outside of strokes @param isShown whether a pixel is within the picture */
function compared(
  outside: Float32Array,
  { labels, sizes }: Parts,
  part: number,
  { widthPx, isShown }: Pick<Drawing, "widthPx" | "isShown">,
): Compared {
  const more = Math.min(offPx, thinShare * widthPx);
  const off = offShare * widthPx + more;
  const found = { missed: { far: 0, most: 0 }, beside: { far: 0, most: 0 } };
  let wrong = 0;
  for (let at = 0; at < outside.length; at += 1) {
    const label = labels[at]!;
    const by = label === part ? outside[at]! : label === 0 && isShown(at) ? -outside[at]! : 0;
    if (by <= 0) continue;
    const own = label === part ? found.missed : found.beside;
    wrong += by;
    if (by > off) own.far += 1;
    if (by > own.most) own.most = by;
  }
  const isSame = (["missed", "beside"] as const).every((kind) => {
    const { share, most, times } = limits[kind];
    return found[kind].far <= share * sizes[part]! && found[kind].most <= most * widthPx + times * more;
  });
  return { isSame, wrong };
}
