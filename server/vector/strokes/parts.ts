/** The parts of a drawing that hang together, and which of them strokes draw as they are. Pure. */
import type { Path } from "../../../shared/vectors/vector-path.ts";
import { components } from "../../engine/pixels/strokes.ts";
import { type Box, coverMiters, coverStroke, flattened, reachPx, type StrokeLook } from "./stroke-cover.ts";

export interface Parts {
  /** What hangs together, from 1 on; 0 = no ink. [side, side] */
  readonly labels: Uint16Array;
  /** Pixels of each; none of 0. */
  readonly sizes: readonly number[];
  /** Of their deepest pixel. */
  readonly depths: readonly number[];
  readonly boxes: readonly Box[];
}

/** How far edges may be off, of the width and in pixels more, which are that share of it at most. */
const [offShare, offPx, thinShare] = [0.05, 0.6, 0.12] as const;
/**
 * How many pixels may be farther off, of a part's ink in all and of the square of the width at one place, and how far any may be, of the width and by those pixels: of ink
 * that strokes miss, as a corner that is less round than others, and of what they draw beside it.
 */
const limits = {
  missed: { share: 0.012, area: 0.09, most: 0.26, times: 1 },
  beside: { share: 0.005, area: 0.04, most: 0.12, times: 1 },
  /** Missed where lines meet: lines that were made thinner are broader there. */
  joined: { share: 0.03, area: 0.16, most: 0.27, times: 1 },
} as const;
type Kind = keyof typeof limits;
/** Distance from where lines meet that is still there, by their width. */
const joinedWithin = 1.3;
/** How much worse than in its best look a part may be drawn, and of the square of the width. */
const [worseTimes, worseArea] = [1.15, 0.03] as const;
/** Share of a part's ink that strokes miss, from which on no other reading helps. */
const hopelessFrom = 0.12;

/** @param depths distances of pixels of the ink to its edge */
export function partsOf(ink: Uint8Array, stride: number, depths: Float32Array): Parts {
  const labels = components(ink, stride);
  const [sizes, deepest, boxes] = [[0], [0], [{ left: 0, right: -1, top: 0, bottom: -1 }]];
  for (let at = 0; at < labels.length; at += 1) {
    const label = labels[at]!;
    if (label === 0) continue;
    const [x, y] = [at % stride, Math.floor(at / stride)];
    sizes[label] = (sizes[label] ?? 0) + 1;
    deepest[label] = Math.max(deepest[label] ?? 0, depths[at]!);
    boxes[label] ??= { left: x, right: x, top: y, bottom: y };
    const box = boxes[label];
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.bottom = y;
  }
  return { labels, sizes, depths: deepest, boxes };
}

/** The part of a pixel or of one beside it; 0 without any. */
export function nearestPart({ labels }: Parts, at: number, stride: number): number {
  if (labels[at]! > 0) return labels[at]!;
  for (let down = -stride; down <= stride; down += stride)
    for (let right = -1; right <= 1; right += 1) {
      const label = labels[at + down + right] ?? 0;
      if (label > 0) return label;
    }
  return 0;
}

/** What strokes of a part look like. */
export type PartLook = Omit<StrokeLook, "widthPx">;

/** How strokes draw a part. */
export interface PartDrawn {
  /** Looks in which they draw it as it is, and how far edges are off in each, the best first; empty where none does. */
  readonly looks: ReadonlyArray<{ readonly look: PartLook; readonly wrong: number }>;
  /** Whether they are far from it in all. */
  readonly isHopeless: boolean;
}

interface Drawing {
  readonly stride: number;
  readonly widthPx: number;
  /** From what is no ink to the nearest ink, in pixels. */
  readonly away: Float32Array;
  /** Where lines meet. */
  readonly joints: ReadonlyArray<readonly [x: number, y: number]>;
  /** Room for how far pixels lie outside of strokes. */
  readonly outside: Float32Array;
}

/**
 * @param own paths of the part
 * @param about `caps` that its ends may have; `isShown`: whether a pixel counts
 */
export function drawnPart(
  parts: Parts,
  part: number,
  own: readonly Path[],
  drawing: Drawing,
  about: { readonly caps: ReadonlyArray<StrokeLook["cap"]>; readonly isShown: (pixel: number) => boolean },
): PartDrawn {
  const { stride, widthPx, outside } = drawing;
  const box = boxAround(parts.boxes[part]!, widthPx, stride);
  const flat = own.map(flattened);
  const compare = (): Compared => compared(box, parts, part, { ...drawing, ...about });
  const looks = about.caps.flatMap((cap) => {
    for (let y = box.top; y <= box.bottom; y += 1)
      outside.fill(reachPx, y * stride + box.left, y * stride + box.right + 1);
    for (const path of flat) coverStroke(outside, stride, path, { widthPx, cap }, box);
    const round = { look: { cap, join: "round" } as const, ...compare() };
    for (const path of flat) coverMiters(outside, stride, path, widthPx, box);
    return [round, { look: { cap, join: "miter" } as const, ...compare() }];
  });
  const same = looks.filter(({ isSame }) => isSame).sort((one, other) => one.wrong - other.wrong);
  const most = worseTimes * (same[0]?.wrong ?? 0) + worseArea * widthPx ** 2;
  return {
    looks: same.filter(({ wrong }) => wrong <= most),
    isHopeless: looks.every(({ missed }) => missed > hopelessFrom * parts.sizes[part]!),
  };
}

function boxAround({ left, right, top, bottom }: Box, widthPx: number, stride: number): Box {
  const more = Math.ceil(widthPx + reachPx);
  return {
    left: Math.max(0, left - more),
    right: Math.min(stride - 1, right + more),
    top: Math.max(0, top - more),
    bottom: Math.min(stride - 1, bottom + more),
  };
}

interface Compared {
  readonly isSame: boolean;
  /** How far pixels are on the wrong side of the edge, in all. */
  readonly wrong: number;
  /** Pixels of the ink that are not drawn. */
  readonly missed: number;
}

function compared(
  { left, right, top, bottom }: Box,
  { labels, sizes }: Parts,
  part: number,
  { stride, widthPx, away, outside, joints, isShown }: Drawing & { readonly isShown: (pixel: number) => boolean },
): Compared {
  const more = Math.min(offPx, thinShare * widthPx);
  const off = offShare * widthPx + more;
  const nothing = (): { far: number[]; most: number } => ({ far: [], most: 0 });
  const found: Record<Kind, ReturnType<typeof nothing>> = { missed: nothing(), beside: nothing(), joined: nothing() };
  let wrong = 0;
  const note = (kind: Kind, at: number, by: number): void => {
    const own = found[kind];
    if (by > off) own.far.push(at);
    if (by > own.most) own.most = by;
  };
  for (let y = top; y <= bottom; y += 1)
    for (let x = left, at = y * stride + left; x <= right; x += 1, at += 1) {
      const label = labels[at]!;
      if (label === part) {
        const by = outside[at]!;
        if (by <= 0) continue;
        wrong += by;
        const isJoined =
          by > off && joints.some(([u, v]) => (x - u) ** 2 + (y - v) ** 2 < (joinedWithin * widthPx) ** 2);
        note(isJoined ? "joined" : "missed", at, by);
      } else if (label === 0 && outside[at]! < 0 && isShown(at)) {
        // How deep in a stroke it lies says little: sharp corners are narrow.
        wrong += Math.min(-outside[at]!, away[at]!);
        note("beside", at, away[at]! - 0.5);
      }
    }
  const isSame = (Object.keys(limits) as Kind[]).every((kind) => {
    const { share, area, most, times } = limits[kind];
    const { far, most: farthest } = found[kind];
    return (
      far.length <= share * sizes[part]! &&
      farthest <= most * widthPx + times * more &&
      largestOf(far, stride) <= area * widthPx ** 2
    );
  });
  return { isSame, wrong, missed: found.missed.far.length + found.joined.far.length };
}

/** Pixels of the largest place among some. */
function largestOf(pixels: readonly number[], stride: number): number {
  const left = new Set(pixels);
  let largest = 0;
  for (const start of pixels) {
    if (!left.delete(start)) continue;
    const place = [start];
    for (const at of place)
      for (const next of [at - 1, at + 1, at - stride, at + stride]) if (left.delete(next)) place.push(next);
    largest = Math.max(largest, place.length);
  }
  return largest;
}
