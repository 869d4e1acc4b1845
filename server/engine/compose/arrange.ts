/**
 * Two drawings as one, as sets of icons arrange them: the second within what the first encloses, as a badge at its lower right, or both one
 * behind the other. Pure; planes are alphas in one ink, [side, side].
 */
import { distancesTo } from "../lines/distances.ts";
import { areasAtBorder, labelAreas } from "../lines/label-areas.ts";
import { longerSide } from "../live-area.ts";
import { inkFrom } from "../pixels/strokes.ts";
import { boxOf, type Fills, gapPx, inFront, placed, type Spot, widthBeside } from "./layers.ts";

/** Sides of a badge and of each of two drawings beside each other, of the longer side of the first. */
const [badgeShare, eachShare] = [0.5, 0.6] as const;
/** How far a badge may reach beyond a thing, of its longer side, and how far in the picture. */
const [beyondShare, reachMost] = [0.15, 0.95] as const;
/** Radius from which on what a drawing encloses has room for another, of the picture's side, and how much of the circle that one takes. */
const [roomLeast, roomTaken] = [0.19, 0.78] as const;

/** The second drawing within the first where that has room for it, else as a badge. */
export function withBeside(first: Float32Array, second: Float32Array, fills: Fills): Float32Array {
  return within(first, second) ?? withBadge(first, second, fills);
}

/** The second drawing small at the lower right of the first. */
export function withBadge(first: Float32Array, second: Float32Array, fills: Fills): Float32Array {
  const box = boxOf(first);
  if (!box) return second;
  const longer = longerSide(box);
  const sidePx = badgeShare * longer;
  // What is flat or narrow is covered less by a badge that reaches beyond it, within the square around it.
  const most = reachMost * Math.sqrt(first.length);
  const cornerOf = (from: number, to: number): number =>
    Math.max(to, Math.min((from + to + longer) / 2, to + beyondShare * longer, most));
  const [right, bottom] = [cornerOf(box.left, box.right), cornerOf(box.top, box.bottom)];
  const badge = placed(second, { x: right - sidePx / 2, y: bottom - sidePx / 2, sidePx }, widthBeside(first));
  return inFront(badge, first, { gap: gapPx(first), fills, covers: "hull" });
}

/** Both as large as each other, the second before the first. */
export function bothBeside(first: Float32Array, second: Float32Array, fills: Fills): Float32Array {
  const box = boxOf(first);
  if (!box) return second;
  const longer = longerSide(box);
  const sidePx = eachShare * longer;
  const away = (longer - sidePx) / 2;
  const [x, y] = [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
  const width = widthBeside(first);
  const spotAt = (sign: number): Spot => ({ x: x + sign * away, y: y + sign * away, sidePx });
  const looks = { gap: gapPx(first), fills, covers: "silhouette" } as const;
  return inFront(placed(second, spotAt(1), width), placed(first, spotAt(-1), width), looks);
}

/** The second drawing in what the first encloses, or cut out of what it fills; undefined where there is no room. */
export function within(first: Float32Array, second: Float32Array): Float32Array | undefined {
  const side = Math.sqrt(first.length);
  const ink = Uint8Array.from(first, (alpha) => Number(alpha >= inkFrom));
  const areas = labelAreas(ink, 0, side);
  const outside = areasAtBorder(areas, side);
  const holes = ink.map((_, at) => Number(areas[at] !== 0 && !outside.has(areas[at]!)));
  const [empty, filled] = [roomIn(holes, side), roomIn(ink, side)];
  const isCut = filled.sidePx > empty.sidePx;
  const room = isCut ? filled : empty;
  if (room.sidePx < 2 * roomLeast * side) return undefined;
  const small = placed(second, { ...room, sidePx: roomTaken * room.sidePx }, widthBeside(first));
  return first.map((alpha, at) => (isCut ? alpha * (1 - small[at]!) : Math.max(alpha, small[at]!)));
}

/** The middle and the width of the largest circle in a mask. */
function roomIn(mask: Uint8Array, side: number): Spot {
  const depth = distancesTo(0, mask, side, side);
  let most = 0;
  for (const [at, value] of depth.entries()) if (value > depth[most]!) most = at;
  return { x: (most % side) + 0.5, y: Math.floor(most / side) + 0.5, sidePx: 2 * depth[most]! };
}
