/** Flat paints that nearly all drawings of a style show: what a layer behind all of them may have. Pure. */
import type { Drawing } from "../ink-colour.ts";
import type { FlatPaint } from "./apart.ts";

/** Difference of a channel of neighbours in a flat area, and of pixels of one paint. */
const [evenWithin, sameWithin] = [0.04, 0.08];
/** Alpha of a paint; fainter ones are edges. */
const alphaLeast = 0.08;
/** Steps of a channel by which paints are counted. */
const steps = 12;
/** Share of the drawings that must show a paint, and of each the pixels that do. */
const [drawingsLeast, pixelsLeast] = [0.85, 8];
const paintsMost = 4;

interface Cell {
  readonly sums: [number, number, number, number];
  count: number;
  readonly perDrawing: Uint32Array;
}

/** The most frequent first. */
export function commonPaints(drawings: readonly Drawing[]): FlatPaint[] {
  const cells = new Map<number, Cell>();
  for (const [index, drawing] of drawings.entries()) countIn(drawing, index, drawings.length, cells);
  const found: Array<{ readonly paint: readonly number[]; readonly count: number }> = [];
  const sorted = [...cells.values()].sort((one, other) => other.count - one.count).slice(0, 64);
  for (const { sums, count } of sorted) {
    const paint = sums.map((sum) => sum / count);
    const isNear = ({ sums: others, count: of }: Cell): boolean =>
      others.every((sum, channel) => Math.abs(sum / of - paint[channel]!) <= sameWithin);
    if (found.some((other) => other.paint.every((value, channel) => Math.abs(value - paint[channel]!) <= sameWithin)))
      continue;
    const near = [...cells.values()].filter(isNear);
    const shown = Array.from({ length: drawings.length }, (_, at) =>
      near.reduce((sum, { perDrawing }) => sum + perDrawing[at]!, 0),
    ).filter((pixels) => pixels >= pixelsLeast);
    if (shown.length >= drawingsLeast * drawings.length) found.push({ paint, count });
    if (found.length === paintsMost) break;
  }
  return found.map(({ paint: [red, green, blue, alpha] }) => ({
    ink: [Math.min(1, red! / alpha!), Math.min(1, green! / alpha!), Math.min(1, blue! / alpha!)],
    alpha: alpha! > 0.97 ? 1 : alpha!,
  }));
}

/** Counts pixels that are like both neighbours along a row or a column. */
function countIn({ planes, sizePx }: Drawing, index: number, drawings: number, cells: Map<number, Cell>): void {
  const pixels = sizePx ** 2;
  const isLike = (at: number, near: number): boolean => {
    for (let channel = 0; channel < 4; channel += 1)
      if (Math.abs(planes[channel * pixels + at]! - planes[channel * pixels + near]!) > evenWithin) return false;
    return true;
  };
  for (let y = 1; y < sizePx - 1; y += 1)
    for (let x = 1; x < sizePx - 1; x += 1) {
      const at = y * sizePx + x;
      if (planes[3 * pixels + at]! < alphaLeast) continue;
      const isFlat = (isLike(at, at - 1) && isLike(at, at + 1)) || (isLike(at, at - sizePx) && isLike(at, at + sizePx));
      if (!isFlat) continue;
      let key = 0;
      for (let channel = 0; channel < 4; channel += 1)
        key = key * steps + Math.min(steps - 1, Math.floor(planes[channel * pixels + at]! * steps));
      let cell = cells.get(key);
      if (!cell) {
        cell = { sums: [0, 0, 0, 0], count: 0, perDrawing: new Uint32Array(drawings) };
        cells.set(key, cell);
      }
      cell.count += 1;
      cell.perDrawing[index]! += 1;
      for (let channel = 0; channel < 4; channel += 1) cell.sums[channel]! += planes[channel * pixels + at]!;
    }
}

/** Share of what is seen of a paint from each side of the picture along rows and columns, where something is drawn at all. */
export interface Sides {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Alpha, as a share of a paint's, from which on it is there; the pixel behind the first one is no edge any more. */
const thereFrom = 0.6;

/** Means over all drawings. */
export function sidesOf(drawings: readonly Drawing[], { ink, alpha }: FlatPaint): Sides {
  const seen = (isAlongRows: boolean, isFromEnd: boolean): number =>
    drawings.reduce((sum, { planes, sizePx }) => {
      const pixels = sizePx ** 2;
      const placeOf = (ray: number, step: number): number => {
        const along = isFromEnd ? sizePx - 1 - step : step;
        return isAlongRows ? ray * sizePx + along : along * sizePx + ray;
      };
      let [hits, rays] = [0, 0];
      for (let ray = 0; ray < sizePx; ray += 1) {
        let step = 0;
        while (step < sizePx && planes[3 * pixels + placeOf(ray, step)]! < thereFrom * alpha) step += 1;
        if (step >= sizePx - 1) continue;
        const at = placeOf(ray, step + 1);
        rays += 1;
        let apart = Math.abs(planes[3 * pixels + at]! - alpha);
        for (const [channel, value] of ink.entries())
          apart = Math.max(apart, Math.abs(planes[channel * pixels + at]! - value * alpha));
        if (apart <= sameWithin) hits += 1;
      }
      return sum + hits / Math.max(1, rays) / drawings.length;
    }, 0);
  return { left: seen(true, false), top: seen(false, false), right: seen(true, true), bottom: seen(false, true) };
}
