/**
 * How well one shift explains where a paint lies in a style's drawings (hard-shadow.ts). Searched coarsely on few drawings first, so
 * that what is no shadow takes little time. Pure.
 */
import { labOfInk } from "../../areas/lab-of-ink.ts";
import { averageAreas } from "../areas.ts";
import type { Drawing } from "../ink-colour.ts";
import { type Apart, type FlatPaint, separated } from "./apart.ts";
import { awayFrom, type CoverShape, coverOfLayer, grown, moved, withoutHoles } from "./cover.ts";
import { sidesOf } from "./paints.ts";

/** Share of a shadow's side that is seen from there, and how much more than from the other side. */
const [seenLeast, moreLeast] = [0.45, 0.3];
/** The farthest that it is moved, of the side. */
const farthest = 0.1;
/** Share of a margin that is seen from each side, its lightness in OKLab, and its widths: in pixels from, by steps, and of the side at most. */
const [aroundLeast, marginLightness] = [0.8, 0.92];
const [narrowestPx, marginStepPx, widestMargin] = [1.5, 0.5, 0.09];
/** How well a shadow without holes must be explained, so that one with holes filled is not tried. */
const surely = 0.85;
/** Drawings that are looked at first, and what must be explained of them; and drawings that a shift is fitted to in parts of a pixel. */
const [firstMost, firstLeast, fittedMost] = [4, 0.4, 6];

export interface Fit {
  readonly shape: CoverShape;
  /** Of each drawing: what the shadow explains, of what shows it or should. */
  readonly explained: readonly number[];
}

/** A drawing without a paint, and what shows it. */
interface Seen {
  readonly sizePx: number;
  /** Alpha of the drawing. */
  readonly silhouette: Float32Array;
  /** Share of each pixel that shows the shadow, and that could. */
  readonly layer: Float32Array;
  readonly free: Float32Array;
}

/** A shift, and the mean of what it explains. */
type Found = Omit<CoverShape, "isFilled"> & { readonly explained: number };

/** Undefined where the paint lies otherwise. @param apartOf a drawing and the paint, seen apart */
export function fitOf(
  drawings: readonly Drawing[],
  paint: FlatPaint,
  apartOf: (drawing: Drawing) => Apart,
): Fit | undefined {
  const { left, top, right, bottom } = sidesOf(drawings, paint);
  const [toRight, toBottom] = [right - left, bottom - top];
  const isMoved =
    Math.max(left, top, right, bottom) >= seenLeast && Math.max(Math.abs(toRight), Math.abs(toBottom)) >= moreLeast;
  if (Math.min(left, top, right, bottom) >= aroundLeast && isMarginPaint(paint))
    return marginOf(drawings.map((drawing) => seenOf(drawing, paint, apartOf(drawing))));
  if (!isMoved) return undefined;
  const shapeOf = (seen: readonly Seen[]): Found => shiftOf(seen, toRight, toBottom);
  const seen = drawings.slice(0, firstMost).map((drawing) => seenOf(drawing, paint, apartOf(drawing)));
  let best = { isFilled: false, ...shapeOf(seen) };
  if (best.explained < surely) {
    const filled = { isFilled: true, ...shapeOf(seen.map(filledOf)) };
    if (filled.explained > best.explained) best = filled;
  }
  if (best.explained < firstLeast) return undefined;
  const all = [...seen, ...drawings.slice(firstMost).map((drawing) => seenOf(drawing, paint, apartOf(drawing)))];
  const { isFilled } = best;
  const { explained: _, ...found } = shapeOf(isFilled ? all.map(filledOf) : all);
  const shape = { ...found, isFilled };
  return { shape, explained: all.map((one) => explainedBy(coverOfLayer(one.silhouette, shape), one)) };
}

/** Whether a paint is that of a sticker's margin: what is darker around a drawing is a line. */
const isMarginPaint = ({ ink, alpha }: FlatPaint): boolean => alpha === 1 && labOfInk(ink)[0] >= marginLightness;

/** The width by which a margin goes around drawings, and their holes too if that explains more. */
function marginOf(all: readonly Seen[]): Fit {
  const { sizePx } = all[0]!;
  const widest = widestMargin * sizePx;
  let best: Fit = { shape: { isFilled: false, right: 0, down: 0 }, explained: [0] };
  for (const isFilled of [false, true]) {
    const some = isFilled ? all.map(filledOf) : all;
    const away = some.map(({ silhouette }) => awayFrom(silhouette, sizePx, widest));
    for (let width = narrowestPx; width <= widest; width += marginStepPx) {
      const shape = { isFilled, right: 0, down: 0, around: width / sizePx };
      const explained = some.map((one, at) => explainedBy(grown(one.silhouette, sizePx, width, away[at]), one));
      if (meanOf(explained) > meanOf(best.explained)) best = { shape, explained };
    }
  }
  return best;
}

const filledOf = (seen: Seen): Seen => ({ ...seen, silhouette: withoutHoles(seen.silhouette, seen.sizePx) });

function seenOf(drawing: Drawing, paint: FlatPaint, first: Apart): Seen {
  const { sizePx } = drawing;
  const owns = new Set(first.fills.flat());
  const { planes, layer } = owns.size === 0 ? first : separated(drawing, paint, (at) => owns.has(at));
  const silhouette = planes.subarray(3 * sizePx ** 2);
  return { sizePx, silhouette, layer, free: silhouette.map((alpha, at) => (owns.has(at) ? 0 : 1 - alpha)) };
}

/** Intersection over union of the shadow with what is expected where the drawing leaves it free. */
export function explainedBy(expected: Float32Array, { layer, free }: Pick<Seen, "layer" | "free">): number {
  let [both, either] = [0, 0];
  for (let at = 0; at < layer.length; at += 1) {
    const [wanted, seen] = [expected[at]! * free[at]!, layer[at]!];
    both += Math.min(wanted, seen);
    either += Math.max(wanted, seen);
  }
  return either === 0 ? 0 : both / either;
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** By a search in pixels of a half size, and a finer one around what it finds. @param toRight how much more of it is seen there than from the left */
function shiftOf(seen: readonly Seen[], toRight: number, toBottom: number): Found {
  const { sizePx } = seen[0]!;
  const side = sizePx / 2;
  const shrunk = (plane: Float32Array): Float32Array => averageAreas(plane, sizePx, side);
  const small = seen.map(({ silhouette, layer, free }) => ({
    sizePx: side,
    silhouette: shrunk(silhouette),
    layer: shrunk(layer),
    free: shrunk(free),
  }));
  let best = { x: 0, y: 0, value: -1 };
  const tryAt = (some: readonly Seen[], x: number, y: number): void => {
    const value = meanOf(some.map((one) => explainedBy(moved(one.silhouette, one.sizePx, x, y), one)));
    if (value > best.value) best = { x, y, value };
  };
  for (const y of stepsTowards(toBottom, farthest * side))
    for (const x of stepsTowards(toRight, farthest * side)) tryAt(small, x, y);
  const fitted = seen.slice(0, fittedMost);
  best = { x: 2 * best.x, y: 2 * best.y, value: -1 };
  for (const step of [1, 0.5, 0.25]) {
    const { x, y } = best;
    for (const down of [0, -step, step]) for (const right of [0, -step, step]) tryAt(fitted, x + right, y + down);
  }
  return { right: best.x / sizePx, down: best.y / sizePx, explained: best.value };
}

/** Whole numbers from 0 on towards a side, or a few around 0 where none is favoured. */
function stepsTowards(side: number, most: number): number[] {
  if (Math.abs(side) < moreLeast) return [-2, -1, 0, 1, 2];
  return Array.from({ length: Math.floor(most) + 1 }, (_, at) => Math.sign(side) * at);
}
