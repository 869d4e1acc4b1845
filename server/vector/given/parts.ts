/** The parts of a given drawing, each a fill or a stroke: where they are, what the answer paints them with, and both drawn as a picture. Pure. */
import { channelsOfHex } from "../../engine/pixels/hex-colour.ts";
import type { Look } from "./looks.ts";
import type { Shape } from "./read-shapes.ts";
import { type Cover, coverOfFill, coverOfStroke, eachCovered } from "./shapes-cover.ts";

/** Cover of a pixel that shows one shape alone. */
const [wholly, hardly] = [0.98, 0.02] as const;
/** Alpha below which nothing is there. */
export const faintest = 0.04;
/** Alpha from which on a paint is opaque. */
const opaqueFrom = 0.97;

/** A part that is painted at once: a fill, or a stroke. */
export interface Part {
  readonly shape: number;
  readonly kind: "fill" | "stroke";
  readonly paint: string;
  readonly cover: Cover;
}

export interface Paint {
  readonly hex: string;
  readonly alpha: number;
}

export interface Answer {
  /** Premultiplied RGBA planes, 0 to 1. */
  readonly answer: Float32Array;
  readonly rgba: Uint8Array;
  readonly sidePx: number;
}

export interface Found {
  readonly shapes: readonly Shape[];
  readonly parts: readonly Part[];
  readonly paints: ReadonlyArray<Paint | undefined>;
}

export const partsOf = (shapes: readonly Shape[], sidePx: number): Part[] =>
  shapes.flatMap(({ paths, fill, stroke }, shape): Part[] => [
    ...(fill
      ? [{ shape, kind: "fill" as const, paint: fill.paint, cover: coverOfFill(paths, fill.rule, sidePx) }]
      : []),
    ...(stroke
      ? [{ shape, kind: "stroke" as const, paint: stroke.paint, cover: coverOfStroke(paths, stroke, sidePx) }]
      : []),
  ]);

/** What the answer has where each part is seen alone; a part that is nowhere is painted as others of its paint. */
export function paintsOf(parts: readonly Part[], { rgba, sidePx }: Answer): Array<Paint | undefined> {
  const above = new Float32Array(sidePx ** 2);
  const seen = new Array<Paint | undefined>(parts.length);
  for (let at = parts.length - 1; at >= 0; at -= 1) {
    const { cover } = parts[at]!;
    const counts = new Map<number, number>();
    eachCovered(cover, sidePx, (pixel, share) => {
      if (share >= wholly && above[pixel]! <= hardly) {
        const key = keyAt(rgba, 4 * pixel);
        counts.set(key, (counts.get(key) ?? 0) + 1);
      }
      if (share > above[pixel]!) above[pixel] = share;
    });
    const [most] = [...counts].sort((one, other) => other[1] - one[1]);
    if (most) seen[at] = paintOf(most[0]);
  }
  return parts.map(({ paint }, at) => seen[at] ?? seen.find((own, other) => own && parts[other]!.paint === paint));
}

/** A pixel as one number. */
const keyAt = (rgba: Uint8Array, at: number): number =>
  ((rgba[at]! * 256 + rgba[at + 1]!) * 256 + rgba[at + 2]!) * 256 + rgba[at + 3]!;

function paintOf(key: number): Paint {
  const alpha = (key % 256) / 255;
  const hex = `#${Math.floor(key / 256)
    .toString(16)
    .padStart(6, "0")}`;
  return { hex, alpha: alpha >= opaqueFrom ? 1 : alpha };
}

/** Shapes with the width, ends and joins of lines that a look says, and a picture of them in the answer's paints. */
export function inLook(
  shapes: readonly Shape[],
  look: Look,
  about: Answer,
): { readonly found: Found; readonly planes: Float32Array } {
  const own = shapes.map((shape) => (shape.stroke ? { ...shape, stroke: { ...shape.stroke, ...look } } : shape));
  const parts = partsOf(own, about.sidePx);
  const paints = paintsOf(parts, about);
  return { found: { shapes: own, parts, paints }, planes: drawn(parts, paints, about.sidePx) };
}

/** Premultiplied RGBA planes of parts over each other. */
export function drawn(parts: readonly Part[], paints: ReadonlyArray<Paint | undefined>, sidePx: number): Float32Array {
  const count = sidePx ** 2;
  const planes = new Float32Array(4 * count);
  for (const [at, { cover }] of parts.entries()) {
    const paint = paints[at];
    if (!paint || paint.alpha < faintest) continue;
    const values = [...channelsOfHex(paint.hex), 1];
    eachCovered(cover, sidePx, (pixel, covered) => {
      const share = covered * paint.alpha;
      for (let channel = 0; channel < 4; channel += 1) {
        const index = channel * count + pixel;
        planes[index] = planes[index]! * (1 - share) + values[channel]! * share;
      }
    });
  }
  return planes;
}

/** Whether a fill shines through beside a stroke: a layer has one opacity. One that does not show at all is left out. */
export const hasFaintFill = ({ parts, paints, shapes }: Found): boolean =>
  parts.some(({ kind, shape }, at) => {
    const { alpha } = paints[at] ?? { alpha: 1 };
    return kind === "fill" && shapes[shape]!.stroke !== undefined && alpha >= faintest && alpha < 1;
  });
