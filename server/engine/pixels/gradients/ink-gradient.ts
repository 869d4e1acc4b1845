/**
 * Drawings of one ink whose colour changes along a line, as lines from purple to blue do: over the picture, or over the box around each drawing. A flat
 * drawing of colours that happen to lie so is told apart, since its colours don't change within its areas. Pure.
 */
import { type Shade, shadeOf, shadePlanes } from "../ground/shade.ts";
import type { Drawing, Ink } from "../ink-colour.ts";
import { type Box, boundsOf, boxOfPicture } from "../places.ts";

/** How much a colour changes over a frame, along x and along y. */
export type Slopes = NonNullable<Shade["slopes"]>;

/** How the colour of an ink changes. */
export interface InkGradient {
  /** Of its frame, along x and y; in the middle it has the ink's colour. */
  readonly slopes: Slopes;
  /** Whether the frame is the box around what is drawn, else it is the picture. */
  readonly isOverBox: boolean;
}

export interface GradientInk {
  readonly ink: Ink;
  readonly gradient: InkGradient;
}

/** Fainter pixels say little of their colour in 8 bits; what covers half of one is in the box. */
const [visibleFrom, boxedFrom] = [0.3, 0.5] as const;
/** Difference of a channel from the gradient up to which a pixel has its colour, and the share of those that must. */
const [fitWithin, fitLeast] = [0.08, 0.97] as const;
/** Cells to each side of a frame in which the colours of all drawings are gathered. */
const cells = 48;
/** Pixels between two of one area whose colours are compared, and the difference of a channel from which on an edge lies between. */
const [apartPx, edgeFrom] = [4, 0.08] as const;
/** Of the change that a gradient says, the share that is seen within areas. */
const [seenLeast, seenMost] = [0.7, 1.3] as const;
/** Deviation of a channel of drawings without a gradient. */
const evenWithin = 0.02;
/** Most that a channel must change over the frame. */
const changeLeast = 0.12;

/** Undefined where drawings have no such ink, or an even one. @param drawings of one size, premultiplied RGBA [4, sizePx, sizePx] */
export function gradientInkOf(drawings: readonly Drawing[]): GradientInk | undefined {
  const [sizePx] = drawings.map((drawing) => drawing.sizePx);
  if (sizePx === undefined || drawings.some((drawing) => drawing.sizePx !== sizePx) || isEven(drawings))
    return undefined;
  const boxes = drawings.map(boxOf);
  const framings = drawings.length === 1 ? [true] : [false, true];
  let best: { readonly found: GradientInk; readonly fitting: number } | undefined;
  for (const isOverBox of framings) {
    const framed = drawings.map(
      (drawing, at): Framed => ({ ...drawing, box: isOverBox ? boxes[at]! : boxOfPicture(sizePx) }),
    );
    const shade = shadeIn(framed);
    if (!shade?.slopes || changeOf(shade.slopes) < changeLeast) continue;
    const fitting = fittingShare(framed, shade);
    if (fitting < fitLeast || fitting <= (best?.fitting ?? 0) || !changesWithin(framed, shade)) continue;
    best = { found: { ink: clamped(shade.colour), gradient: { slopes: shade.slopes, isOverBox } }, fitting };
  }
  return best?.found;
}

interface Framed extends Drawing {
  readonly box: Box;
}

/** Around what is drawn. */
export const boxOf = ({ planes, sizePx }: Drawing): Box =>
  boundsOf(sizePx, (at) => planes[3 * sizePx ** 2 + at]! >= boxedFrom) ?? boxOfPicture(sizePx);

/** A gradient over a box as one over the whole picture. @param ink in the middle of the box */
export function overPicture(
  ink: Ink,
  slopes: Slopes,
  box: Box,
  sizePx: number,
): { readonly colour: Ink; readonly slopes: Slopes } {
  const { width, height, x, y } = frameOf(box, sizePx);
  const [alongX, alongY] = [slopes[0].map((of) => of / width), slopes[1].map((of) => of / height)];
  const of = (channel: 0 | 1 | 2): number => ink[channel] - x * alongX[channel]! - y * alongY[channel]!;
  return { colour: [of(0), of(1), of(2)], slopes: [triple(alongX), triple(alongY)] };
}

/** A gradient over the whole picture as one over a box. @param colour in the middle of the picture */
export function overBox(
  colour: Ink,
  [x, y]: Slopes,
  box: Box,
  sizePx: number,
): { readonly ink: Ink; readonly slopes: Slopes } {
  const frame = frameOf(box, sizePx);
  const of = (channel: 0 | 1 | 2): number => colour[channel] + frame.x * x[channel] + frame.y * y[channel];
  const slopes = [
    triple(x.map((value) => value * frame.width)),
    triple(y.map((value) => value * frame.height)),
  ] as const;
  return { ink: clamped([of(0), of(1), of(2)]), slopes };
}

/** Size of a box and its middle from that of the picture, as shares of the picture. */
const frameOf = ({ left, top, right, bottom }: Box, sizePx: number) => ({
  width: (right - left) / sizePx,
  height: (bottom - top) / sizePx,
  x: (left + right) / 2 / sizePx - 0.5,
  y: (top + bottom) / 2 / sizePx - 0.5,
});

const triple = ([red, green, blue]: readonly number[]): Ink => [red!, green!, blue!];
const clamped = (ink: Ink): Ink => triple(ink.map((value) => Math.min(1, Math.max(0, value))));

const changeOf = ([x, y]: Slopes): number =>
  Math.max(...[0, 1, 2].map((channel) => Math.abs(x[channel]!) + Math.abs(y[channel]!)));

/** Visits straight colours of what is visible. */
function forVisible(
  { planes, sizePx }: Drawing,
  see: (red: number, green: number, blue: number, at: number) => void,
): void {
  const pixels = sizePx ** 2;
  for (let at = 0; at < pixels; at += 1) {
    const alpha = planes[3 * pixels + at]!;
    if (alpha >= visibleFrom)
      see(planes[at]! / alpha, planes[pixels + at]! / alpha, planes[2 * pixels + at]! / alpha, at);
  }
}

/** Whether all drawings have one colour: the usual case, so it is decided first. */
function isEven(drawings: readonly Drawing[]): boolean {
  const [sums, squares] = [new Float64Array(3), new Float64Array(3)];
  let count = 0;
  const add = (channel: number, value: number): void => {
    sums[channel]! += value;
    squares[channel]! += value * value;
  };
  for (const drawing of drawings)
    forVisible(drawing, (red, green, blue) => {
      count += 1;
      add(0, red);
      add(1, green);
      add(2, blue);
    });
  const deviationOf = (channel: number): number =>
    Math.sqrt(Math.max(0, squares[channel]! / count - (sums[channel]! / count) ** 2));
  return count === 0 || Math.max(deviationOf(0), deviationOf(1), deviationOf(2)) < evenWithin;
}

/** The gradient of the mean colours that drawings have at the places of their frames. */
function shadeIn(drawings: readonly Framed[]): Shade | undefined {
  const count = cells ** 2;
  const planes = new Float32Array(4 * count);
  for (const drawing of drawings) {
    const cellAt = cellsOf(drawing, cells);
    forVisible(drawing, (red, green, blue, at) => {
      const cell = cellAt(at);
      planes[cell]! += red;
      planes[count + cell]! += green;
      planes[2 * count + cell]! += blue;
      planes[3 * count + cell]! += 1;
    });
  }
  const seen: number[] = [];
  for (let cell = 0; cell < count; cell += 1) {
    const weight = planes[3 * count + cell]!;
    if (weight === 0) continue;
    seen.push(cell);
    for (let channel = 0; channel < 4; channel += 1) planes[channel * count + cell]! /= weight;
  }
  return shadeOf(planes, seen, cells);
}

/** The cell of a frame in which a pixel lies; those beyond it are in the nearest. */
function cellsOf({ box, sizePx }: Framed, side: number): (at: number) => number {
  const [width, height] = [box.right - box.left, box.bottom - box.top];
  const columns = Uint16Array.from({ length: sizePx }, (_, x) => cellOf((x + 0.5 - box.left) / width, side));
  const rows = Uint16Array.from({ length: sizePx }, (_, y) => side * cellOf((y + 0.5 - box.top) / height, side));
  return (at) => rows[Math.floor(at / sizePx)]! + columns[at % sizePx]!;
}

const cellOf = (share: number, side: number): number => Math.min(side - 1, Math.max(0, Math.floor(share * side)));

/** Share of what is visible that has a gradient's colour. */
function fittingShare(drawings: readonly Framed[], shade: Shade): number {
  let [fitting, count] = [0, 0];
  for (const { planes, sizePx, box } of drawings) {
    const colours = coloursAt(shade, box, sizePx);
    const pixels = sizePx ** 2;
    forVisible({ planes, sizePx }, (red, green, blue, at) => {
      count += 1;
      const apart = Math.max(
        Math.abs(red - colours[at]!),
        Math.abs(green - colours[pixels + at]!),
        Math.abs(blue - colours[2 * pixels + at]!),
      );
      if (apart <= fitWithin) fitting += 1;
    });
  }
  return count === 0 ? 0 : fitting / count;
}

const coloursAt = ({ colour, slopes }: Shade, box: Box, sizePx: number): Float32Array =>
  shadePlanes(overPicture(colour, slopes!, box, sizePx), sizePx);

/** Whether colours change within areas as a gradient says, and not between them alone. */
function changesWithin(drawings: readonly Framed[], shade: Shade): boolean {
  let [seen, expected] = [0, 0];
  for (const { planes, sizePx, box } of drawings) {
    const pixels = sizePx ** 2;
    const colours = coloursAt(shade, box, sizePx);
    const compare = (at: number, step: number): void => {
      let [along, length] = [0, 0];
      for (let between = 0; between <= apartPx; between += 1)
        if (planes[3 * pixels + at + between * step]! < 0.99) return;
      const to = at + apartPx * step;
      for (let channel = 0; channel < 3 * pixels; channel += pixels) {
        const [own, said] = [
          planes[channel + to]! - planes[channel + at]!,
          colours[channel + to]! - colours[channel + at]!,
        ];
        if (Math.abs(own - said) >= edgeFrom) return;
        along += own * said;
        length += said * said;
      }
      seen += along;
      expected += length;
    };
    for (let y = 0; y < sizePx - apartPx; y += 2)
      for (let at = y * sizePx; at < (y + 1) * sizePx - apartPx; at += 2) {
        compare(at, 1);
        compare(at, sizePx);
      }
  }
  return expected > 0 && seen >= seenLeast * expected && seen <= seenMost * expected;
}
