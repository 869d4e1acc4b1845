/**
 * What of one colour is lines of one width, as strokes: paths along their middles, which designers can make broader, bend and end otherwise. What strokes would draw is
 * compared with what is there, part by part; a part of which they would not be the same stays an outline. Pure.
 */
import { movedPath, type Path } from "../../../shared/vectors/vector-path.ts";
import { distancesTo } from "../../engine/lines/distances.ts";
import { distanceOf } from "../../engine/outlines/polyline.ts";
import type { Fit } from "../curves/fit.ts";
import type { Field } from "./across.ts";
import { evenOnes, variesFar } from "./even-lines.ts";
import { drawnLeast, type FoundLines, findLines, inkOfParts, total } from "./find-lines.ts";
import { drawnPart, nearestPart, type PartDrawn, type PartLook, type Parts } from "./parts.ts";
import { chainsByPart, readings } from "./read-lines.ts";
import { settled } from "./settle-nodes.ts";
import { type Skeleton, skeletonOf } from "./skeleton.ts";
import { isWithin, padded, padPx, unpadded } from "./square.ts";
import { flattened, type StrokeLook } from "./stroke-cover.ts";
import { strokePath } from "./stroke-path.ts";

export interface Strokes {
  /** Lines that look alike, most of them first. */
  readonly groups: ReadonlyArray<StrokeLook & { readonly paths: readonly Path[] }>;
  /** What they do not draw: shares, [height, width]. */
  readonly left: Float32Array;
}

/** Greatest width of lines, of the picture's longer side. */
const widthMostShare = 0.16;
/** Length of a part along the border of the picture, by the width, where it may go on beyond. */
const cutMost = 2.4;
/** Length of a bar of several, by the width. */
const barMost = 5;
/** How far edges are off, by a part's ink, up to which no other reading is tried. */
const wellOff = 0.03;
/** The same from which on nodes of strokes are settled, and which share of it must be left for that to count. */
const [settledFrom, settledTimes] = [0.01, 0.75] as const;

/**
 * @param cover shares of what is drawn, [height, width]
 * @param about `fit`: how near curves shall be to where the middles are; `linePx`: the width that lines are meant to have, which they get if they
 * nearly have it; `isClean`: edges are where they were drawn, so that lines must be even to be strokes
 * @returns undefined where too little of it is lines
 */
export function strokesOf(
  cover: Float32Array,
  about: {
    readonly widthPx: number;
    readonly fit: Fit;
    readonly linePx?: number | undefined;
    readonly isClean?: boolean | undefined;
  },
): Strokes | undefined {
  const heightPx = cover.length / about.widthPx;
  const field = padded({ values: cover, widthPx: about.widthPx });
  const stride = field.widthPx;
  const found = findLines(field, widthMostShare * Math.max(about.widthPx, heightPx), about.linePx);
  if (!found) return undefined;
  const { widthPx, parts, inkPx } = found;
  const isShown = (pixel: number): boolean => isWithin(pixel, stride, about.widthPx, heightPx);
  const drawn = about.isClean
    ? evenParts(found, (lined) => drawParts(field, { ...found, linedParts: lined }, about.fit, isShown))
    : drawParts(field, found, about.fit, isShown);
  const drawnPx = total([...drawn.keys()].map((part) => parts.sizes[part]!));
  // Rectangles that stand alone are no lines, and neither are a few short ones that make up a T or a cross.
  const isBar = ({ paths, looks }: DrawnPart): boolean =>
    looks[0]!.look.cap === "butt" &&
    paths.every(
      (path) =>
        path.isOpen === true &&
        path.segments.length === 1 &&
        (paths.length === 1 || lengthOfPath(path) < barMost * widthPx),
    );
  if (drawnPx < drawnLeast * inkPx || [...drawn.values()].every(isBar)) return undefined;
  const left = field.values.slice();
  for (let at = 0; at < left.length; at += 1)
    if (left[at]! > 0 && drawn.has(nearestPart(parts, at, stride))) left[at] = 0;
  return {
    groups: grouped([...drawn.values()]).map((group) => ({
      ...group,
      widthPx,
      paths: group.paths.map((path) => movedPath(path, ([x, y]) => [x - padPx, y - padPx])),
    })),
    left: unpadded(left, about.widthPx, heightPx),
  };
}

/** Parts of which strokes really are the lines. @param draw those that strokes nearly draw */
function evenParts(
  found: FoundLines,
  draw: (parts: readonly number[]) => Map<number, DrawnPart>,
): Map<number, DrawnPart> {
  const { parts, linedParts } = found;
  const [varying, steady] = [
    linedParts.filter((part) => variesFar(found, part)),
    linedParts.filter((part) => !variesFar(found, part)),
  ];
  const drawn = draw(steady);
  const measured = new Map(
    [...drawn].map(([part, own]) => [part, { wrong: wrongOf(own), lengthPx: total(own.paths.map(lengthOfPath)) }]),
  );
  const even = evenOnes(found, measured, total(varying.map((part) => parts.sizes[part]!)));
  return new Map(even.map((part) => [part, drawn.get(part)!]));
}

/** In pixels. */
function lengthOfPath(path: Path): number {
  const { points } = flattened(path);
  return total(points.slice(1).map((point, at) => distanceOf(points[at]!, point)));
}

/** Parts that strokes draw as they are, each in the reading in which its edges are off least. */
function drawParts(
  field: Field,
  found: FoundLines,
  fit: Fit,
  isShown: (pixel: number) => boolean,
): Map<number, DrawnPart> {
  const { widthPx, parts, ink, depths, linedParts } = found;
  const stride = field.widthPx;
  const away = distancesTo(1, ink, stride, Math.ceil(widthPx));
  const outside = new Float32Array(ink.length);
  const cutPx = cutPixels(parts, stride, isShown);
  const drawn = new Map<number, DrawnPart>();
  // Lines may leave the picture; what lies along its border has an edge there.
  const counts = (part: number) => (cutPx[part]! <= cutMost * widthPx ? isShown : () => true);
  const draw = (part: number, paths: readonly Path[], caps: ReadonlyArray<StrokeLook["cap"]>, joints: Joints) =>
    drawnPart(parts, part, paths, { stride, widthPx, away, outside, joints }, { caps, isShown: counts(part) });
  const hopeless = new Set<number>();
  for (const reading of readings) {
    const left = linedParts.filter(
      (part) => !hopeless.has(part) && wrongOf(drawn.get(part)) > wellOff * parts.sizes[part]!,
    );
    if (left.length === 0) break;
    const skeleton = skeletonOf(inkOfParts(ink, parts, left), stride, depths, { widthPx, ...reading });
    for (const [part, chains] of chainsByPart(field, skeleton, parts, { widthPx, ...reading })) {
      const paths = chains.map((chain) => strokePath(chain, widthPx, fit));
      const caps = chains.some(({ hasFreeEnds }) => hasFreeEnds) ? bothCaps : (["round"] as const);
      const { looks, isHopeless } = draw(part, paths, caps, skeleton.junctions);
      if (isHopeless) hopeless.add(part);
      const own = { paths, looks, caps, joints: skeleton.junctions };
      if (wrongOf(own) < wrongOf(drawn.get(part))) drawn.set(part, own);
    }
  }
  for (const [part, own] of drawn) {
    const { cap, join } = own.looks[0]?.look ?? {};
    if (cap !== "round" || join !== "round" || wrongOf(own) <= settledFrom * parts.sizes[part]!) continue;
    const isCounted = counts(part);
    const paths = settled(own.paths, {
      ...{ stride, widthPx, away },
      isInk: (pixel) => parts.labels[pixel] === part,
      isNone: (pixel) => parts.labels[pixel] === 0 && isCounted(pixel),
    });
    const better = { ...own, paths, looks: draw(part, paths, own.caps, own.joints).looks };
    if (wrongOf(better) < settledTimes * wrongOf(own)) drawn.set(part, better);
  }
  return drawn;
}

const bothCaps = ["round", "butt"] as const;

/** Of each part the pixels at the border of the picture. */
function cutPixels({ labels, sizes }: Parts, stride: number, isShown: (pixel: number) => boolean): number[] {
  const cut = sizes.map(() => 0);
  const isCut = (at: number): boolean =>
    !isShown(at - 1) || !isShown(at + 1) || !isShown(at - stride) || !isShown(at + stride);
  for (let at = 0; at < labels.length; at += 1) if (labels[at]! > 0 && isCut(at)) cut[labels[at]!]! += 1;
  return cut;
}

/** A part that strokes draw as it is. */
interface DrawnPart {
  readonly paths: readonly Path[];
  readonly looks: PartDrawn["looks"];
  /** Caps that its ends may have. */
  readonly caps: ReadonlyArray<StrokeLook["cap"]>;
  /** Where its lines meet. */
  readonly joints: Joints;
}

type Joints = Skeleton["junctions"];

/** How far edges are off in all, in the best look. */
const wrongOf = (part: DrawnPart | undefined): number => part?.looks[0]?.wrong ?? Number.POSITIVE_INFINITY;

/** Parts by the look that they share with most others, in as few groups as may be. */
function grouped(parts: readonly DrawnPart[]): Array<PartLook & { readonly paths: readonly Path[] }> {
  const groups: Array<PartLook & { readonly paths: readonly Path[] }> = [];
  for (let left = parts; left.length > 0; ) {
    const has = ({ looks }: (typeof parts)[number], wanted: PartLook): boolean =>
      looks.some(({ look }) => sameLook(look, wanted));
    const wrongIn = (look: PartLook): number =>
      total(left.flatMap(({ looks }) => looks.flatMap((own) => (sameLook(own.look, look) ? [own.wrong] : []))));
    const counted = left
      .flatMap(({ looks }) => looks.map(({ look }) => look))
      .map((look) => ({ look, count: left.filter((part) => has(part, look)).length, wrong: wrongIn(look) }))
      .sort((one, other) => other.count - one.count || one.wrong - other.wrong);
    const { look } = counted[0]!;
    groups.push({ ...look, paths: left.filter((part) => has(part, look)).flatMap(({ paths }) => paths) });
    left = left.filter((part) => !has(part, look));
  }
  return groups;
}

const sameLook = (one: PartLook, other: PartLook): boolean => one.cap === other.cap && one.join === other.join;
