/** Draws a doubt: heat colours of fixed levels with their legend, and on request outlines of what can't be known. Pure. */
import { paintHeat } from "./colormap.ts";
import { partsPerLevel } from "./pixel-std.ts";

/** The doubt of the brightest colour: an error of 32 levels is another colour. */
export const brightestDoubt = 32;
/** Mean doubt of a pixel of the image, in levels, from which what lies there can't be known. */
const unknownFrom = 16;
/** Pixels of the image that an outlined area has at least. */
const areaMin = 6;
const outlineColour = [0, 214, 255] as const;

export interface DoubtMap {
  readonly rgba: Uint8Array;
  /** Over all pixels, in levels. */
  readonly meanDeviation: number;
  readonly brightestDeviation: number;
}

interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

/**
 * @param doubts in parts of a level, [heightPx, widthPx]
 * @param image size of what was enlarged
 */
export function drawDoubt(doubts: Uint16Array, size: Size, image: Size, hasOutlines: boolean): DoubtMap {
  const rgba = new Uint8Array(4 * doubts.length);
  let sum = 0;
  for (let pixel = 0; pixel < doubts.length; pixel += 1) {
    sum += doubts[pixel]!;
    paintHeat(rgba, 4 * pixel, doubts[pixel]! / (partsPerLevel * brightestDoubt));
  }
  if (hasOutlines) drawOutlines(rgba, size, unknownAreas(doubts, size, image), image);
  drawLegend(rgba, size);
  return { rgba, meanDeviation: sum / (partsPerLevel * doubts.length), brightestDeviation: brightestDoubt };
}

/** 1 for pixels of the image in areas of at least `areaMin` whose mean doubt is high. */
function unknownAreas(doubts: Uint16Array, { widthPx, heightPx }: Size, image: Size): Uint8Array {
  const [sums, counts] = [
    new Float64Array(image.widthPx * image.heightPx),
    new Uint16Array(image.widthPx * image.heightPx),
  ];
  for (let y = 0; y < heightPx; y += 1)
    for (let x = 0; x < widthPx; x += 1) {
      const cell =
        Math.floor(((y + 0.5) * image.heightPx) / heightPx) * image.widthPx +
        Math.floor(((x + 0.5) * image.widthPx) / widthPx);
      sums[cell]! += doubts[y * widthPx + x]!;
      counts[cell]! += 1;
    }
  const isUnknown = Uint8Array.from(sums, (sum, cell) => (sum >= partsPerLevel * unknownFrom * counts[cell]! ? 1 : 0));
  const seen = new Uint8Array(isUnknown.length);
  for (let start = 0; start < isUnknown.length; start += 1) {
    if (isUnknown[start] === 0 || seen[start] === 1) continue;
    const area = areaFrom(start, isUnknown, seen, image);
    if (area.length < areaMin) for (const cell of area) isUnknown[cell] = 0;
  }
  return isUnknown;
}

/** Cells that hang together with one by their sides. */
function areaFrom(start: number, isUnknown: Uint8Array, seen: Uint8Array, { widthPx }: Size): number[] {
  const area = [start];
  seen[start] = 1;
  for (let index = 0; index < area.length; index += 1) {
    const cell = area[index]!;
    const x = cell % widthPx;
    for (const next of [
      cell - widthPx,
      cell + widthPx,
      ...(x > 0 ? [cell - 1] : []),
      ...(x < widthPx - 1 ? [cell + 1] : []),
    ])
      if (isUnknown[next] === 1 && seen[next] === 0) {
        seen[next] = 1;
        area.push(next);
      }
  }
  return area;
}

function drawOutlines(rgba: Uint8Array, { widthPx, heightPx }: Size, isUnknown: Uint8Array, image: Size): void {
  const cellAt = (x: number, y: number): number =>
    isUnknown[
      Math.floor(((y + 0.5) * image.heightPx) / heightPx) * image.widthPx +
        Math.floor(((x + 0.5) * image.widthPx) / widthPx)
    ]!;
  for (let y = 1; y < heightPx - 1; y += 1)
    for (let x = 1; x < widthPx - 1; x += 1)
      if (cellAt(x, y) === 1 && (cellAt(x - 1, y) & cellAt(x + 1, y) & cellAt(x, y - 1) & cellAt(x, y + 1)) === 0)
        rgba.set(outlineColour, 4 * (y * widthPx + x));
}

/** Digits of 3 × 5 px, a row a digit of octal. */
const digits: Readonly<Record<string, string>> = {
  "0": "75557",
  "1": "26227",
  "2": "71747",
  "3": "71717",
  "4": "55711",
  "6": "74757",
  "8": "75757",
};
/** The legend in its own pixels: a bar of heat colours with levels below it. */
const legend = { widthPx: 52, heightPx: 16, marginPx: 3, barPx: 5 } as const;
const marks = [0, 8, 16, 32];

/** Draws the legend into the lower left corner, as large as fits a quarter of the width; into small maps none. */
function drawLegend(rgba: Uint8Array, { widthPx, heightPx }: Size): void {
  const times = Math.min(8, Math.floor(widthPx / 4 / legend.widthPx) || (widthPx >= 2 * legend.widthPx ? 1 : 0));
  if (times === 0 || heightPx < 3 * times * legend.heightPx) return;
  const put = (x: number, y: number, paint: (at: number) => void): void => {
    for (let row = 0; row < times; row += 1)
      for (let column = 0; column < times; column += 1)
        paint(4 * ((heightPx - times * (legend.heightPx - y) + row) * widthPx + times * x + column));
  };
  for (let y = 0; y < legend.heightPx; y += 1)
    for (let x = 0; x < legend.widthPx; x += 1) put(x, y, (at) => rgba.set([16, 16, 20, 255], at));
  const { marginPx, barPx } = legend;
  const barWidth = legend.widthPx - 2 * marginPx - 4;
  for (let x = 0; x < barWidth; x += 1)
    for (let y = 0; y < barPx; y += 1) put(marginPx + x, marginPx + y, (at) => paintHeat(rgba, at, x / (barWidth - 1)));
  for (const mark of marks) {
    const text = String(mark);
    const left =
      marginPx + Math.round((mark / brightestDoubt) * (barWidth - 1)) - (mark === 0 ? 0 : 2 * text.length - 1);
    for (const [index, digit] of [...text].entries())
      for (const [row, bits] of [...digits[digit]!].entries())
        for (let column = 0; column < 3; column += 1)
          if ((Number(bits) >> (2 - column)) & 1)
            put(left + 4 * index + column, marginPx + barPx + 2 + row, (at) => rgba.set([235, 235, 235, 255], at));
  }
}
