/** The ring that drawings have in common (ring.ts), found from the outer edge that they share inwards. Pure. */
import { depthsIn } from "../pixels/ground/depths.ts";
import { medianAlpha } from "../pixels/ground/parts.ts";
import type { Drawing, Ink } from "../pixels/ink-colour.ts";
import { boundsOf } from "../pixels/places.ts";
import { enclosedBy } from "./enclosed.ts";
import { inkAt, inksAt, medianInk, medianPaint, type Paint, paintAt, shareBetween, visibleFrom } from "./paints.ts";
import { areAlike, type RingShape } from "./ring.ts";

/** Fewer drawings may be alike by chance. */
const drawingsLeast = 4;

/** Of the picture's side: how large a ring is, and how broad at most. */
const [largeLeast, broadMost] = [0.6, 0.12] as const;
/** Of what its outer edge encloses, the share that is not the ring. */
const innerLeast = 0.4;
/** Depth of the pixels along the outer edge, and the share of them that must have one colour. */
const [edgePx, evenLeast] = [1.5, 0.8] as const;
/** Pixels by which its widths may differ, and the shares of them between which they must not. */
const [widthsWithin, lowest, highest] = [1.5, 0.05, 0.95] as const;
/** Pixels from its inner edge between which the colour of what it encloses is looked for. */
const [innerFrom, innerTo] = [1, 3] as const;

/** A drawing, and the colour that it has along the edge of all. */
interface Edged {
  readonly planes: Float32Array;
  readonly ink: Ink;
}

/** Undefined where too few drawings have one, or it is no closed line. @param shareLeast share of the drawings that must have it */
export function shapeInCommon(drawings: readonly Drawing[], shareLeast: number): RingShape | undefined {
  const sizePx = drawings[0]?.sizePx ?? 0;
  if (drawings.length < drawingsLeast || drawings.some((drawing) => drawing.sizePx !== sizePx)) return undefined;
  const alphas = medianAlpha(drawings);
  const enclosed = enclosedBy(alphas, sizePx);
  const box = boundsOf(sizePx, (at) => enclosed[at] === 1);
  if (!box || Math.max(box.right - box.left, box.bottom - box.top) < largeLeast * sizePx) return undefined;
  const depths = depthsIn(Float32Array.from(enclosed));
  const edge = [...enclosed.keys()].filter((at) => depths[at]! > 0 && depths[at]! <= edgePx);
  const edged = drawings.flatMap(({ planes }) => {
    const ink = evenInk(planes, edge);
    return ink ? [{ planes, ink }] : [];
  });
  if (edged.length < shareLeast * drawings.length) return undefined;
  const isRing = ringPixels(edged, edge, enclosed, sizePx, shareLeast * drawings.length);
  const width = widthOf(isRing, enclosed, depths, sizePx);
  if (width === undefined) return undefined;
  return softShape(edged, shareLeast, { alphas, depths, width, sizePx });
}

function evenInk(planes: Float32Array, edge: readonly number[]): Ink | undefined {
  const inks = inksAt(planes, edge);
  if (inks.length < evenLeast * edge.length) return undefined;
  const middle = medianInk(inks);
  const even = inks.filter((ink) => areAlike(ink, middle));
  return even.length < evenLeast * edge.length ? undefined : middle;
}

/** Pixels that hang together with the edge and have its colour in enough drawings. */
function ringPixels(
  edged: readonly Edged[],
  edge: readonly number[],
  enclosed: Uint8Array,
  sizePx: number,
  least: number,
): Uint8Array {
  const isAlike = (at: number): boolean => {
    let alike = 0;
    for (const { planes, ink } of edged) {
      const own = inkAt(planes, at);
      if (own && areAlike(own, ink)) alike += 1;
    }
    return alike >= least;
  };
  const isRing = new Uint8Array(enclosed.length);
  const reached = edge.filter(isAlike);
  for (const at of reached) isRing[at] = 1;
  for (const at of reached)
    for (const near of [at - 1, at + 1, at - sizePx, at + sizePx])
      if (enclosed[near] === 1 && isRing[near] === 0 && isAlike(near)) {
        isRing[near] = 1;
        reached.push(near);
      }
  return isRing;
}

/** Width of a closed line along the edge, in pixels; undefined where it is open, uneven or too broad. */
function widthOf(isRing: Uint8Array, enclosed: Uint8Array, depths: Float32Array, sizePx: number): number | undefined {
  const inner: number[] = [];
  for (const [at, ring] of isRing.entries())
    if (
      ring === 1 &&
      [at - 1, at + 1, at - sizePx, at + sizePx].some((near) => enclosed[near] === 1 && isRing[near] === 0)
    )
      inner.push(depths[at]!);
  if (inner.length === 0) return undefined;
  inner.sort((one, other) => one - other);
  const at = (share: number): number => inner[Math.round(share * (inner.length - 1))]!;
  const width = at(0.5);
  if (width > broadMost * sizePx || at(highest) - at(lowest) > widthsWithin) return undefined;
  let [all, within, outer, ringed] = [0, 0, 0, 0];
  for (const [pixel, isEnclosed] of enclosed.entries()) {
    if (isEnclosed === 0) continue;
    all += 1;
    if (depths[pixel]! > width + widthsWithin) within += 1;
    else if (depths[pixel]! <= width - 1 || depths[pixel]! <= 1) {
      outer += 1;
      ringed += isRing[pixel]!;
    }
  }
  return within < innerLeast * all || ringed < highest * outer ? undefined : width;
}

/** The ring with soft edges, by what most drawings show. */
function softShape(
  edged: readonly Edged[],
  shareLeast: number,
  about: {
    readonly alphas: Float32Array;
    readonly depths: Float32Array;
    readonly width: number;
    readonly sizePx: number;
  },
): RingShape | undefined {
  const { alphas, depths, width, sizePx } = about;
  const band = [...depths.keys()].filter((at) => depths[at]! >= width + innerFrom && depths[at]! <= width + innerTo);
  const ways = edged.map(({ planes, ink }) => ({
    planes,
    from: medianPaint(band.map((at) => paintAt(planes, at))),
    to: [...ink, 1] as Paint,
  }));
  const isFilled = ways.filter(({ from }) => from[3] >= visibleFrom).length > ways.length / 2;
  const apart = ways.filter(({ from, to }) => from[3] >= visibleFrom === isFilled && !isAlike(from, to));
  if (apart.length < shareLeast * edged.length) return undefined;
  const shares = new Float32Array(apart.length);
  const mask = Float32Array.from(alphas, (alpha, at) => {
    if (depths[at]! > width + innerFrom + 1) return 0;
    if (depths[at]! <= Math.max(1, width / 2)) return alpha;
    for (const [index, { planes, from, to }] of apart.entries())
      shares[index] = shareBetween(paintAt(planes, at), from, to);
    return shares.sort()[shares.length >> 1]!;
  });
  return { sizePx, mask, isFilled };
}

const isAlike = (one: Paint, other: Paint): boolean =>
  areAlike([one[0], one[1], one[2]], [other[0], other[1], other[2]]) && Math.abs(one[3] - other[3]) < visibleFrom;
