/**
 * Widths of strokes as a designer would set them, for drawings in the units of a grid: strokes of one drawing that are nearly alike get one width,
 * and each width is a round number where that changes it little. Pure.
 */

interface Stroked {
  /** Of the picture that it takes. */
  readonly share: number;
  readonly stroke?: { readonly widthPx: number };
}

/** Strokes whose widths differ by less, as a share of the thinner one, are alike. */
const alikeWithin = 0.06;
/** Round numbers, in units, the coarsest first: halves and quarters are what designers set, tenths are too coarse for a grid of few units. */
const [steps, fineSteps] = [
  [0.5, 0.25, 0.1, 0.05, 0.01],
  [0.5, 0.25, 0.05, 0.01],
] as const;
/** Units of a view box from which on tenths are fine enough. */
const tenthsFrom = 48;
/** By how much of itself a width may change to become round. */
const roundWithin = 0.03;

/** The round number that a width nearly is. @param width in units of the view box @param viewBox its side */
export function roundWidth(width: number, viewBox: number): number {
  for (const step of viewBox < tenthsFrom ? fineSteps : steps) {
    const round = Number((Math.round(width / step) * step).toFixed(2));
    if (round > 0 && Math.abs(round - width) <= roundWithin * width) return round;
  }
  return Math.max(steps.at(-1)!, Number(width.toFixed(2)));
}

/**
 * The same layers with widths of strokes that are even and round.
 * @param unitsPerPx from the layers' pixels to units of the view box
 */
export function withEvenWidths<Layer extends Stroked>(layers: readonly Layer[], unitsPerPx: number, viewBox: number) {
  const strokes = layers
    .flatMap(({ share, stroke }) => (stroke ? [{ share, width: stroke.widthPx * unitsPerPx }] : []))
    .sort((one, two) => one.width - two.width);
  const widths = new Map<number, number>();
  for (let from = 0; from < strokes.length; ) {
    const most = strokes[from]!.width * (1 + alikeWithin);
    const alike = strokes.slice(from).filter(({ width }) => width <= most);
    // What most of the drawing has stands for all.
    const { width } = alike.reduce((main, other) => (other.share > main.share ? other : main));
    for (const own of alike) widths.set(own.width, roundWidth(width, viewBox));
    from += alike.length;
  }
  return layers.map((layer): Layer => {
    if (!layer.stroke) return layer;
    const widthPx = widths.get(layer.stroke.widthPx * unitsPerPx)! / unitsPerPx;
    return { ...layer, stroke: { ...layer.stroke, widthPx } };
  });
}
