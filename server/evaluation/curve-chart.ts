/** Line charts of a report as SVG: axes with round numbers, one colour a curve. No dependencies. */

export interface Curve {
  readonly label: string;
  readonly points: ReadonlyArray<readonly [x: number, y: number]>;
}

const colours = ["#1f6feb", "#d1242f", "#1a7f37", "#8250df"];
const [width, height] = [520, 280];
const frame = { left: 52, right: 20, top: 34, bottom: 40 };
/** Approximate number of steps of the vertical axis. */
const stepsWanted = 5;

/** A chart of curves over one axis. Values are written at the points; several curves get a legend beside the title. */
export function curveChart(curves: readonly Curve[], xLabel: string, yLabel: string): string {
  const points = curves.flatMap((curve) => curve.points);
  const [x, ticks] = [extent(points.map(([value]) => value)), roundTicks(points.map(([, value]) => value))];
  const y = { low: ticks[0]!, high: ticks.at(-1)! };
  const left = (value: number): number =>
    frame.left + ((value - x.low) / (x.high - x.low)) * (width - frame.left - frame.right);
  const top = (value: number): number =>
    height - frame.bottom - ((value - y.low) / (y.high - y.low)) * (height - frame.top - frame.bottom);
  const text = (atX: number, atY: number, content: string, anchor = "middle", fill = "#444"): string =>
    `<text x="${atX.toFixed(1)}" y="${atY.toFixed(1)}" text-anchor="${anchor}" fill="${fill}">${escapeXml(content)}</text>`;
  const grid = ticks.flatMap((value) => [
    `<path d="M${frame.left} ${top(value).toFixed(1)}H${width - frame.right}" stroke="#e3e5e8"/>`,
    text(frame.left - 8, top(value) + 4, shown(value), "end"),
  ]);
  const drawn = curves.flatMap(({ label, points: own }, index) => {
    const colour = colours[index % colours.length]!;
    const line = own.map(([atX, atY]) => `${left(atX).toFixed(1)},${top(atY).toFixed(1)}`).join(" ");
    return [
      `<polyline points="${line}" fill="none" stroke="${colour}" stroke-width="2"/>`,
      ...own.map(
        ([atX, atY]) =>
          `<circle cx="${left(atX).toFixed(1)}" cy="${top(atY).toFixed(1)}" r="3" fill="${colour}"/>${text(left(atX), top(atY) - 8, shown(atY), "middle", colour)}`,
      ),
      ...(curves.length > 1 ? [text(width - frame.right, 20 + 14 * index, label, "end", colour)] : []),
    ];
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...grid,
    ...[...new Set(points.map(([value]) => value))].map((value) =>
      text(left(value), height - frame.bottom + 16, shown(value)),
    ),
    text((frame.left + width - frame.right) / 2, height - 8, xLabel),
    text(8, 16, yLabel, "start"),
    ...drawn,
    "</svg>\n",
  ].join("\n");
}

/** The lowest and highest value with a margin; never equal. */
function extent(values: readonly number[]): { readonly low: number; readonly high: number } {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const air = high > low ? 0.06 * (high - low) : 0.5;
  return { low: low - air, high: high + air };
}

/** Multiples of 1, 2 or 5 · 10ⁿ that enclose the values and leave space for their labels; ascending, at least two. */
function roundTicks(values: readonly number[]): number[] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const span = high - low || Math.abs(high) || 1;
  const power = 10 ** Math.floor(Math.log10(span / stepsWanted));
  const step = [1, 2, 5, 10].find((factor) => factor * power * stepsWanted >= span)! * power;
  const first = Math.floor(low / step);
  const last = Math.ceil((high + 0.15 * span) / step);
  return Array.from({ length: Math.max(2, last - first + 1) }, (_, at) => (first + at) * step);
}

const shown = (value: number): string => String(Number(value.toPrecision(3)));

export const escapeXml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
