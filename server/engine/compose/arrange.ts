/**
 * Two drawings as one, as sets of icons arrange them: the second within what the first encloses, as a badge at its lower right, below letters,
 * or both one behind the other. Pure; planes are alphas in one ink, [side, side].
 */
import { distancesTo } from "../lines/distances.ts";
import { areasAtBorder, labelAreas } from "../lines/label-areas.ts";
import { longerSide } from "../live-area.ts";
import { type Box, boundsOf, boxOfPicture } from "../pixels/places.ts";
import { grown, withoutHoles } from "../pixels/shadows/cover.ts";
import { inkFrom } from "../pixels/strokes.ts";
import { isDisc } from "./disc.ts";
import { boxOf, type Composed, type Fills, inFront, placed, type Spot, widthsOf } from "./layers.ts";
import { isLettering } from "./lettering.ts";

/** Sides of a badge, of a dot, and of each of two drawings beside each other, of the longer side of the first. */
const [badgeShare, dotShare, eachShare] = [0.5, 0.32, 0.6] as const;
/** How far a badge may reach beyond a thing, of its longer side, and how far in the picture. */
const [beyondShare, reachMost] = [0.15, 0.95] as const;
/** Radii of circles that are about as large differ by at most this. */
const alikePx = 1;
/** Radius from which on what a drawing encloses has room for another, of the picture's side, and how much of the circle that one takes. */
const [roomLeast, roomTaken] = [0.19, 0.78] as const;

/** How far from the middle of a thing the middle of its room may lie, of the room. */
const aboutShare = 0.3;
/** Gap around what lies in a fill, of that around badges. */
const insideGap = 0.85;

/**
 * The second drawing within the first where that has room for it, else as a badge, as dots always are; below letters, which a badge would cut.
 * @param isApart what lies in a fill is ink with a gap around it, in place of being cut out
 */
export function withBeside(first: Float32Array, second: Float32Array, fills: Fills, isApart = false): Composed {
  if (isDisc(second)) return withBadge(first, second, fills);
  return (
    within(first, second, isApart) ?? (isLettering(first) ? below(first, second) : withBadge(first, second, fills))
  );
}

/** Both one above the other, the first as large as there is room for it. */
function below(first: Float32Array, second: Float32Array): Composed {
  const box = boxOf(first)!;
  const longer = longerSide(box);
  const sidePx = badgeShare * longer;
  const { line, gapPx: gap } = widthsOf(first);
  const scale = Math.min(1, (longer - sidePx - gap) / (box.bottom - box.top));
  const height = scale * (box.bottom - box.top);
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const [above, under] = [y - (sidePx + gap) / 2, y + (height + gap) / 2];
  return {
    behind: placed(first, { x, y: above, sidePx: scale * longer }, line),
    front: placed(second, { x, y: under, sidePx }, line),
  };
}

/** The second drawing small at the lower right of the first; a dot, as of a notification, at its upper right. */
export function withBadge(first: Float32Array, second: Float32Array, fills: Fills): Composed {
  const box = boxOf(first);
  if (!box) return { behind: first, front: second };
  const longer = longerSide(box);
  const isDot = isDisc(second);
  const sidePx = (isDot ? dotShare : badgeShare) * longer;
  // What is flat or narrow is covered less by a badge that reaches beyond it, within the square around it.
  const most = reachMost * Math.sqrt(first.length);
  const cornerOf = (from: number, to: number): number =>
    Math.max(to, Math.min((from + to + longer) / 2, to + beyondShare * longer, most));
  const [right, bottom] = [cornerOf(box.left, box.right), cornerOf(box.top, box.bottom)];
  const { line, gapPx: gap } = widthsOf(first);
  const [x, low] = [right - sidePx / 2, bottom - sidePx / 2];
  const high = Math.max(box.top + box.bottom - low, (1 - reachMost) * Math.sqrt(first.length) + sidePx / 2);
  const badge = placed(second, { x, y: isDot ? high : low, sidePx }, line);
  return inFront(badge, first, { gap, fills, covers: "hull" });
}

/** Both as large as each other, the second before the first. */
export function bothBeside(first: Float32Array, second: Float32Array, fills: Fills): Composed {
  const box = boxOf(first);
  if (!box) return { behind: first, front: second };
  const longer = longerSide(box);
  const sidePx = eachShare * longer;
  const away = (longer - sidePx) / 2;
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const side = Math.sqrt(first.length);
  const inPicture = (middle: number): number =>
    Math.max((1 - reachMost) * side + sidePx / 2, Math.min(reachMost * side - sidePx / 2, middle));
  const spotAt = (sign: number): Spot => ({ x: inPicture(x + sign * away), y: inPicture(y + sign * away), sidePx });
  const { line, gapPx: gap } = widthsOf(first);
  return inFront(placed(second, spotAt(1), line), placed(first, spotAt(-1), line), {
    gap,
    fills,
    covers: "silhouette",
  });
}

/**
 * The second drawing in what the first encloses, or cut out of what it fills; undefined where there is no room.
 * @param isApart what is cut out is as much larger as a gap, and the second lies in it
 */
export function within(first: Float32Array, second: Float32Array, isApart = false): Composed | undefined {
  const side = Math.sqrt(first.length);
  const ink = Uint8Array.from(first, (alpha) => Number(alpha >= inkFrom));
  const areas = labelAreas(ink, 0, side);
  const outside = areasAtBorder(areas, side);
  const holes = ink.map((_, at) => Number(areas[at] !== 0 && !outside.has(areas[at]!)));
  const [empty, filled] = [roomIn(holes, side), roomIn(ink, side)];
  const isCut = filled.sidePx > empty.sidePx;
  const room = isCut ? filled : empty;
  if (room.sidePx < 2 * roomLeast * side || !isAbout(room, boxOf(first))) return undefined;
  const { line, gapPx } = widthsOf(first);
  const small = placed(second, { ...room, sidePx: roomTaken * room.sidePx }, line);
  if (!isCut) return { behind: first, front: small };
  if (isApart) {
    const cut = grown(withoutHoles(small, side), side, insideGap * gapPx);
    return { behind: first.map((alpha, at) => alpha * (1 - cut[at]!)), front: small };
  }
  return { behind: first.map((alpha, at) => alpha * (1 - small[at]!)), front: new Float32Array(small.length) };
}

/** Whether a spot lies about the middle of a thing: a badge on a person lies not in the head. */
function isAbout({ x, y, sidePx }: Spot, box: Box | undefined): boolean {
  if (!box) return true;
  const away = Math.hypot(x - (box.left + box.right) / 2, y - (box.top + box.bottom) / 2);
  return away <= aboutShare * sidePx;
}

/** The middle and the width of the largest circle in a mask; of several that are about as large the one nearest to the middle of the mask. */
function roomIn(mask: Uint8Array, side: number): Spot {
  const depth = distancesTo(0, mask, side, side);
  const box = boundsOf(side, (at) => mask[at] === 1) ?? boxOfPicture(side);
  const placeOf = (at: number) => ({ x: (at % side) + 0.5, y: Math.floor(at / side) + 0.5 });
  const radiusAt = (at: number): number => {
    const { x, y } = placeOf(at);
    // Nothing lies beyond the picture.
    return Math.min(depth[at]!, x, y, side - x, side - y);
  };
  const awayFromMiddle = (at: number): number => {
    const { x, y } = placeOf(at);
    return Math.hypot(x - (box.left + box.right) / 2, y - (box.top + box.bottom) / 2);
  };
  let largest = 0;
  for (let at = 0; at < mask.length; at += 1) largest = Math.max(largest, radiusAt(at));
  let best: number | undefined;
  for (let at = 0; at < mask.length; at += 1)
    if (radiusAt(at) >= largest - alikePx && (best === undefined || awayFromMiddle(at) < awayFromMiddle(best)))
      best = at;
  return { ...placeOf(best!), sidePx: 2 * radiusAt(best!) };
}
