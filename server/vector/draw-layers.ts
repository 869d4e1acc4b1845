/**
 * Areas of inks → layers of paths. An ink that is lines of one width becomes strokes, which lie on all others; what else it has, and all others, become outlines, each
 * going on beneath the next.
 */
import type { VectorLayer } from "../../shared/contract/vectors.ts";
import { limits } from "../../shared/limits.ts";
import type { Point } from "../../shared/vectors/vector-path.ts";
import type { Pixels } from "../engine/interfaces.ts";
import { areaOf, type Outline, outlinesOf } from "../engine/outlines/contours.ts";
import { type Fit, fitOutline } from "./curves/fit.ts";
import { blur, isCovered } from "./layers.ts";
import type { Memberships } from "./memberships.ts";
import { type Strokes, strokesOf } from "./strokes/strokes-of.ts";
import type { Layer } from "./svg-text.ts";

/** Layers of a picture, lowest first. */
export interface Traced extends Pick<Pixels, "widthPx" | "heightPx"> {
  readonly layers: readonly TracedLayer[];
  readonly memberships: Memberships;
  /** Outlines beyond the most that a vector has. */
  readonly leftOutCount: number;
}

export interface TracedLayer extends Layer {
  /** Of the picture that it takes. */
  readonly share: number;
  /** Its nodes are those of a drawing that was given. */
  readonly isOwn?: boolean;
}

/** An ink and where it is. */
export interface InkToDraw extends Pick<Layer, "name" | "hex" | "gradient" | "opacity" | "blurPx"> {
  /** [height, width], 1 where it is and where it goes on beneath others. */
  readonly field: Float32Array;
  /** Of the picture that shows it. */
  readonly share: number;
  readonly strokes: Strokes | undefined;
  /** Whether other layers lie over a point. */
  readonly isHidden: (point: Point) => boolean;
}

interface Drawing {
  readonly widthPx: number;
  /** Least area of an outline. */
  readonly leastPx: number;
  /** How heavy the middle is in the mean by which fields are smoothed. */
  readonly middle: number;
  readonly fit: Fit;
}

/** What a picture's inks have as strokes, and the order in which they lie: strokes on all else. */
export interface Stacking {
  readonly strokes: ReadonlyArray<Strokes | undefined>;
  /** Indices of inks, the lowest first. */
  readonly order: readonly number[];
  /** The place of an ink in that order; −1 for none. */
  readonly placeOf: (ink: number) => number;
}

/** Pixels where lines of two colours meet, by their width, from which on they lie beside each other. */
const besideTimes = 2;
/** How far above the picture's tolerance the middles of lines may be fitted: what is drawn is compared with what is there. */
const strokeTimes = 1.5;

/**
 * @param planes of inks, without that of what is outside
 * @param about `linePx`: the width that lines are meant to have, if that is known; `isClean`: edges are where they were drawn; `mayBeStrokes`: gradients stay outlines, for editors place them in the box of a path
 */
export function stackingOf(
  planes: readonly Float32Array[],
  about: {
    readonly widthPx: number;
    readonly fit: Fit;
    readonly linePx: number | undefined;
    readonly isClean?: boolean;
    readonly mayBeStrokes: (ink: number) => boolean;
  },
): Stacking {
  const fit = { ...about.fit, tolerancePx: strokeTimes * about.fit.tolerancePx };
  const found = planes.map((plane, ink) => (about.mayBeStrokes(ink) ? strokesOf(plane, { ...about, fit }) : undefined));
  // Between lines of two colours beside each other a seam would show: the first go on beneath the others, as outlines.
  const strokes = found.map((own, ink) =>
    own &&
    found.some((other, above) => above > ink && other && meetAlong(planes[ink]!, planes[above]!, about.widthPx, own))
      ? undefined
      : own,
  );
  const order = [...planes.keys()].sort((one, other) => Number(!!strokes[one]) - Number(!!strokes[other]));
  const places = order.map((_, ink) => order.indexOf(ink));
  return { strokes, order, placeOf: (ink) => places[ink] ?? -1 };
}

/** Whether two inks meet along more than where lines cross. */
function meetAlong(one: Float32Array, other: Float32Array, widthPx: number, { groups }: Strokes): boolean {
  let met = 0;
  for (let at = 2 * widthPx; at < one.length - 2 * widthPx; at += 1)
    if (one[at]! >= 0.5 && [-2, 2, -2 * widthPx, 2 * widthPx].some((step) => other[at + step]! >= 0.5)) met += 1;
  return met > besideTimes * (groups[0]?.widthPx ?? 0);
}

/** All inks in their order, none as strokes. */
export const asOutlines = (count: number): Stacking => {
  const order = Array.from({ length: count }, (_, ink) => ink);
  return { strokes: [], order, placeOf: (ink) => ink };
};

/** @param inks the lowest first */
export function drawLayers(
  inks: readonly InkToDraw[],
  { widthPx, leastPx, middle, fit }: Drawing,
): Pick<Traced, "layers" | "leftOutCount"> {
  const fields = inks.map(({ field, strokes }) => strokes?.left ?? field);
  const { kept, leftOutCount } = largestOutlines(fields, { widthPx, leastPx, middle });
  const layers = inks.flatMap(({ field: _, strokes, isHidden, name, share, ...ink }, index): TracedLayer[] => {
    const own = kept.filter((outline) => outline.ink === index);
    const outlines = own.map(({ outline }) => fitOutline(outline, fit, strokes ? () => false : isHidden));
    if (!strokes) return outlines.length === 0 ? [] : [{ ...ink, name, share, outlines }];
    const filled = shareOf(strokes.left);
    const all = strokes.groups.reduce((sum, { paths }) => sum + paths.length, 0);
    const lines = strokes.groups.map(({ paths, ...stroke }, group): TracedLayer => {
      const own = ((share - filled) * paths.length) / all;
      return { ...ink, name: group === 0 ? name : `${name} lines ${group + 1}`, share: own, outlines: paths, stroke };
    });
    return outlines.length === 0 ? lines : [{ ...ink, name: `${name} fill`, share: filled, outlines }, ...lines];
  });
  return { layers, leftOutCount };
}

/** What a vector says of a layer. */
export const aboutLayer = (
  { name, hex, gradient, share, outlines, stroke }: TracedLayer,
  scale: number,
): VectorLayer => ({
  name,
  hex,
  isGradient: gradient !== undefined,
  share,
  outlineCount: outlines.length,
  ...(stroke && { strokePx: Number((stroke.widthPx * scale).toFixed(6)) }),
});

/** Mean of a plane. */
export const shareOf = (plane: Float32Array): number => plane.reduce((sum, own) => sum + own, 0) / plane.length;

export const hiddenTest =
  (memberships: Memberships, ink: number, widthPx: number) =>
  (point: Point): boolean =>
    isCovered(memberships, ink, widthPx, point);

interface InkOutline {
  readonly ink: number;
  readonly outline: Outline;
  readonly areaPx: number;
}

/** Outlines of all fields, lowest layer first; of too many the largest. */
function largestOutlines(
  fields: readonly Float32Array[],
  { widthPx, middle, leastPx }: Pick<Drawing, "widthPx" | "middle" | "leastPx">,
): { kept: readonly InkOutline[]; leftOutCount: number } {
  const all = fields.flatMap((field, ink) =>
    outlinesOf(blur(field, widthPx, middle), widthPx)
      .map((outline): InkOutline => ({ ink, outline, areaPx: Math.abs(areaOf(outline)) }))
      .filter(({ areaPx }) => areaPx >= leastPx),
  );
  const most = limits.vectorOutlinesMax;
  const kept = new Set([...all].sort((one, two) => two.areaPx - one.areaPx).slice(0, most));
  return { kept: all.filter((outline) => kept.has(outline)), leftOutCount: all.length - kept.size };
}
