/**
 * What the images of a folder have in common besides their things: a ground, as the disc or tile that every icon of a set lies on, and the place
 * where things stand. Drawings of another set that are laid so look as if they belonged to it.
 */
import { averageAreas } from "../engine/areas.ts";
import type { ImagePixels } from "./image-set.ts";

/** Red, green, blue in [0, 1]. */
export type Colour = readonly [number, number, number];

export interface Ground {
  readonly sizePx: number;
  /** How opaque it is at each pixel, [sizePx²] in [0, 1]: all 0 where things stand on nothing. */
  readonly coverage: Float32Array;
  /** Its colour in each of the images; none where there is no ground. */
  readonly colours: readonly Colour[];
  /** Where things stand, in pixels; the last line and column are outside. */
  readonly box: Box;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Images that are looked at, at even distances. */
const imagesMax = 128;
/** Opacity, in the median of the images, of a pixel that belongs to a ground. */
const solid = 0.9;
/** Share of the square that a ground takes at least: less is the middle of things that are alike. */
const areaMin = 0.2;
/** A colour this near (each channel) is the same. */
const sameColour = 0.1;
/** Share of the rim that is of one colour in an image with a ground, and share of the images that have one. */
const [plainMin, commonMin] = [0.75, 0.8];
/** Opacity of the square's edge from which images without a ground fill it. */
const filledMin = 0.5;
/** Opacity that makes a pixel part of a thing. */
const visible = 0.1;
/** Share of what is drawn that may lie to either side of the box. */
const outside = 0.03;

/**
 * The ground of the images `rows`; undefined where there is none to lay a drawing on, as of photographs, which fill the square with something
 * else each time.
 */
export async function groundOf(images: ImagePixels, rows: ArrayLike<number>): Promise<Ground | undefined> {
  const { sizePx } = images;
  const step = Math.max(1, rows.length / imagesMax);
  const pictures: Float32Array[] = [];
  for (let at = 0; at < rows.length; at += step) pictures.push(await images.read(rows[Math.floor(at)]!, 1));
  const coverage = medianAlpha(pictures, sizePx);
  const isSolid = coverage.map((alpha) => (alpha >= solid ? 1 : 0));
  const rim = sumOf(isSolid) < areaMin * sizePx ** 2 ? [] : rimOf(isSolid, sizePx);
  if (rim.length > 0) {
    const colours = pictures.map((picture) => plainColour(picture, rim));
    const known = colours.filter((colour) => colour !== undefined);
    if (known.length >= commonMin * pictures.length) {
      const differs = pictures.map((picture, index) => contentOf(picture, isSolid, colours[index]));
      return { sizePx, coverage, colours: known, box: boxOf(differs, sizePx) };
    }
  }
  const edge = coverage.filter((_, pixel) => isAtEdge(pixel, sizePx));
  if (sumOf(edge) > filledMin * edge.length) return undefined;
  const none = new Float32Array(sizePx ** 2);
  return {
    sizePx,
    coverage: none,
    colours: [],
    box: boxOf(
      pictures.map((one) => contentOf(one, none)),
      sizePx,
    ),
  };
}

/** Premultiplied planes [4, sizePx, sizePx] of a drawing → the same of it in the ground's box, centred, not enlarged, on a ground of that colour. */
export function layOn(
  { sizePx, coverage, box }: Ground,
  drawing: Float32Array,
  colour: Colour | undefined,
): Float32Array {
  const pixels = sizePx ** 2;
  const laid = new Float32Array(4 * pixels);
  const own = extentOf(drawing, sizePx);
  const side = Math.max(own.right - own.left, own.bottom - own.top);
  const scale = Math.min(
    1,
    (box.right - box.left) / (own.right - own.left),
    (box.bottom - box.top) / (own.bottom - own.top),
  );
  const smallPx = Math.max(1, Math.round(scale * side));
  const small = averageAreas(squareAround(drawing, sizePx, own, side), side, smallPx);
  const [left, top] = [
    Math.round((box.left + box.right - smallPx) / 2),
    Math.round((box.top + box.bottom - smallPx) / 2),
  ];
  for (let y = 0; y < smallPx; y += 1)
    for (let x = 0; x < smallPx; x += 1) {
      const [toX, toY] = [left + x, top + y];
      if (toX < 0 || toY < 0 || toX >= sizePx || toY >= sizePx) continue;
      for (let channel = 0; channel < 4; channel += 1)
        laid[channel * pixels + toY * sizePx + toX] = small[(channel * smallPx + y) * smallPx + x]!;
    }
  if (!colour) return laid;
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const seen = (1 - laid[3 * pixels + pixel]!) * coverage[pixel]!;
    if (seen === 0) continue;
    for (let channel = 0; channel < 3; channel += 1) laid[channel * pixels + pixel]! += seen * colour[channel]!;
    laid[3 * pixels + pixel]! += seen;
  }
  return laid;
}

/** Distance between colours within which a thing can't be told from its ground. */
const lost = 0.3;

/** Of some colours the one that the least of a drawing, premultiplied planes, is lost on. */
export function clearest(drawing: Float32Array, colours: readonly Colour[]): Colour | undefined {
  const pixels = drawing.length / 4;
  const lostOn = ([red, green, blue]: Colour): number => {
    let count = 0;
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      const alpha = drawing[3 * pixels + pixel]!;
      if (alpha < 0.5) continue;
      const squared =
        (drawing[pixel]! / alpha - red) ** 2 +
        (drawing[pixels + pixel]! / alpha - green) ** 2 +
        (drawing[2 * pixels + pixel]! / alpha - blue) ** 2;
      if (squared < lost ** 2) count += 1;
    }
    return count;
  };
  const counts = colours.map(lostOn);
  return colours[counts.indexOf(Math.min(...counts))];
}

function medianAlpha(pictures: readonly Float32Array[], sizePx: number): Float32Array {
  const pixels = sizePx ** 2;
  const alphas = new Float32Array(pictures.length);
  return Float32Array.from({ length: pixels }, (_, pixel) => {
    for (const [index, picture] of pictures.entries()) alphas[index] = picture[3 * pixels + pixel]!;
    return alphas.sort()[pictures.length >> 1]!;
  });
}

/** Pixels of a solid area a little inside its outline, where things seldom reach. */
function rimOf(isSolid: Float32Array, sizePx: number): number[] {
  const inset = Math.ceil(sizePx / 64);
  const reach = inset + Math.ceil(sizePx / 20);
  const around = (pixel: number, distance: number, beyond: number): number[] => {
    const [x, y] = [pixel % sizePx, Math.floor(pixel / sizePx)];
    return [
      [x - distance, y],
      [x + distance, y],
      [x, y - distance],
      [x, y + distance],
    ].map(([atX, atY]) =>
      Math.min(atX!, atY!) < 0 || Math.max(atX!, atY!) >= sizePx ? beyond : isSolid[atY! * sizePx + atX!]!,
    );
  };
  return [...isSolid.keys()].filter(
    (pixel) => isSolid[pixel] === 1 && !around(pixel, inset, 1).includes(0) && around(pixel, reach, 0).includes(0),
  );
}

/** The colour that most of some pixels have; undefined where they have none in common. */
function plainColour(picture: Float32Array, rim: readonly number[]): Colour | undefined {
  const pixels = picture.length / 4;
  const median = [0, 1, 2].map((channel) => {
    const values = Float32Array.from(rim, (pixel) => picture[channel * pixels + pixel]!).sort();
    return values[values.length >> 1]!;
  }) as [number, number, number];
  const same = rim.filter((pixel) => !differsFrom(picture, pixel, median) && picture[3 * pixels + pixel]! >= solid);
  return same.length >= plainMin * rim.length ? median : undefined;
}

function differsFrom(picture: Float32Array, pixel: number, colour: Colour): boolean {
  const pixels = picture.length / 4;
  return colour.some((value, channel) => Math.abs(picture[channel * pixels + pixel]! - value) > sameColour);
}

/** 1 for each pixel that shows a thing: on the ground what is not of its colour, elsewhere what is visible. */
function contentOf(picture: Float32Array, isSolid: Float32Array, colour?: Colour): Float32Array {
  const pixels = picture.length / 4;
  return isSolid.map((onGround, pixel) => {
    if (onGround === 1 && colour) return differsFrom(picture, pixel, colour) ? 1 : 0;
    return onGround === 0 && picture[3 * pixels + pixel]! > visible ? 1 : 0;
  });
}

/** What holds all but a little of what is drawn to each side. */
function boxOf(contents: readonly Float32Array[], sizePx: number): Box {
  const [columns, lines] = [new Float64Array(sizePx), new Float64Array(sizePx)];
  for (const content of contents)
    for (const [pixel, value] of content.entries()) {
      columns[pixel % sizePx]! += value;
      lines[Math.floor(pixel / sizePx)]! += value;
    }
  const [left, right] = spanOf(columns);
  const [top, bottom] = spanOf(lines);
  return { left, top, right, bottom };
}

function spanOf(counts: Float64Array): [first: number, end: number] {
  const total = sumOf(counts);
  let [sum, first, end] = [0, 0, 0];
  for (const [at, value] of counts.entries()) {
    sum += value;
    if (sum < outside * total) first = at + 1;
    if (sum - value < (1 - outside) * total) end = at + 1;
  }
  return end > first ? [first, end] : [0, counts.length];
}

/** The whole of what is visible; the whole square where nothing is. */
function extentOf(drawing: Float32Array, sizePx: number): Box {
  const pixels = sizePx ** 2;
  let [left, top, right, bottom] = [sizePx, sizePx, 0, 0];
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    if (drawing[3 * pixels + pixel]! <= visible) continue;
    const [x, y] = [pixel % sizePx, Math.floor(pixel / sizePx)];
    [left, top, right, bottom] = [Math.min(left, x), Math.min(top, y), Math.max(right, x + 1), Math.max(bottom, y + 1)];
  }
  return right > left ? { left, top, right, bottom } : { left: 0, top: 0, right: sizePx, bottom: sizePx };
}

/** Planes [4, side, side] of a square whose middle is that of the box. */
function squareAround(
  drawing: Float32Array,
  sizePx: number,
  { left, top, right, bottom }: Box,
  side: number,
): Float32Array {
  const square = new Float32Array(4 * side * side);
  const [dx, dy] = [Math.floor((side - (right - left)) / 2), Math.floor((side - (bottom - top)) / 2)];
  for (let channel = 0; channel < 4; channel += 1)
    for (let y = top; y < bottom; y += 1) {
      const from = (channel * sizePx + y) * sizePx;
      square.set(drawing.subarray(from + left, from + right), (channel * side + y - top + dy) * side + dx);
    }
  return square;
}

function isAtEdge(pixel: number, sizePx: number): boolean {
  const [x, y] = [pixel % sizePx, Math.floor(pixel / sizePx)];
  return x === 0 || y === 0 || x === sizePx - 1 || y === sizePx - 1;
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
