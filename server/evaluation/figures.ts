/**
 * The images of a report: sheets of tiles as PNG, curves as SVG. Tiles lie on a light checkerboard, so that transparency shows
 * and neither white nor black images vanish.
 */
import { encodePng } from "../images/codec.ts";

/** Tiles of a sheet by row; an undefined one stays empty. Premultiplied planes [4, size, size]. */
export type Tiles = ReadonlyArray<ReadonlyArray<Float32Array | undefined>>;

const gapPx = 4;
const [lightShade, darkShade] = [1, 0.94];
const checkPx = 8;

/** A PNG of rows of tiles. @param gapAfter columns after which a wider gap separates groups */
export async function tileSheet(tiles: Tiles, sizePx: number, gapAfter: readonly number[] = []): Promise<Uint8Array> {
  const columns = Math.max(1, ...tiles.map((row) => row.length));
  const leftOf = (column: number): number =>
    gapPx + column * (sizePx + gapPx) + 3 * gapPx * gapAfter.filter((after) => after < column).length;
  const [widthPx, heightPx] = [leftOf(columns - 1) + sizePx + gapPx, gapPx + tiles.length * (sizePx + gapPx)];
  const rgba = new Uint8Array(widthPx * heightPx * 4).fill(255);
  for (const [row, line] of tiles.entries())
    for (const [column, planes] of line.entries())
      if (planes) paste(rgba, widthPx, planes, sizePx, leftOf(column), gapPx + row * (sizePx + gapPx));
  return encodePng(rgba, widthPx, heightPx);
}

function paste(
  rgba: Uint8Array,
  widthPx: number,
  planes: Float32Array,
  sizePx: number,
  left: number,
  top: number,
): void {
  const pixels = sizePx * sizePx;
  for (let pixel = 0; pixel < pixels; pixel += 1) {
    const [x, y] = [pixel % sizePx, Math.floor(pixel / sizePx)];
    const isDark = (Math.floor(x / checkPx) + Math.floor(y / checkPx)) % 2 === 1;
    const paper = (1 - planes[3 * pixels + pixel]!) * (isDark ? darkShade : lightShade);
    const at = ((top + y) * widthPx + left + x) * 4;
    for (let channel = 0; channel < 3; channel += 1)
      rgba[at + channel] = Math.round(255 * Math.min(1, Math.max(0, planes[channel * pixels + pixel]! + paper)));
  }
}

export interface Curve {
  readonly label: string;
  readonly points: ReadonlyArray<readonly [x: number, y: number]>;
}

const colours = ["#1f6feb", "#d1242f", "#1a7f37", "#8250df"];
const [chartWidth, chartHeight, marginLeft, marginRight, marginTop, marginBottom] = [520, 280, 56, 16, 28, 40];

/** A line chart as SVG: axes from the data, one colour a curve, values written at its points. */
export function curveChart(curves: readonly Curve[], xLabel: string, yLabel: string): string {
  const points = curves.flatMap((curve) => curve.points);
  const [x, y] = [extent(points.map(([value]) => value)), extent(points.map(([, value]) => value))];
  const left = (value: number): number =>
    marginLeft + ((value - x.low) / (x.high - x.low)) * (chartWidth - marginLeft - marginRight);
  const top = (value: number): number =>
    chartHeight - marginBottom - ((value - y.low) / (y.high - y.low)) * (chartHeight - marginTop - marginBottom);
  const text = (atX: number, atY: number, content: string, anchor = "middle", fill = "#444"): string =>
    `<text x="${atX.toFixed(1)}" y="${atY.toFixed(1)}" text-anchor="${anchor}" fill="${fill}">${escapeXml(content)}</text>`;
  const axis = `<path d="M${marginLeft} ${marginTop}V${chartHeight - marginBottom}H${chartWidth - marginRight}" fill="none" stroke="#999"/>`;
  const drawn = curves.flatMap(({ label, points: own }, index) => {
    const colour = colours[index % colours.length]!;
    const line = own.map(([atX, atY]) => `${left(atX).toFixed(1)},${top(atY).toFixed(1)}`).join(" ");
    return [
      `<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...own.map(
        ([atX, atY]) =>
          `<circle cx="${left(atX).toFixed(1)}" cy="${top(atY).toFixed(1)}" r="3" fill="${colour}"/>${text(left(atX), top(atY) - 7, shown(atY), "middle", colour)}`,
      ),
      text(marginLeft + 8, marginTop + 14 * index, label, "start", colour),
    ];
  });
  const ticks = [...new Set(points.map(([value]) => value))].map((value) =>
    text(left(value), chartHeight - marginBottom + 15, shown(value)),
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${chartWidth}" height="${chartHeight}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    axis,
    ...ticks,
    text(marginLeft - 6, top(y.low) + 4, shown(y.low), "end"),
    text(marginLeft - 6, top(y.high) + 4, shown(y.high), "end"),
    text(chartWidth / 2, chartHeight - 8, xLabel),
    text(marginLeft, marginTop - 12, yLabel, "start"),
    ...drawn,
    "</svg>\n",
  ].join("\n");
}

/** Lowest and highest value with some air, never equal. */
function extent(values: readonly number[]): { readonly low: number; readonly high: number } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const air = high > low ? 0.1 * (high - low) : 0.5;
  return { low: low - air, high: high + air };
}

const shown = (value: number): string => String(Number(value.toPrecision(3)));

const escapeXml = (text: string): string => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
