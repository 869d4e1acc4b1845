/**
 * What a ground is made of besides its face: a soft shadow around it and a rim of another colour along its edge. Both are recognised by
 * what most drawings show there. Pure; planes are premultiplied RGBA [4, sizePx, sizePx].
 */
import { type Drawing, type Ink, inkDistance } from "../ink-colour.ts";
import type { Square } from "../resample-square.ts";
import { depthsIn } from "./depths.ts";
import { medianOf, type Shade, shadeAt, shadeOf } from "./shade.ts";

export interface GroundShape {
  readonly sizePx: number;
  /** Alpha of rim and face together, [sizePx, sizePx]. */
  readonly mask: Float32Array;
  /** Share of the face, where a rim lies around it. */
  readonly face?: Float32Array | undefined;
  /** Alpha of the shadow, where the ground does not cover it. */
  readonly shadow?: Float32Array | undefined;
}

/** Colours of rim and shadow in one drawing. */
export interface PartColours {
  readonly rim?: Ink | undefined;
  readonly shadow?: Ink | undefined;
}

export interface Ground extends GroundShape {
  /** Where a whole drawing lies on it, in pixels. */
  readonly place: Square;
  /** Its colours, the most frequent first. */
  readonly looks: readonly GroundLook[];
}

export interface GroundLook extends PartColours {
  /** Colour of the face in the middle of the picture. */
  readonly ground: Ink;
  /** How it changes along x and y, where it is a gradient. */
  readonly slopes?: Shade["slopes"];
  readonly ink: Ink;
  /** How the ink changes along x and y, where it is a gradient; `ink` is then its colour in the middle of the picture. */
  readonly inkSlopes?: Shade["slopes"];
}

/** Difference of a channel of two colours that are the same, and of two that are not. */
const [sameWithin, apartFrom] = [0.1, 0.15];
/** Share of the drawings that must show a part. */
const shareLeast = 0.8;

/** Soft pixels for each at the edge, from which on there is more than an edge; alphas of what is soft. */
const softLeast = 3;
const soft = { from: 0.03, to: 0.9 };
/** Pixels from the opaque part on which a shadow shows its own colour. */
const clearPx = 2.5;
/** Depths of an edge's colour. */
const edge = { from: 1.8, to: 3.3 };

/** Of the picture's side: the broadest rim. In pixels: the narrowest, what its inner edge may take, and how far widths may differ. */
const [broadest, narrowestPx, softEdgePx, widthsWithin] = [0.11, 2.5, 2, 1.6];
/** Difference of a channel up to which a rim is even, so that a ground that fades has none. */
const evenWithin = 0.05;

/** @param silhouette alpha [sizePx, sizePx] that most drawings have */
export function shapeOf(drawings: readonly Drawing[], silhouette: Float32Array): GroundShape {
  const { sizePx } = drawings[0]!;
  const cast = shadowOf(drawings, silhouette, sizePx);
  const mask = cast?.mask ?? silhouette;
  const face = faceOf(drawings, mask, sizePx);
  return { sizePx, mask, ...(face && { face }), ...(cast && { shadow: cast.shadow }) };
}

/** Colours of the parts in a drawing. */
export function partColours({ planes }: Drawing, { sizePx, mask, face, shadow }: GroundShape): PartColours {
  if (!face && !shadow) return {};
  const depths = depthsIn(mask);
  const rim =
    face &&
    medianOf(
      planes,
      pixelsWhere(face, (share, at) => share < 0.1 && depths[at]! >= edge.from),
    );
  const around = shadow && shadowColour(planes, mask, sizePx);
  return { ...(rim && { rim }), ...(around && { shadow: around }) };
}

function pixelsWhere(plane: Float32Array, is: (value: number, at: number) => boolean): number[] {
  const pixels: number[] = [];
  for (let at = 0; at < plane.length; at += 1) if (is(plane[at]!, at)) pixels.push(at);
  return pixels;
}

function medianPlane(planes: readonly Float32Array[]): Float32Array {
  const values = new Float32Array(planes.length);
  return Float32Array.from(planes[0]!, (_, at) => {
    for (const [index, plane] of planes.entries()) values[index] = plane[at]!;
    return values.sort()[values.length >> 1]!;
  });
}

/** Alpha that most drawings have, [sizePx, sizePx]. */
export const medianAlpha = (drawings: readonly Drawing[]): Float32Array =>
  medianPlane(drawings.map(({ planes, sizePx }) => planes.subarray(3 * sizePx ** 2)));

/** How much a colour is of one and not of another. */
function shareOf(colour: Ink, of: Ink, not: Ink): number {
  const along = [of[0] - not[0], of[1] - not[1], of[2] - not[2]] as const;
  const length = along[0] ** 2 + along[1] ** 2 + along[2] ** 2;
  const product = along[0] * (colour[0] - not[0]) + along[1] * (colour[1] - not[1]) + along[2] * (colour[2] - not[2]);
  return Math.min(1, Math.max(0, length === 0 ? 0 : product / length));
}

/** A soft surrounding of another colour than the ground has; undefined where there is none. */
function shadowOf(
  drawings: readonly Drawing[],
  silhouette: Float32Array,
  sizePx: number,
): { readonly mask: Float32Array; readonly shadow: Float32Array } | undefined {
  const depths = depthsIn(silhouette);
  const edgePx = depths.filter((depth) => depth === 1).length;
  const softPx = silhouette.filter((alpha) => alpha > soft.from && alpha < soft.to).length;
  if (softPx < softLeast * edgePx) return undefined;
  const masks = drawings.flatMap(({ planes }) => {
    const own = shadowColour(planes, silhouette, sizePx);
    const shade = edgeShade(planes, depths, sizePx);
    if (!own || !shade || inkDistance(own, shade.colour) < apartFrom) return [];
    return [
      Float32Array.from(silhouette, (_, at) => {
        if (depths[at]! >= edge.from) return 1;
        const pixels = sizePx ** 2;
        const alpha = planes[3 * pixels + at]!;
        const [red, green, blue] = [0, 1, 2].map((channel) => planes[channel * pixels + at]! - alpha * own[channel]!);
        const ground = shadeAt(shade, at, sizePx);
        const apart: Ink = [ground[0] - own[0], ground[1] - own[1], ground[2] - own[2]];
        return Math.min(alpha, shareOf([red!, green!, blue!], apart, [0, 0, 0]));
      }),
    ];
  });
  if (masks.length < shareLeast * drawings.length) return undefined;
  const mask = medianPlane(masks).map((share) => (share < soft.from ? 0 : share));
  return { mask, shadow: silhouette.map((alpha, at) => Math.max(0, alpha - mask[at]!)) };
}

const edgeShade = (planes: Float32Array, depths: Float32Array, sizePx: number): Shade | undefined =>
  shadeOf(
    planes,
    pixelsWhere(depths, (depth) => depth >= edge.from && depth <= edge.to),
    sizePx,
  );

/** Straight colour of what is soft around the opaque part; undefined where nothing is. @param mask alpha with or without the shadow */
function shadowColour(planes: Float32Array, mask: Float32Array, sizePx: number): Ink | undefined {
  const pixels = sizePx ** 2;
  const outside = depthsIn(outsideOf(mask));
  let weight = 0;
  const sums: [number, number, number] = [0, 0, 0];
  for (let at = 0; at < pixels; at += 1) {
    const alpha = planes[3 * pixels + at]!;
    if (outside[at]! < clearPx || alpha < soft.from) continue;
    weight += alpha;
    for (const channel of [0, 1, 2] as const) sums[channel] += planes[channel * pixels + at]!;
  }
  return weight === 0 ? undefined : [sums[0] / weight, sums[1] / weight, sums[2] / weight];
}

const outsides = new WeakMap<Float32Array, Float32Array>();

/** 1 where a mask is not opaque; made once for each, so that its depths are too. */
function outsideOf(mask: Float32Array): Float32Array {
  const outside = outsides.get(mask) ?? mask.map((alpha) => Number(alpha <= soft.to));
  outsides.set(mask, outside);
  return outside;
}

/** What lies within a rim, as a share of each pixel; undefined where the drawings have none. */
function faceOf(drawings: readonly Drawing[], mask: Float32Array, sizePx: number): Float32Array | undefined {
  const depths = depthsIn(mask);
  const deepest = Math.ceil(broadest * sizePx) + 5;
  const rings = Array.from({ length: deepest + 1 }, (): number[] => []);
  for (const [at, depth] of depths.entries()) if (depth > 0) rings[Math.round(depth)]?.push(at);
  if (rings.slice(2).some((ring) => ring.length === 0)) return undefined;
  const widths = drawings.flatMap(({ planes }) => {
    const width = rimWidth(rings.slice(2).map((ring) => medianOf(planes, ring)));
    return width === undefined ? [] : [{ planes, width: width + 2 }];
  });
  const middle = widths.map(({ width }) => width).sort((one, other) => one - other)[widths.length >> 1] ?? 0;
  const alike = widths.filter(({ width }) => Math.abs(width - middle) <= widthsWithin);
  if (alike.length < shareLeast * drawings.length) return undefined;
  const rim = pixelsWhere(depths, (depth) => depth >= edge.from && depth <= middle - 1);
  const inside = pixelsWhere(depths, (depth) => depth >= middle + softEdgePx && depth <= middle + softEdgePx + 4);
  const faces = alike.flatMap(({ planes }) => {
    const shade = shadeOf(planes, inside, sizePx);
    const own = medianOf(planes, rim);
    if (!shade) return [];
    return [
      Float32Array.from(depths, (depth, at) => {
        if (depth < edge.from) return 0;
        if (depth > middle + softEdgePx) return 1;
        const pixels = sizePx ** 2;
        const colour: Ink = [planes[at]!, planes[pixels + at]!, planes[2 * pixels + at]!];
        return shareOf(colour, shadeAt(shade, at, sizePx), own);
      }),
    ];
  });
  return faces.length < shareLeast * drawings.length ? undefined : medianPlane(faces);
}

/** Rings from the edge on, after the first two, that have the edge's colour, as long as those behind them have another. */
function rimWidth(rings: readonly Ink[]): number | undefined {
  const own = rings[0]!;
  const width = rings.findIndex((ring) => inkDistance(ring, own) > sameWithin);
  const [before, behind, further] = [rings[width - 2], rings[width + 1], rings[width + 3]];
  if (width < narrowestPx - 2 || !behind || !further) return undefined;
  if (before && inkDistance(before, own) > evenWithin) return undefined;
  const isEven = inkDistance(behind, further) <= sameWithin && inkDistance(behind, own) >= apartFrom;
  return isEven ? width : undefined;
}
