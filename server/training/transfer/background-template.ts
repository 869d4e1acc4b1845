/**
 * Estimates what the images of a folder share: a background, such as the disc or tile of an icon set with its outline and
 * shadow, and the box in which objects are placed. Drawings of another set that are composited so look like members of the set.
 */

import type { Box } from "../../engine/pixels/places.ts";
import { evenPlaces } from "../../platform/even-distances.ts";
import { sumOf } from "../../platform/sum.ts";
import type { ImagePixels } from "../dataset/image-set.ts";

/** Red, green, blue in [0, 1], not premultiplied. */
export type Colour = readonly [number, number, number];

/** The background of one image without its object. */
export interface EmptyBackground {
  readonly colour: Colour;
  /** Premultiplied, [4, sizePx, sizePx]. */
  readonly planes: Float32Array;
}

export interface BackgroundTemplate {
  readonly sizePx: number;
  /** Backgrounds of some of the images; none for a set without a background. */
  readonly empty: readonly EmptyBackground[];
  /** The box of the objects, in pixels. */
  readonly box: Box;
}

/**
 * Images that are sampled, evenly spaced: as many as fit into `imagesBytes`, within these bounds. Backgrounds that are kept.
 */
const [imagesMax, imagesMin, imagesBytes, backgroundsMax] = [128, 24, 64e6, 32];
/** Smallest median opacity of a background pixel. */
const solid = 0.9;
/** Smallest share of the square that a background covers; less is the common centre of similar objects. */
const areaMin = 0.2;
/** Largest difference of a channel between equal colours. */
const same = 0.1;
/** Smallest share of the rim that has one colour in an image with a background, and of images that have one. */
const [plainMin, commonMin] = [0.75, 0.8];
/**
 * Smallest share of images in which a pixel near the outline differs from the background colour, if it belongs to the
 * background: an outline or a shadow.
 */
const ownMin = 0.9;
/** Intersection over union of the images with their common shape, from which the shape counts as shared by all of them. */
const shapeMin = 0.9;
/** Mean opacity of the square's edge from which images without a background count as filling the square. */
const filledMin = 0.5;
/** Opacity from which a pixel belongs to an object. */
export const visible = 0.1;
/** Share of an image's visible pixels that its box may leave out, for stray pixels. */
const strayMax = 0.01;

/**
 * The background template of the images `rows`. Undefined where a drawing can't be composited: photographs fill the square, and
 * some sets have a common shape with a different filling in each image.
 */
export async function estimateBackground(
  images: ImagePixels,
  rows: ArrayLike<number>,
): Promise<BackgroundTemplate | undefined> {
  const { sizePx } = images;
  const most = Math.max(imagesMin, Math.min(imagesMax, Math.floor(imagesBytes / (16 * sizePx ** 2))));
  const pictures: Float32Array[] = [];
  for (const place of evenPlaces(rows.length, most)) pictures.push(await images.read(rows[place]!, 1));
  const coverage = medianAlpha(pictures, sizePx);
  const isSolid = coverage.map((alpha) => (alpha >= solid ? 1 : 0));
  const area = sumOf(isSolid);
  const rim = area < areaMin * sizePx ** 2 ? [] : rimOf(isSolid, sizePx);
  const colours = pictures.map((picture) => plainColour(picture, rim));
  const common = pictures.flatMap((picture, index) => {
    const colour = colours[index];
    return colour ? [{ picture, colour }] : [];
  });
  if (common.length > 0 && common.length >= commonMin * pictures.length)
    return plainTemplate(common, coverage, isSolid, sizePx);
  const alphas = pictures.map((picture) => picture.subarray(3 * sizePx ** 2));
  const seen = alphas.map((alpha) => alpha.map((value) => (value > visible ? 1 : 0)));
  if (area >= areaMin * sizePx ** 2 && meanOverlap(seen, isSolid) >= shapeMin) return undefined;
  const edge = coverage.filter((_, pixel) => isAtEdge(pixel, sizePx));
  if (sumOf(edge) > filledMin * edge.length) return undefined;
  return { sizePx, empty: [], box: boxOf(seen, sizePx) };
}

/** Mean intersection over union of some masks with another one. */
function meanOverlap(masks: readonly Float32Array[], other: Float32Array): number {
  const overlaps = masks.map((mask) => {
    const common = sumOf(mask.map((value, pixel) => value * other[pixel]!));
    return common / (sumOf(mask) + sumOf(other) - common);
  });
  return overlaps.reduce((sum, overlap) => sum + overlap, 0) / masks.length;
}

/** The template of images whose backgrounds have one colour each. */
function plainTemplate(
  images: ReadonlyArray<{ readonly picture: Float32Array; readonly colour: Colour }>,
  coverage: Float32Array,
  isSolid: Float32Array,
  sizePx: number,
): BackgroundTemplate {
  const plain = images.map(({ colour }) => planesOf(colour, coverage));
  const differs = images.map(({ picture }, index) => differenceOf(picture, plain[index]!));
  const isNear = nearOutline(isSolid, sizePx);
  const isOwn = coverage.map((_, pixel) =>
    isNear[pixel] === 1 && differs.reduce((sum, one) => sum + one[pixel]!, 0) >= ownMin * images.length ? 1 : 0,
  );
  const contents = differs.map((one) => one.map((value, pixel) => (isOwn[pixel] === 1 ? 0 : value)));
  const empty = evenPlaces(images.length, backgroundsMax).map((index): EmptyBackground => {
    const { picture, colour } = images[index]!;
    const planes = plain[index]!.map((value, at) => (isOwn[at % isOwn.length] === 1 ? picture[at]! : value));
    return { colour, planes };
  });
  return { sizePx, empty, box: boxOf(contents, sizePx) };
}

function medianAlpha(pictures: readonly Float32Array[], sizePx: number): Float32Array {
  const pixels = sizePx ** 2;
  const alphas = new Float32Array(pictures.length);
  return Float32Array.from({ length: pixels }, (_, pixel) => {
    for (const [index, picture] of pictures.entries()) alphas[index] = picture[3 * pixels + pixel]!;
    return alphas.sort()[pictures.length >> 1]!;
  });
}

/** Pixels of a solid area slightly inside its outline (drawn outlines included), where objects seldom reach. */
function rimOf(isSolid: Float32Array, sizePx: number): number[] {
  const inset = Math.ceil(sizePx / 32);
  const reach = inset + Math.ceil(sizePx / 20);
  return [...isSolid.keys()].filter(
    (pixel) =>
      isSolid[pixel] === 1 &&
      !around(isSolid, pixel, inset, sizePx, 1).includes(0) &&
      around(isSolid, pixel, reach, sizePx, 0).includes(0),
  );
}

/** 1 for each pixel outside the solid area or near its outline. */
const nearOutline = (isSolid: Float32Array, sizePx: number): Float32Array =>
  isSolid.map((one, pixel) =>
    one === 0 || around(isSolid, pixel, Math.ceil(sizePx / 10), sizePx, 0).includes(0) ? 1 : 0,
  );

/** The four values at this distance from a pixel; `beyond` for those outside the square. */
function around(values: Float32Array, pixel: number, distance: number, sizePx: number, beyond: number): number[] {
  const [x, y] = [pixel % sizePx, Math.floor(pixel / sizePx)];
  const places = [
    [x - distance, y],
    [x + distance, y],
    [x, y - distance],
    [x, y + distance],
  ] as const;
  return places.map(([atX, atY]) =>
    Math.min(atX, atY) < 0 || Math.max(atX, atY) >= sizePx ? beyond : values[atY * sizePx + atX]!,
  );
}

/** The colour that most of the pixels have; undefined without a common colour. */
function plainColour(picture: Float32Array, rim: readonly number[]): Colour | undefined {
  if (rim.length === 0) return undefined;
  const pixels = picture.length / 4;
  const straight = (channel: number, pixel: number): number =>
    picture[channel * pixels + pixel]! / (picture[3 * pixels + pixel]! || 1);
  const median = [0, 1, 2].map((channel) => {
    const values = Float32Array.from(rim, (pixel) => straight(channel, pixel)).sort();
    return values[values.length >> 1]!;
  }) as [number, number, number];
  const similar = rim.filter(
    (pixel) =>
      picture[3 * pixels + pixel]! >= solid - same &&
      median.every((value, channel) => Math.abs(straight(channel, pixel) - value) <= same),
  );
  return similar.length >= plainMin * rim.length ? median : undefined;
}

/** A background of one colour as premultiplied planes. */
function planesOf(colour: Colour, coverage: Float32Array): Float32Array {
  const planes = new Float32Array(4 * coverage.length);
  for (const [channel, value] of [...colour, 1].entries())
    for (const [pixel, alpha] of coverage.entries()) planes[channel * coverage.length + pixel] = value * alpha;
  return planes;
}

/** 1 for each pixel in which two pictures (premultiplied planes) differ. */
function differenceOf(picture: Float32Array, other: Float32Array): Float32Array {
  const pixels = picture.length / 4;
  const differs = new Float32Array(pixels);
  for (let at = 0; at < picture.length; at += 1)
    if (Math.abs(picture[at]! - other[at]!) > same) differs[at % pixels] = 1;
  return differs;
}

/** The box of the objects: a quarter of them reach further on each side. The whole square without any object. */
function boxOf(contents: readonly Float32Array[], sizePx: number): Box {
  const extents = contents.flatMap((content) => {
    const [columns, lines] = [new Float32Array(sizePx), new Float32Array(sizePx)];
    for (const [pixel, value] of content.entries()) {
      columns[pixel % sizePx]! += value;
      lines[Math.floor(pixel / sizePx)]! += value;
    }
    const [left, right] = spanOf(columns);
    const [top, bottom] = spanOf(lines);
    return right > left ? [{ left, top, right, bottom }] : [];
  });
  if (extents.length === 0) return { left: 0, top: 0, right: sizePx, bottom: sizePx };
  const [least, most] = [Math.floor(extents.length / 4), Math.ceil((3 * extents.length) / 4) - 1];
  const sorted = (side: keyof Box): number[] => extents.map((extent) => extent[side]).sort((a, b) => a - b);
  return {
    left: sorted("left")[least]!,
    top: sorted("top")[least]!,
    right: sorted("right")[most]!,
    bottom: sorted("bottom")[most]!,
  };
}

/** The range that contains all counts but a few stray ones at either end; empty without counts. */
function spanOf(counts: Float32Array): [first: number, end: number] {
  const stray = strayMax * sumOf(counts);
  let [sum, first, end] = [0, 0, 0];
  for (const [at, value] of counts.entries()) {
    sum += value;
    if (sum <= stray) first = at + 1;
  }
  sum = 0;
  for (let at = counts.length - 1; at >= 0 && end === 0; at -= 1) {
    sum += counts[at]!;
    if (sum > stray) end = at + 1;
  }
  return [first, end];
}

function isAtEdge(pixel: number, sizePx: number): boolean {
  const [x, y] = [pixel % sizePx, Math.floor(pixel / sizePx)];
  return x === 0 || y === 0 || x === sizePx - 1 || y === sizePx - 1;
}
