/** The part of an answer that is drawn anew, of one ink and perhaps a tint of it: crisp, and its edges go on from those around. Pure. */
import { isLines, lineWidthOf, type StyleLines } from "../lines/line-width.ts";
import { inOneWidth, settled } from "../lines/settle.ts";
import { shapeOf } from "../lines/shape.ts";
import type { Looks } from "../pixels/finish.ts";
import { channelsOfHex } from "../pixels/hex-colour.ts";
import { inInk } from "../pixels/ink-colour.ts";
import { outOfPlace, resampleSquare } from "../pixels/resample-square.ts";
import { usualInk } from "../pixels/usual-ink.ts";
import { settleInColours } from "./coloured-part.ts";
import { joinedEdges } from "./joined-edges.ts";
import type { KeptPixels } from "./kept-pixels.ts";
import { mirrorInto } from "./mirror.ts";

/** Deviation of the blur by which edges get even, of the width of lines around; its least and its most, of the side. */
const [blurShare, blurLeast, blurMost] = [0.33, 0.0094, 0.0234] as const;

/** How much edges that go on count beside the answer. */
const goesOn = 0.6;

/** Width of what is certainly lines, of the side, where nothing is broader: a part of them has their width. */
const lineMost = 0.1;

/**
 * What is done with the flow's answer, so that the part is crisp; undefined where the style is of several colours.
 * @param kept where the part lies, and what lines the style has
 * @param drawing which goes on around the part, premultiplied RGBA [4, sizePx, sizePx]
 * @param looks of the requested style
 * @returns from such planes of the answer to those in the usual ink, with the drawing around the part
 */
export function settleIn(
  { hole, lines }: Pick<KeptPixels, "hole" | "lines">,
  drawing: Float32Array,
  sizePx: number,
  { isOneInk, ink, ground, plate, ring }: Looks,
): ((answer: Float32Array) => Float32Array) | undefined {
  const first = 3 * sizePx ** 2;
  // Answer and drawing may lie elsewhere than on the kept picture.
  const within = ring && !ring.isFilled ? outOfPlace(hole, ring, sizePx) : hole;
  const place = (ground ?? plate)?.place;
  const part = place ? resampleSquare(within, place, sizePx) : within;
  if (!isOneInk && !ink) return settleInColours(part, drawing, sizePx);
  return (answer) => {
    const [around, planes] = [drawing.subarray(first), new Float32Array(answer.length)];
    planes.set(partOf(answer.subarray(first), around, part, sizePx, lines), first);
    return inInk(planes, channelsOfHex(usualInk));
  };
}

function partOf(
  answer: Float32Array,
  drawing: Float32Array,
  hole: Float32Array,
  sizePx: number,
  lines: StyleLines | undefined,
): Float32Array {
  const levels = [1, ...(lines?.tint ? [lines.tint] : []), 0];
  const found = lineWidthOf(shapeOf(drawing, sizePx), sizePx);
  const width = found?.width ?? Number.POSITIVE_INFINITY;
  const blurPx = sizePx * Math.min(blurMost, Math.max(blurLeast, blurShare * width));
  const isFree = Uint8Array.from(hole, (share) => (share > 0 ? 1 : 0));
  const known = drawing.map((alpha, at) => (isFree[at] === 1 ? 0 : alpha));
  // 0 is nothing, as among colours.
  const nearest = Uint8Array.from(known, (alpha) => {
    const apart = levels.map((level) => Math.abs(level - alpha));
    return levels.length - 1 - apart.indexOf(Math.min(...apart));
  });
  const isOpen = mirrorInto(known, nearest, isFree, sizePx);
  const open = [...hole.keys()].filter((at) => isOpen[at] === 1);
  const shares = sharesOf(
    known.map((alpha, at) => (isOpen[at] === 1 ? answer[at]! : alpha)),
    levels,
  );
  // Around a whole drawing there is nothing that goes on.
  const joined = nearest.some((level) => level > 0) ? [...joinedEdges(nearest, isOpen, sizePx)] : [];
  for (const at of open) {
    const having = joined.filter(([, mask]) => mask[at] === 1);
    if (having.length !== 1) continue;
    const own = levels.length - 1 - having[0]![0];
    for (const [level, share] of shares.entries())
      share[at] = goesOn * Number(level === own) + (1 - goesOn) * share[at]!;
  }
  const made = settled(shares, open, sizePx, blurPx, true);
  const isThin = isLines(found) && found.width <= lineMost && found.deep === 0;
  const even = lines?.isAll && isThin ? inOneWidth(made, open, sizePx, found.width * sizePx) : made;
  for (const at of open) known[at] = levels.reduce((sum, level, phase) => sum + level * even[phase]![at]!, 0);
  return known;
}

/** Of each level its share in alphas that lie between two of them. */
function sharesOf(alphas: Float32Array, levels: readonly number[]): Float32Array[] {
  const shares = levels.map(() => new Float32Array(alphas.length));
  for (let at = 0; at < alphas.length; at += 1) {
    const alpha = Math.min(levels[0]!, Math.max(0, alphas[at]!));
    let below = 1;
    while (alpha < levels[below]!) below += 1;
    const share = (alpha - levels[below]!) / (levels[below - 1]! - levels[below]!);
    shares[below - 1]![at] = share;
    shares[below]![at] = 1 - share;
  }
  return shares;
}
