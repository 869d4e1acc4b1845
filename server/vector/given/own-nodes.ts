/**
 * The nodes of a drawing that was given as SVG, where the answer looks like it: its own paths, in the colours that the answer has there, with the width, ends and
 * joins of the style's lines. Nothing but the picture decides: what is drawn with them is compared with the answer, and where they differ it is traced instead. Pure.
 */

import { namesOfColours } from "../../../shared/colour/colour-names.ts";
import { labOfHex } from "../../../shared/colour/oklab.ts";
import { assignPalette } from "../../../shared/colour/recolour.ts";
import { movedPath, type Path, type Point, pointsOf } from "../../../shared/vectors/vector-path.ts";
import type { TracedPixels } from "../../engine/interfaces.ts";
import type { Traced, TracedLayer } from "../draw-layers.ts";
import type { VectorOptions } from "../vector-options.ts";
import { type Look, looksFor } from "./looks.ts";
import { type Given, readShapes, type Shape } from "./read-shapes.ts";
import { type Cover, coverOfFill, coverOfStroke, eachCovered } from "./shapes-cover.ts";

/** Difference of two pictures, of what both show, up to which they are the same. */
const differMost = 0.06;
/** Sides in pixels of squares that differ wholly, and by how much: then something else is shown there, or a colour that changes. */
const blots = [
  { px: 3, from: 0.25 },
  { px: 7, from: 0.05 },
] as const;
/** How far points may lie outside, in sides of the picture: a curve beyond has too many points to draw. */
const outsideMost = 4;
/** How much more than the best another look may differ that it is taken, since it is the drawing's own. */
const ownTimes = 1.25;
/** Cover of a pixel that shows one shape alone. */
const [wholly, hardly] = [0.98, 0.02] as const;
/** Alpha below which nothing is there, and from which on a paint is opaque. */
const [faintest, opaqueFrom] = [0.04, 0.97] as const;

/** A part that is painted at once: a fill, or a stroke. */
interface Part {
  readonly shape: number;
  readonly kind: "fill" | "stroke";
  readonly paint: string;
  readonly cover: Cover;
}

interface Paint {
  readonly hex: string;
  readonly alpha: number;
}

/** Undefined where the answer is another picture, or the text is not read. */
export function ownNodes(pixels: TracedPixels, { given, lines, palette }: VectorOptions): Traced | undefined {
  const { widthPx, heightPx, linePx, rgba } = pixels;
  const drawing = given === undefined || widthPx !== heightPx ? undefined : readShapes(given);
  if (!drawing || (lines === "outlines" && drawing.shapes.some(({ stroke }) => stroke))) return undefined;
  const answer = premultiplied(rgba);
  const placed = placedIn(drawing, widthPx);
  if (!placed.every(({ paths }) => paths.every((path) => isNear(path, widthPx)))) return undefined;
  const found = bestOf(placed, looksFor(placed, linePx), { answer, rgba, sidePx: widthPx });
  if (!found || hasFaintFill(found)) return undefined;
  const layers = layersOf(found, palette, widthPx ** 2);
  const outside = new Float32Array(widthPx ** 2).fill(1);
  return layers.length === 0 ? undefined : { layers, memberships: [outside], leftOutCount: 0, widthPx, heightPx };
}

/** Its shapes in the pixels of the answer, in the middle of the square. */
function placedIn({ box: [left, top, width, height], shapes }: Given, sidePx: number): Shape[] {
  const scale = sidePx / Math.max(width, height);
  const move = ([x, y]: Point): Point => [
    (x - left) * scale + (sidePx - width * scale) / 2,
    (y - top) * scale + (sidePx - height * scale) / 2,
  ];
  return shapes.map(({ stroke, paths, ...shape }) => ({
    ...shape,
    paths: paths.map((path) => movedPath(path, move)),
    ...(stroke && { stroke: { ...stroke, width: stroke.width * scale } }),
  }));
}

const isNear = (path: Path, sidePx: number): boolean =>
  pointsOf(path)
    .flat()
    .every((place) => Math.abs(place) <= outsideMost * sidePx);

/** Whether a fill shines through beside a stroke: a layer has one opacity. One that does not show at all is left out. */
const hasFaintFill = ({ parts, paints, shapes }: Found): boolean =>
  parts.some(({ kind, shape }, at) => {
    const { alpha } = paints[at] ?? { alpha: 1 };
    return kind === "fill" && shapes[shape]!.stroke !== undefined && alpha >= faintest && alpha < 1;
  });

interface Answer {
  /** Premultiplied RGBA planes, 0 to 1. */
  readonly answer: Float32Array;
  readonly rgba: Uint8Array;
  readonly sidePx: number;
}

interface Found {
  readonly shapes: readonly Shape[];
  readonly parts: readonly Part[];
  readonly paints: ReadonlyArray<Paint | undefined>;
}

/** The first width at which the drawing is the answer, with the ends and joins that differ least, its own where they hardly differ more. */
function bestOf(shapes: readonly Shape[], looks: ReadonlyArray<readonly Look[]>, about: Answer): Found | undefined {
  const tried = (look: Look): { readonly found: Found; readonly differs: number } => {
    const own = shapes.map((shape) => (shape.stroke ? { ...shape, stroke: { ...shape.stroke, ...look } } : shape));
    const parts = partsOf(own, about.sidePx);
    const paints = paintsOf(parts, about);
    const differs = differenceOf(drawn(parts, paints, about.sidePx), about.answer, about.sidePx);
    return { found: { shapes: own, parts, paints }, differs };
  };
  for (const [ownLook, ...others] of looks) {
    const own = tried(ownLook!);
    // Only two are held at once: each is a plane a shape.
    let best = own;
    for (const look of others) {
      const other = tried(look);
      if (other.differs < best.differs) best = other;
    }
    if (best.differs > differMost) continue;
    return (own.differs <= ownTimes * best.differs ? own : best).found;
  }
  return undefined;
}

const partsOf = (shapes: readonly Shape[], sidePx: number): Part[] =>
  shapes.flatMap(({ paths, fill, stroke }, shape): Part[] => [
    ...(fill
      ? [{ shape, kind: "fill" as const, paint: fill.paint, cover: coverOfFill(paths, fill.rule, sidePx) }]
      : []),
    ...(stroke
      ? [{ shape, kind: "stroke" as const, paint: stroke.paint, cover: coverOfStroke(paths, stroke, sidePx) }]
      : []),
  ]);

/** What the answer has where each part is seen alone; a part that is nowhere is painted as others of its paint. */
function paintsOf(parts: readonly Part[], { rgba, sidePx }: Answer): Array<Paint | undefined> {
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

/** Premultiplied RGBA planes of parts over each other. */
function drawn(parts: readonly Part[], paints: ReadonlyArray<Paint | undefined>, sidePx: number): Float32Array {
  const count = sidePx ** 2;
  const planes = new Float32Array(4 * count);
  for (const [at, { cover }] of parts.entries()) {
    const paint = paints[at];
    if (!paint || paint.alpha < faintest) continue;
    const bits = Number.parseInt(paint.hex.slice(1), 16);
    const values = [(bits >> 16) / 255, ((bits >> 8) & 255) / 255, (bits & 255) / 255, 1];
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

/** Of what both show; infinite where a blot differs. */
function differenceOf(one: Float32Array, other: Float32Array, sidePx: number): number {
  const count = sidePx ** 2;
  let [differs, shown] = [0, 0];
  const runsOf = blots.map(() => new Uint8Array(count));
  for (let pixel = 0; pixel < count; pixel += 1) {
    let most = 0;
    for (let index = pixel; index < 4 * count; index += count)
      most = Math.max(most, Math.abs(one[index]! - other[index]!));
    differs += most;
    shown += Math.max(one[3 * count + pixel]!, other[3 * count + pixel]!);
    const isInside = pixel >= sidePx && pixel % sidePx > 0;
    for (const [at, { px, from }] of blots.entries()) {
      if (most < from) continue;
      // The side of the largest square of differing pixels that ends here.
      const runs = runsOf[at]!;
      const side = isInside ? 1 + Math.min(runs[pixel - 1]!, runs[pixel - sidePx]!, runs[pixel - sidePx - 1]!) : 1;
      if (side >= px) return Number.POSITIVE_INFINITY;
      runs[pixel] = side;
    }
  }
  return shown === 0 ? Number.POSITIVE_INFINITY : differs / shown;
}

function premultiplied(rgba: Uint8Array): Float32Array {
  const count = rgba.length / 4;
  const planes = new Float32Array(4 * count);
  for (let pixel = 0; pixel < count; pixel += 1) {
    const alpha = rgba[4 * pixel + 3]! / 255;
    for (let channel = 0; channel < 3; channel += 1)
      planes[channel * count + pixel] = (rgba[4 * pixel + channel]! / 255) * alpha;
    planes[3 * count + pixel] = alpha;
  }
  return planes;
}

/** One layer a shape; what is not seen is left out. */
function layersOf(
  { shapes, parts, paints }: Found,
  palette: readonly string[] | undefined,
  pixelCount: number,
): TracedLayer[] {
  const shown = parts.flatMap((part, at) => {
    const paint = paints[at];
    const share = part.cover.shares.reduce((sum, own) => sum + own, 0) / pixelCount;
    return paint && paint.alpha >= faintest ? [{ ...part, ...paint, share }] : [];
  });
  const hexes = [...new Set(shown.map(({ hex }) => hex))];
  const shareOf = (hex: string): number => shown.reduce((sum, own) => sum + (own.hex === hex ? own.share : 0), 0);
  const chosen =
    palette &&
    assignPalette(
      hexes.map((hex) => ({ hex, share: shareOf(hex) })),
      palette,
    );
  const inPalette = (hex: string): string => (chosen ? palette![chosen[hexes.indexOf(hex)]!]! : hex);
  const colours = [...new Set(shown.map(({ hex }) => inPalette(hex)))];
  const named = namesOfColours(colours.map(labOfHex));
  const taken = new Set<string>();
  // Written with hyphens, as ids.
  const unique = (name: string): string => {
    const id = name.replaceAll(" ", "-");
    let own = id;
    for (let number = 2; taken.has(own); number += 1) own = `${id}-${number}`;
    taken.add(own);
    return own;
  };
  return shapes.flatMap(({ paths, name, stroke, fill }, index): TracedLayer[] => {
    const own = shown.filter(({ shape }) => shape === index);
    const [filled, lined] = (["fill", "stroke"] as const).map((wanted) => own.find(({ kind }) => kind === wanted));
    const main = lined ?? filled;
    if (!main) return [];
    const hex = inPalette(main.hex);
    return [
      {
        name: unique(name || named[colours.indexOf(hex)]!),
        hex,
        ...(main.alpha < 1 && { opacity: main.alpha }),
        share: main.share,
        outlines: paths as Path[],
        isOwn: true,
        ...(filled && { fillRule: fill!.rule }),
        ...(lined && { stroke: { widthPx: stroke!.width, cap: stroke!.cap, join: stroke!.join } }),
        ...(lined && filled && { fillHex: inPalette(filled.hex) }),
        ...(lined && stroke!.join === "miter" && stroke!.miterLimit !== 4 && { miterLimit: stroke!.miterLimit }),
      },
    ];
  });
}
