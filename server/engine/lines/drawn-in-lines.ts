/**
 * An answer that keeps the edges of the drawing that is restyled: in a style of lines, lines are redrawn with its width and fills get outlines; where a style has
 * fills or tints beside lines, the flow's answer says which pieces of the drawing have one. A picture as layers, so that it is drawn at any size.
 */

import { redrawCorners } from "../corners/redraw-corners.ts";
import type { ShownDrawing } from "../interfaces.ts";
import { channelsOfHex } from "../pixels/hex-colour.ts";
import { inkOf, tintOf, tintShare } from "../pixels/ink-colour.ts";
import { type LayeredImage, oddsPerPx, paintValues } from "../pixels/layered-image.ts";
import { usualInk } from "../pixels/usual-ink.ts";
import type { Pieces } from "./by-pieces.ts";
import { cutGaps } from "./gaps/cut-gaps.ts";
import { isLines, lineWidthOf, type StyleLines } from "./line-width.ts";
import { linesApart } from "./necks.ts";
import { openTintAsFill, openTintInLines } from "./open-tints.ts";
import { hasFills, isHollow, outlineOf } from "./outline.ts";
import { exactInside } from "./own-edge.ts";
import { movedEdge, redrawLines } from "./redraw-lines.ts";
import { settled } from "./settle.ts";
import { type Edged, edgedOf, type Shape, shapeOf } from "./shape.ts";
import { decideStruck, struckThrough } from "./struck/decide-struck.ts";
import { areaTintMost, besideTint, ofTint, overTint, partsAsInk } from "./tinted.ts";
import { tintedAreas } from "./tinted-areas.ts";
import { tintToMiddles } from "./tones/flat-tint.ts";
import { inkOfTwoTones, isTintOfLines } from "./tones/two-tones.ts";
import { asTubes } from "./tubes.ts";

/** Share of a drawing that has a tint, from which on it is of fills in that tint. */
const tintedMost = 0.7;
/** Share of the drawings of lines and fills of a style that are outlines, from which on lines stay lines in it. */
const outlinedLeast = 0.5;
/** Width of lines where neither style nor drawing has one, of the side. */
const usualWidth = 0.07;
/** Deviation of the blur by which the edges of a flow's answer get even, of the side. */
const answerBlur = 0.0117;
/** Pixels by which hairlines are broader than what is measured of them, since soft pixels beside them do not count. */
const hairMorePx = 0.4;

/** Lines of the requested style. */
export interface WantedLines extends StyleLines {
  /** The drawing is in this style already, and stays as it is. */
  readonly isOwn?: boolean | undefined;
}

/**
 * @param drawing premultiplied RGBA [4, sizePx, sizePx]
 * @param answerOf the flow's answer, of the same shape; called only where it is needed
 * @returns undefined where the answer has its ink elsewhere, where the drawing is of several colours and the style has a tint, or where a part of it is
 * to be drawn anew
 */
export async function drawnInLines(
  { planes, known }: Pick<ShownDrawing, "planes" | "known">,
  sizePx: number,
  {
    width,
    widths,
    isAll,
    outlinedShare,
    tint,
    areTwoToned = false,
    tinted,
    edge,
    tube,
    areTubes = false,
    corners,
    gaps,
    isOwn,
  }: WantedLines,
  answerOf: () => Promise<Float32Array>,
): Promise<LayeredImage | undefined> {
  const { ink, isOneInk } = inkOf([{ planes, sizePx }]);
  if (known.some((share) => share < 1)) return undefined;
  const alphasOf = (image: Float32Array): Float32Array => image.subarray(3 * sizePx ** 2);
  // Edges of several colours are not those of ink.
  if (!ink) return tint ? undefined : inLayers([settledAnswer(alphasOf(await answerOf()), sizePx)], [1], sizePx);
  const same = isOwn ? asItIs(planes, sizePx, isOneInk) : undefined;
  if (same) return same;
  const asDrawn = isOneInk ? alphasOf(planes) : withoutTint(planes, sizePx, { isAll, width, edge });
  const { alphas: lines, shape } = linesApart(asDrawn, sizePx, isAll ? width : undefined);
  const oddsOf = ({ inside }: Edged, own: number): Float32Array => {
    const cornered = corners ? redrawCorners(inside, sizePx, corners, own) : inside;
    const broken = gaps ? cutGaps(cornered, sizePx, { gaps, ends: corners?.ends }, own) : cornered;
    return broken.map((px) => oddsPerPx * px);
  };
  const tubes =
    tube && width ? asTubes(lines, sizePx, shape, { width: tube, isAll: areTubes, outline: width }) : undefined;
  if (tubes && width) {
    const body = tubes.inside.map((px) => oddsPerPx * px);
    const outlines = alongEdges(body, width * sizePx);
    return tint ? inLayers([outlines, body], [1, tint], sizePx) : inLayers([outlines], [1], sizePx);
  }
  // A style that draws the contours of lines draws those of all else.
  if (tube && width && !tint) return inLayers([alongEdges(ownEdge(lines, sizePx), width * sizePx)], [1], sizePx);
  const redrawn = redrawLines(lines, sizePx, { width, widths }, shape);
  // In a style of mostly outlines answers fill too many of them.
  if (redrawn && !isAll && !tint && (outlinedShare ?? 0) >= outlinedLeast)
    return inLayers([oddsOf(redrawn, redrawn.width)], [1], sizePx);
  if (!isAll) {
    const levels = tint ? [1, tint] : [1];
    const answer = alphasOf(await answerOf());
    const drawn = tint ? ofTint(answer, tint) : answer;
    const outlined = !redrawn && width && isHollow(shape, drawn, sizePx, width);
    const edged = outlined ? outlineOf(lines, drawn, sizePx, width, shape) : redrawn;
    if (outlined && !edged) return undefined;
    const pieces = edged ?? ofFills(lines, sizePx, shape, width ?? usualWidth);
    const decided = decideStruck({ ...pieces, isForSolids: outlinedShare === undefined }, answer, sizePx, levels);
    return inLayers(
      decided.map((edge) => oddsOf(edge, pieces.width)),
      levels,
      sizePx,
    );
  }
  if (!width) return undefined;
  const own = redrawn && hasFills(redrawn.field, redrawn.width * sizePx) ? shapeOf(redrawn.alphas, sizePx) : undefined;
  const answer = redrawn && !own && (!tint || edge || areTwoToned) ? undefined : alphasOf(await answerOf());
  const drawn = tint && answer ? (areTwoToned ? ofTint(answer, tint) : overTint(answer)) : answer;
  const hollow = own && outlineOf(redrawn!.alphas, drawn!, sizePx, redrawn!.width, own, true);
  const edged = hollow ?? redrawn ?? outlineOf(lines, drawn!, sizePx, width, shape);
  if (!edged) return undefined;
  const odds = oddsOf(edged, edged.width);
  if (!tint) return inLayers([odds], [1], sizePx);
  const ownTint = isOneInk ? undefined : tintOf([{ planes, sizePx }]);
  if (areTwoToned) {
    const toned = ownTint ? { alphas: alphasOf(planes), tint: ownTint } : undefined;
    return inLayers([inkOfTwoTones(odds, sizePx, edged.width, toned), odds], [1, tint], sizePx);
  }
  if (edge) {
    // Distances of outlines reach no further than their edge.
    const body = edged === redrawn ? odds : ownEdge(edged.alphas, sizePx);
    return inLayers([alongEdges(body, edge * sizePx + hairMorePx), body], [1, tint], sizePx);
  }
  // Lines with a tint beside them keep it where they have it.
  if (edged === redrawn && ownTint && !isTintOfLines({ alphas: alphasOf(planes), sizePx }, ownTint)) {
    const ownWidth = lineWidthOf(shape, sizePx)?.width ?? edged.width;
    const body = ownEdge(tintToMiddles(alphasOf(planes), sizePx, ownTint, ownWidth), sizePx);
    return inLayers([odds, odds.map((value, at) => Math.max(value, body[at]!))], [1, tint], sizePx);
  }
  const struck = edged === redrawn ? struckThrough(edged, answer!, sizePx) : undefined;
  const tints = struck
    ? struck.cut(tintedAreas(struck.behind, struck.answer, sizePx, { tint, tinted }))
    : tintedAreas(edged, answer!, sizePx, { tint, tinted });
  return inLayers([odds, tints.map((px) => oddsPerPx * px)], [1, tint], sizePx);
}

/** A drawing of fills as pieces. */
function ofFills(alphas: Float32Array, sizePx: number, shape: Shape, width: number): Pieces {
  const field = movedEdge(shape, sizePx, 0, 0);
  return { alphas, inside: exactInside(edgedOf(field, sizePx).inside, alphas), field, width, isOfFills: true };
}

/** A drawing of one ink with its own edges; undefined where its alphas are neither ink nor one tint. */
function asItIs(planes: Float32Array, sizePx: number, isOneInk: boolean): LayeredImage | undefined {
  const alphas = planes.subarray(3 * sizePx ** 2);
  const tint = isOneInk ? undefined : tintOf([{ planes, sizePx }]);
  if (!isOneInk && !tint) return undefined;
  if (!tint) return inLayers([ownEdge(alphas, sizePx, true)], [1], sizePx);
  const parts = [alphas.map((alpha) => (alpha - tint) / (1 - tint)), ofTint(alphas, tint)];
  return inLayers(
    parts.map((part) => ownEdge(part, sizePx)),
    [1, tint],
    sizePx,
  );
}

/** Log-odds of ink by the edge that it has. @param alphas [sizePx, sizePx] @param isExact they are a drawing's own, of ink alone */
function ownEdge(alphas: Float32Array, sizePx: number, isExact = false): Float32Array {
  const { inside } = edgedOf(movedEdge(shapeOf(alphas, sizePx), sizePx, 0, 0), sizePx);
  return (isExact ? exactInside(inside, alphas) : inside).map((px) => oddsPerPx * px);
}

/** Log-odds of lines along the edges of ink. @param odds of the ink @param widthPx of the lines, inside of it */
const alongEdges = (odds: Float32Array, widthPx: number): Float32Array =>
  odds.map((inside) => Math.min(inside, oddsPerPx * widthPx - inside));

/** Log-odds of a flow's answer as crisp ink. @param answer alphas, [sizePx, sizePx] */
function settledAnswer(answer: Float32Array, sizePx: number): Float32Array {
  const shares = [answer, answer.map((alpha) => 1 - alpha)];
  const [ink] = settled(shares, [...answer.keys()], sizePx, answerBlur * sizePx, false);
  return ownEdge(ink!, sizePx);
}

/** A drawing with a tint as one of ink, for a style of such lines; with an edge these are of a tint, as the drawing's may be. */
function withoutTint(
  planes: Float32Array,
  sizePx: number,
  { isAll, width, edge }: Pick<WantedLines, "isAll" | "width" | "edge">,
): Float32Array {
  const [alphas, drawing] = [planes.subarray(3 * sizePx ** 2), { planes, sizePx }];
  const tint = tintOf([drawing]);
  if (tint === undefined) return overTint(alphas);
  const open = isAll ? openTintInLines(alphas, sizePx, tint, width) : openTintAsFill(alphas, sizePx, tint);
  if (open) return open;
  const whole = edge !== undefined ? ofTint(alphas, tint) : undefined;
  if (whole && isLines(lineWidthOf(shapeOf(whole, sizePx), sizePx))) return whole;
  return tint > areaTintMost || isTintOfLines({ alphas, sizePx }, tint) || (!isAll && tintShare(drawing) > tintedMost)
    ? partsAsInk(alphas, sizePx, tint)
    : besideTint(alphas, sizePx, tint);
}

/**
 * Layers of the usual ink over each other.
 * @param odds of each layer where none above it is: log-odds, [sizePx, sizePx], the uppermost first
 * @param alphas of the layers
 */
function inLayers(odds: readonly Float32Array[], alphas: readonly number[], sizePx: number): LayeredImage {
  const pixels = sizePx ** 2;
  const logits = new Float32Array((odds.length + 1) * pixels);
  for (let at = 0; at < pixels; at += 1) {
    // log(1 + exp(x)) of all layers below, so that the soft-max over layers is one over the other.
    let below = 0;
    for (let layer = odds.length; layer > 0; layer -= 1) {
      const own = odds[layer - 1]![at]! + below;
      logits[layer * pixels + at] = own;
      below = Math.max(own, below) + Math.log1p(Math.exp(-Math.abs(own - below)));
    }
  }
  const paints = new Float32Array(odds.length * paintValues);
  for (const [layer, alpha] of alphas.entries()) paints.set([...channelsOfHex(usualInk), alpha], layer * paintValues);
  return { logits, paints, sizePx };
}
