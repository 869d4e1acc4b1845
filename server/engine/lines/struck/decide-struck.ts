/**
 * What a flow says of a drawing with a slash through it. Its outlines are broken along the slash, so that they enclose areas on one side at most. What is
 * filled is decided for the drawing behind the slash; then the slash comes back, with a gap where the drawing has one. Pure.
 */
import { inkFrom } from "../../pixels/strokes.ts";
import { decidePieces, type Pieces } from "../by-pieces.ts";
import { areasAtBorder, highestOf, labelAreas } from "../label-areas.ts";
import { exactInside } from "../own-edge.ts";
import { movedEdge, type Redrawn } from "../redraw-lines.ts";
import { type Edged, edgedOf, shapeOf } from "../shape.ts";
import { offOf, type Slash, slashIn, toSegment } from "./find-slash.ts";

/** Breadth of the gap along a slash, in widths of lines. */
const gapBreadth = 0.9;

/** A drawing behind a slash. */
export interface Struck<Drawing> {
  readonly behind: Drawing;
  /** Alphas that the answer has there, [sizePx, sizePx]. */
  readonly answer: Float32Array;
  /** Distances into what is filled without what the gap takes, in pixels, [sizePx, sizePx]. */
  readonly cut: (inside: Float32Array) => Float32Array;
  /** The same with the slash. */
  readonly strike: (inside: Float32Array) => Float32Array;
}

/** @param answer alphas, [sizePx, sizePx] @returns undefined where no slash strikes an area through */
export function struckThrough<Drawing extends Pick<Redrawn, "alphas" | "inside" | "field" | "width">>(
  drawing: Drawing,
  answer: Float32Array,
  sizePx: number,
): Struck<Drawing> | undefined {
  const slash = slashIn(drawing.alphas, sizePx, drawing.width);
  const better = slash && likeBetterSide(answer, slash, sizePx);
  if (!slash || !better) return undefined;
  const alphas = slash.behind;
  const field = movedEdge(shapeOf(alphas, sizePx), sizePx, 0, 0);
  const { from, to, thick, hasGap } = slash;
  const placeOf = (at: number): [number, number] => [(at % sizePx) + 0.5, Math.floor(at / sizePx) + 0.5];
  const beyond = alphas.map((_, at) => toSegment(from, to, placeOf(at)) - thick / 2);
  const cut = (inside: Float32Array): Float32Array =>
    inside.map((px, at) =>
      hasGap[offOf(from, to, placeOf(at)) > 0 ? 0 : 1] ? Math.min(px, beyond[at]! - gapBreadth * thick) : px,
    );
  // The drawing's own edges and ends of the slash, without the lines that meet it.
  const own = drawing.inside.map((px, at) => Math.min(px, 0.5 - beyond[at]!));
  return {
    behind: { ...drawing, alphas, field, inside: exactInside(edgedOf(field, sizePx).inside, alphas) },
    answer: better,
    cut,
    strike: (inside) => cut(inside).map((px, at) => Math.max(px, own[at]!)),
  };
}

/** As `decidePieces`, of drawings with a slash through them, too. */
export function decideStruck(
  pieces: Pieces,
  answer: Float32Array,
  sizePx: number,
  levels: readonly number[] = [1],
): Edged[] {
  const struck = pieces.isOfFills ? undefined : struckThrough(pieces, answer, sizePx);
  if (!struck) return decidePieces(pieces, answer, sizePx, levels);
  return decidePieces(struck.behind, struck.answer, sizePx, levels).map(({ inside: decided }) => {
    const inside = struck.strike(decided);
    return { inside, alphas: inside.map((px) => Math.min(1, Math.max(0, px + 0.5))) };
  });
}

/**
 * An answer that has in areas on both sides of a slash what it has on the side where it fills more: there their outline is whole. Undefined where no area is on
 * both sides.
 */
function likeBetterSide(
  answer: Float32Array,
  { from, to, thick, behind }: Slash,
  sizePx: number,
): Float32Array | undefined {
  const ink = Uint8Array.from(behind, (alpha) => Number(alpha >= inkFrom));
  const areas = labelAreas(ink, 0, sizePx);
  const open = areasAtBorder(areas, sizePx);
  const sides = Array.from({ length: highestOf(areas) + 1 }, () => [
    { sum: 0, count: 0 },
    { sum: 0, count: 0 },
  ]);
  const sideOf = (at: number): 0 | 1 | undefined => {
    const off = offOf(from, to, [(at % sizePx) + 0.5, Math.floor(at / sizePx) + 0.5]);
    return Math.abs(off) <= (0.5 + gapBreadth) * thick ? undefined : off > 0 ? 0 : 1;
  };
  for (let at = 0; at < answer.length; at += 1) {
    const side = areas[at] === 0 ? undefined : sideOf(at);
    if (side === undefined) continue;
    const own = sides[areas[at]!]![side]!;
    own.sum += answer[at]!;
    own.count += 1;
  }
  const means = sides.map((both, label) =>
    open.has(label) || both.some(({ count }) => count === 0)
      ? undefined
      : Math.max(...both.map(({ sum, count }) => sum / count)),
  );
  if (means.every((mean) => mean === undefined)) return undefined;
  return answer.map((alpha, at) => means[areas[at]!] ?? alpha);
}
