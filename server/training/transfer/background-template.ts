/**
 * What the images of a folder have in common besides their things: a ground, as the disc or tile that every icon of a set lies on, with its outline
 * and its shadow, and the place where things stand. Drawings of another set that are laid so look as if they belonged to it.
 */

import type { Box } from "../../experts/sketch/mask.ts";
import { evenPlaces } from "../../platform/even-distances.ts";
import { sumOf } from "../../platform/sum.ts";
import type { ImagePixels } from "../dataset/image-set.ts";

/** Red, green, blue in [0, 1], straight. */
export type Colour = readonly [number, number, number];

/** The ground of one image, without its thing. */
export interface EmptyBackground {
  readonly colour: Colour;
  /** Premultiplied, [4, sizePx, sizePx]. */
  readonly planes: Float32Array;
}

export interface BackgroundTemplate {
  readonly sizePx: number;
  /** Of some of the images; none where things stand on nothing. */
  readonly empty: readonly EmptyBackground[];
  /** Where things stand, in pixels. */
  readonly box: Box;
}

/** Images that are looked at, at even distances: as many as fit, but not too few to tell, and grounds that are kept of them. */
const [imagesMax, imagesMin, imagesBytes, groundsMax] = [128, 24, 64e6, 32];
/** Opacity, in the median of the images, of a pixel that belongs to a ground. */
const solid = 0.9;
/** Share of the square that a ground takes at least: less is the middle of things that are alike. */
const areaMin = 0.2;
/** A colour or opacity this near (each channel) is the same. */
const same = 0.1;
/** Share of the rim that is of one colour in an image with a ground, and share of the images that have one. */
const [plainMin, commonMin] = [0.75, 0.8];
/** Share of the images in which a pixel near the outline is of another colour where that is the ground's own: an outline, a shadow. */
const ownMin = 0.9;
/** Overlap (intersection over union) of what images show with what most of them show, from which it is a shape that all have, and no chance. */
const shapeMin = 0.9;
/** Opacity of the square's edge from which images without a ground fill it. */
const filledMin = 0.5;
/** Opacity that makes a pixel part of a thing. */
export const visible = 0.1;
/** Share of what an image shows that may lie beyond the end of its thing: a stray pixel here and there. */
const strayMax = 0.01;

/**
 * The ground of the images `rows`; undefined where there is none to lay a drawing on, as of photographs, which fill the square, or another shape that
 * all have, with something else each time.
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
    return plainGround(common, coverage, isSolid, sizePx);
  const alphas = pictures.map((picture) => picture.subarray(3 * sizePx ** 2));
  const seen = alphas.map((alpha) => alpha.map((value) => (value > visible ? 1 : 0)));
  if (area >= areaMin * sizePx ** 2 && meanOverlap(seen, isSolid) >= shapeMin) return undefined;
  const edge = coverage.filter((_, pixel) => isAtEdge(pixel, sizePx));
  if (sumOf(edge) > filledMin * edge.length) return undefined;
  return { sizePx, empty: [], box: boxOf(seen, sizePx) };
}

/** Mean intersection over union of masks with one other. */
function meanOverlap(masks: readonly Float32Array[], other: Float32Array): number {
  const overlaps = masks.map((mask) => {
    const common = sumOf(mask.map((value, pixel) => value * other[pixel]!));
    return common / (sumOf(mask) + sumOf(other) - common);
  });
  return overlaps.reduce((sum, overlap) => sum + overlap, 0) / masks.length;
}

/** The ground of images that have one, each of one colour. */
function plainGround(
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
  const empty = evenPlaces(images.length, groundsMax).map((index): EmptyBackground => {
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

/** Pixels of a solid area a little inside its outline, and inside an outline that is drawn, where things seldom reach. */
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

/** 1 for each pixel outside a solid area or near its outline. */
const nearOutline = (isSolid: Float32Array, sizePx: number): Float32Array =>
  isSolid.map((one, pixel) =>
    one === 0 || around(isSolid, pixel, Math.ceil(sizePx / 10), sizePx, 0).includes(0) ? 1 : 0,
  );

/** The four values that lie so far from a pixel, `beyond` where that is outside the square. */
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

/** The colour that most of some pixels have; undefined where they have none in common. */
function plainColour(picture: Float32Array, rim: readonly number[]): Colour | undefined {
  if (rim.length === 0) return undefined;
  const pixels = picture.length / 4;
  const straight = (channel: number, pixel: number): number =>
    picture[channel * pixels + pixel]! / (picture[3 * pixels + pixel]! || 1);
  const median = [0, 1, 2].map((channel) => {
    const values = Float32Array.from(rim, (pixel) => straight(channel, pixel)).sort();
    return values[values.length >> 1]!;
  }) as [number, number, number];
  const alike = rim.filter(
    (pixel) =>
      picture[3 * pixels + pixel]! >= solid - same &&
      median.every((value, channel) => Math.abs(straight(channel, pixel) - value) <= same),
  );
  return alike.length >= plainMin * rim.length ? median : undefined;
}

/** A ground of one colour, premultiplied planes. */
function planesOf(colour: Colour, coverage: Float32Array): Float32Array {
  const planes = new Float32Array(4 * coverage.length);
  for (const [channel, value] of [...colour, 1].entries())
    for (const [pixel, alpha] of coverage.entries()) planes[channel * coverage.length + pixel] = value * alpha;
  return planes;
}

/** 1 for each pixel in which two pictures, premultiplied planes, differ. */
function differenceOf(picture: Float32Array, other: Float32Array): Float32Array {
  const pixels = picture.length / 4;
  const differs = new Float32Array(pixels);
  for (let at = 0; at < picture.length; at += 1)
    if (Math.abs(picture[at]! - other[at]!) > same) differs[at % pixels] = 1;
  return differs;
}

/** Where larger things reach to, a quarter of them further; the whole square where there is nothing. */
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

/** What holds all but a little to either side; nothing of nothing. */
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
