/**
 * Sheets of images as PNG: rows of tiles on a light checkerboard, on which transparent, white and black areas are visible, with
 * a heading over each column.
 */
import { encodeFigure } from "../images/codec.ts";
import { escapeXml } from "./curve-chart.ts";

/** Tiles of a sheet by row; undefined = an empty tile. Premultiplied planes [4, size, size]. */
export type Tiles = ReadonlyArray<ReadonlyArray<Float32Array | undefined>>;

export interface SheetOptions {
  /** Headings of the columns; a line break starts a second line. */
  readonly headings?: readonly string[];
  /** Columns followed by a wider gap. */
  readonly gapAfter?: readonly number[];
}

const gapPx = 4;
const [lightShade, darkShade] = [1, 0.94];
const checkPx = 8;
/** Smaller tiles are enlarged by whole factors, so that they are visible and leave room for headings. */
const leastTilePx = 96;
const [linePx, fontPx] = [14, 11];

/** A PNG of rows of tiles. */
export async function tileSheet(
  tiles: Tiles,
  sizePx: number,
  { headings = [], gapAfter = [] }: SheetOptions = {},
): Promise<Uint8Array> {
  const factor = headings.length > 0 ? Math.max(1, Math.ceil(leastTilePx / sizePx)) : 1;
  const tilePx = factor * sizePx;
  const lines = Math.max(0, ...headings.map((heading) => heading.split("\n").length));
  const headPx = gapPx + (lines > 0 ? lines * linePx + gapPx : 0);
  const columns = Math.max(1, headings.length, ...tiles.map((row) => row.length));
  const leftOf = (column: number): number =>
    gapPx + column * (tilePx + gapPx) + 3 * gapPx * gapAfter.filter((after) => after < column).length;
  const [widthPx, heightPx] = [leftOf(columns - 1) + tilePx + gapPx, headPx + tiles.length * (tilePx + gapPx)];
  const rgba = new Uint8Array(widthPx * heightPx * 4).fill(255);
  for (const [row, line] of tiles.entries())
    for (const [column, planes] of line.entries())
      if (planes) paste(rgba, widthPx, { planes, sizePx, factor }, leftOf(column), headPx + row * (tilePx + gapPx));
  const texts = headings.flatMap((heading, column) =>
    heading.split("\n").map((line, at) => textAt(leftOf(column) + tilePx / 2, gapPx + (at + 0.8) * linePx, line)),
  );
  return encodeFigure(rgba, widthPx, heightPx, texts.length > 0 ? overlay(widthPx, heightPx, texts) : undefined);
}

const textAt = (x: number, y: number, text: string): string =>
  `<text x="${x}" y="${y.toFixed(1)}" text-anchor="middle">${escapeXml(text)}</text>`;

const overlay = (widthPx: number, heightPx: number, texts: readonly string[]): string =>
  `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" font-family="Inter, DejaVu Sans, sans-serif" font-size="${fontPx}" fill="#333">${texts.join("")}</svg>`;

interface Tile {
  readonly planes: Float32Array;
  readonly sizePx: number;
  /** Enlargement of a tile along each side. */
  readonly factor: number;
}

function paste(rgba: Uint8Array, widthPx: number, { planes, sizePx, factor }: Tile, left: number, top: number): void {
  const [pixels, tilePx] = [sizePx * sizePx, factor * sizePx];
  for (let y = 0; y < tilePx; y += 1)
    for (let x = 0; x < tilePx; x += 1) {
      const pixel = Math.floor(y / factor) * sizePx + Math.floor(x / factor);
      const isDark = (Math.floor(x / checkPx) + Math.floor(y / checkPx)) % 2 === 1;
      const paper = (1 - planes[3 * pixels + pixel]!) * (isDark ? darkShade : lightShade);
      const at = ((top + y) * widthPx + left + x) * 4;
      for (let channel = 0; channel < 3; channel += 1)
        rgba[at + channel] = Math.round(255 * Math.min(1, Math.max(0, planes[channel * pixels + pixel]! + paper)));
    }
}
