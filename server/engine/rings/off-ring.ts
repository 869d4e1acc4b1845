/** A drawing read within a ring (ring.ts), and taken out of it. Pure; planes are premultiplied RGBA [4, sizePx, sizePx]. */
import { depthsIn } from "../pixels/ground/depths.ts";
import type { Drawing, Ink } from "../pixels/ink-colour.ts";
import { outOfPlace } from "../pixels/resample-square.ts";
import { enclosedBy } from "./enclosed.ts";
import { inkAt, inksAt, medianInk, visibleFrom } from "./paints.ts";
import { areAlike, type Ring, type RingShape } from "./ring.ts";

/** Alpha of pixels that are the ring, and of those that have nothing of it. */
const [coreFrom, clearTo] = [0.85, 0.05] as const;
/** Shares: of the ring that has its colour, of all ink that may lie outside, of the pixels beside it that are empty, or filled. */
const [ringLeast, outsideMost, besideLeast] = [0.9, 0.02, 0.7] as const;
/** Depths within of the pixels beside it. */
const [besideFrom, besideTo] = [1.5, 3.5] as const;

/** Pixels of a ring and around it. */
interface Places {
  readonly core: readonly number[];
  /** Within it, near its edge. */
  readonly beside: readonly number[];
  readonly outside: readonly number[];
  /** 1 where pixels within have nothing of the ring. */
  readonly isClear: Uint8Array;
  /** Of each pixel the nearest that is clear. */
  readonly nearest: Int32Array;
}

const known = new WeakMap<Float32Array, Places>();

function placesOf({ mask, sizePx }: RingShape): Places {
  const before = known.get(mask);
  if (before) return before;
  const enclosed = enclosedBy(mask, sizePx);
  const isClear = enclosed.map((one, at) => Number(one === 1 && mask[at]! < clearTo));
  const depths = depthsIn(Float32Array.from(isClear));
  const all = [...mask.keys()];
  const places = {
    core: all.filter((at) => mask[at]! >= coreFrom),
    beside: all.filter((at) => depths[at]! >= besideFrom && depths[at]! <= besideTo),
    outside: all.filter((at) => enclosed[at] === 0 && mask[at]! < clearTo),
    isClear,
    nearest: nearestOf(isClear, sizePx),
  };
  known.set(mask, places);
  return places;
}

function nearestOf(isClear: Uint8Array, sizePx: number): Int32Array {
  const nearest = Int32Array.from(isClear, (clear, at) => (clear === 1 ? at : -1));
  const reached = [...isClear.keys()].filter((at) => isClear[at] === 1);
  for (const at of reached)
    for (const near of [at - 1, at + 1, at - sizePx, at + sizePx]) {
      const isSameRow = Math.abs((near % sizePx) - (at % sizePx)) <= 1;
      if (near < 0 || near >= nearest.length || nearest[near] !== -1 || !isSameRow) continue;
      nearest[near] = nearest[at]!;
      reached.push(near);
    }
  return nearest;
}

/** The colour that a drawing's ring has; undefined where it does not lie within such a ring. */
export function inkOfRing({ planes, sizePx }: Drawing, shape: RingShape): Ink | undefined {
  if (sizePx !== shape.sizePx) return undefined;
  const { core, beside, outside } = placesOf(shape);
  const inks = inksAt(planes, core);
  if (inks.length < ringLeast * core.length) return undefined;
  const ink = medianInk(inks);
  if (inks.filter((one) => areAlike(one, ink)).length < ringLeast * core.length) return undefined;
  const alphas = planes.subarray(3 * sizePx ** 2);
  const sumOf = (pixels: Iterable<number>): number => {
    let sum = 0;
    for (const at of pixels) sum += alphas[at]!;
    return sum;
  };
  if (sumOf(outside) > outsideMost * sumOf(alphas.keys())) return undefined;
  const isAsBeside = (at: number): boolean => {
    const own = inkAt(planes, at);
    return shape.isFilled ? own !== undefined && !areAlike(own, ink) : own === undefined;
  };
  return beside.filter(isAsBeside).length < besideLeast * beside.length ? undefined : ink;
}

/** What lies within a ring, where it lies; what fills it goes on where the ring was. */
export function withinRing({ planes, sizePx }: Drawing, shape: RingShape): Float32Array {
  const { isClear, nearest } = placesOf(shape);
  const [pixels, alone] = [sizePx ** 2, new Float32Array(planes.length)];
  for (let at = 0; at < pixels; at += 1) {
    const from = isClear[at] === 1 ? at : nearest[at]!;
    if (from !== at && !shape.isFilled) continue;
    const alpha = planes[3 * pixels + from]!;
    // Its outer edge is what the whole had.
    const share = from === at ? 1 : alpha < visibleFrom ? 0 : planes[3 * pixels + at]! / alpha;
    for (let channel = 0; channel < 4 * pixels; channel += pixels)
      alone[channel + at] = share * planes[channel + from]!;
  }
  return alone;
}

/** A drawing that lies within a ring (`inkOfRing`) without it, as large as drawings usually are. */
export function offRing(drawing: Drawing, ring: Ring): Float32Array {
  const alone = withinRing(drawing, ring);
  return ring.isFilled ? alone : outOfPlace(alone, ring, drawing.sizePx);
}

/** A drawing without the first ring that it lies within, and that ring in the drawing's colour. */
export function apartFromRing(
  drawing: Drawing,
  rings: readonly Ring[],
): { readonly drawing: Drawing; readonly ring?: Ring | undefined } {
  for (const ring of rings) {
    const ink = inkOfRing(drawing, ring);
    if (!ink) continue;
    const alone = { planes: offRing(drawing, ring), sizePx: drawing.sizePx };
    return { drawing: alone, ring: { ...ring, looks: [{ ground: ink, on: [] }] } };
  }
  return { drawing };
}
