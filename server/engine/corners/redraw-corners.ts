/**
 * An answer with the corners and line ends of the requested style. Where other ink is near, and where sides are too short, a corner stays, and so
 * does one that is as the style has it. Pure.
 */
import { distanceOf, dot } from "../outlines/polyline.ts";
import {
  canFlatten,
  canRoundOff,
  canSharpen,
  flattenEnd,
  innerMeeting,
  type Picture,
  roundEnd,
  roundOff,
  sharpen,
} from "./cut-corners.ts";
import { flatMost, isBox, joinMost, roundLeast, type StyleCorners, sharpMost, sharpMostPx } from "./style-corners.ts";
import { type Corner, type End, turnsOf } from "./turns.ts";

/** Greatest radius of a corner that gets sharp where all of a style are, and least length of its sides, of that radius. */
const [sharpenedMost, sharpenedSides] = [2.4, 0.4] as const;
/** Width of an end, of that of the lines, and least length of its sides, of its own width. */
const [endMost, endSides] = [1.35, 0.6] as const;
/** Share of the shorter side that a round corner may take at either end. */
const roundedMost = 0.3;
/** Turn of acute corners, in radians, and what their tip may gain, in widths of lines. */
const [acuteFrom, gainMost] = [1.8, 0.55] as const;
/** What the tip of a sharp corner may lose, in widths of lines. */
const lostMost = 0.3;
/** Radii that differ by less, in shares of the wanted one and pixels, are the same. */
const [sameShare, samePx] = [0.35, 1.5] as const;
/** How far the two edges of a line may be from where its width says, in widths, and how much they may lean to each other (cosine). */
const [besideMost, leanLeast] = [0.4, 0.97] as const;
/** Depths from both sides of a filled box at which there is ink, in widths, and how far inside of it they must be, in pixels. */
const [filledDepths, filledPx] = [[0.7, 1, 1.4, 1.8], 1] as const;
/** Pixels from the middle of an edge to where it is told apart. */
const edgePx = 2;

/**
 * @param inside how far each pixel's middle lies inside of ink, in pixels, [sizePx, sizePx]
 * @param width of the lines, of the side, 0 to 1
 * @returns the same array where nothing is to do
 */
export function redrawCorners(inside: Float32Array, sizePx: number, style: StyleCorners, width: number): Float32Array {
  const field = inside.map((px) => Math.min(1, Math.max(0, 0.5 + px / (2 * edgePx))));
  const { corners, ends } = turnsOf(field, sizePx);
  const [before, made] = [
    { inside, sizePx },
    { inside: inside.slice(), sizePx },
  ];
  const widthPx = width * sizePx;
  let isChanged = false;
  for (const end of ends) if (redrawEnd(made, before, end, style, widthPx)) isChanged = true;
  for (const corner of corners) if (redrawCorner(made, before, corner, corners, style, widthPx)) isChanged = true;
  return isChanged ? made.inside : inside;
}

function redrawEnd(made: Picture, drawn: Picture, end: End, { ends }: StyleCorners, lineWidthPx: number): boolean {
  const { isConvex, widthPx, radiusPx, alongPx } = end;
  if (!ends || !isConvex || widthPx > endMost * lineWidthPx) return false;
  if (alongPx < endSides * widthPx) return false;
  const share = (2 * radiusPx) / widthPx;
  if (ends === "flat" ? share < roundLeast : share > flatMost) return false;
  if (!canFlatten(drawn, end)) return false;
  if (ends === "flat") flattenEnd(made, end);
  else roundEnd(made, end);
  return true;
}

function redrawCorner(
  made: Picture,
  drawn: Picture,
  corner: Corner,
  corners: readonly Corner[],
  { joins, isAllSharp, radius, boxRadius }: StyleCorners,
  widthPx: number,
): boolean {
  const { isConvex, radiusPx, turn } = corner;
  const sharpTo = Math.max(sharpMostPx, sharpMost * widthPx);
  const shorter = Math.min(corner.before.lengthPx, corner.after.lengthPx);
  if (boxRadius && isConvex && radiusPx <= joinMost * widthPx && isBox(corner, widthPx)) {
    const room = corner.tangentPx + roundedMost * shorter;
    const wantedPx = Math.min(boxRadius * drawn.sizePx, room);
    if (isAlike(radiusPx, wantedPx)) return false;
    return redrawBox(made, drawn, corner, innerOf(corner, corners, widthPx), wantedPx, widthPx);
  }
  if (joins === "sharp") {
    const most = isAllSharp ? sharpenedMost : isConvex ? joinMost : 0;
    if (radiusPx <= sharpTo / 2 || radiusPx > most * widthPx || shorter < sharpenedSides * radiusPx) return false;
    const gainPx = radiusPx * (1 / Math.cos(turn / 2) - 1);
    if ((turn > acuteFrom && gainPx > gainMost * widthPx) || !canSharpen(drawn, corner)) return false;
    // Both edges of a line turn alike.
    if (isConvex && radiusPx > joinMost * widthPx)
      return redrawBox(made, drawn, corner, innerOf(corner, corners, widthPx), 0, widthPx);
    if (!isConvex && !isFilled(drawn, corner, -widthPx)) return false;
    sharpen(made, corner);
    return true;
  }
  if (joins !== "round" || !radius || !isConvex || radiusPx > sharpTo) return false;
  const wantedPx = Math.min(
    radius * drawn.sizePx,
    widthPx / 2,
    (roundedMost * shorter) / Math.tan(turn / 2),
    (lostMost * widthPx) / (1 / Math.cos(turn / 2) - 1),
  );
  if (wantedPx <= 2 * radiusPx || !canRoundOff(drawn, corner)) return false;
  roundOff(made, corner, wantedPx);
  return true;
}

const isAlike = (one: number, wanted: number): boolean =>
  Math.abs(one - wanted) <= Math.max(samePx, sameShare * wanted);

/** The corner on the other edge of the line whose outer corner this is. */
const innerOf = (outer: Corner, corners: readonly Corner[], widthPx: number): Corner | undefined =>
  corners.find(
    (other) =>
      !other.isConvex &&
      distanceOf(other.meeting, innerMeeting(outer, widthPx)) <= besideMost * widthPx &&
      dot(other.after.line.direction, outer.before.line.direction) < -leanLeast &&
      dot(other.before.line.direction, outer.after.line.direction) < -leanLeast,
  );

/** A corner of a frame with another radius, or of a filled box without one. */
function redrawBox(
  made: Picture,
  drawn: Picture,
  corner: Corner,
  inner: Corner | undefined,
  wantedPx: number,
  widthPx: number,
): boolean {
  // Filled boxes get no radius: in one style they have several.
  if (!inner && (wantedPx > 0 || !isFilled(drawn, corner, widthPx))) return false;
  const both = inner ? [corner, inner] : [corner];
  if (!both.every((one) => one.radiusPx <= sharpMostPx || canSharpen(drawn, one))) return false;
  for (const one of both) {
    const radiusPx = one === corner ? wantedPx : wantedPx - widthPx;
    if (one.radiusPx > sharpMostPx) sharpen(made, one);
    if (radiusPx > sharpMostPx) roundOff(made, one, radiusPx);
  }
  return true;
}

/** Whether there is ink deep within a corner, or before it. @param widthPx of lines, below 0: before it */
const isFilled = (drawn: Picture, corner: Corner, widthPx: number): boolean =>
  filledDepths.every((depth) => insideAt(drawn, corner, depth * widthPx) >= filledPx);

/** How far inside of ink a place is that lies within a corner, this deep from both sides. */
function insideAt({ inside, sizePx }: Picture, corner: Corner, depthPx: number): number {
  const [x, y] = innerMeeting(corner, depthPx);
  return inside[Math.floor(y) * sizePx + Math.floor(x)] ?? 0;
}
