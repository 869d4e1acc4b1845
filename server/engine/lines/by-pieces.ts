/**
 * What a flow says of a drawing of lines, with the drawing's own edges: the areas between lines, and lines between the places where they meet,
 * are pieces, and each is decided as a whole by what the flow's answer has there. A line beside something empty stays ink; one within a fill
 * is a gap in it. After superpixels, whose labels are voted on by a network that knows edges only roughly (Fulkerson, Vedaldi &
 * Soatto 2009). Pure.
 */
import { piecesOf } from "../pixels/strokes.ts";
import { besideOf, nothingBeside } from "./beside.ts";
import { distancesTo, distancesToOther } from "./distances.ts";
import { alikeMeans } from "./enclosed/alike-areas.ts";
import { enclosedByArrows } from "./enclosed/arrows.ts";
import { handlesIn } from "./enclosed/handles.ts";
import { openFeet } from "./enclosed/open-feet.ts";
import { filledShoulders } from "./enclosed/shoulders-behind.ts";
import { endGaps } from "./ends/end-gaps.ts";
import { endMarks } from "./ends/end-marks.ts";
import { evenRims, shutAreas, shutReach } from "./gaps/broken-outlines.ts";
import { highestOf, labelAreas, partsAround, spreadLabels } from "./label-areas.ts";
import { withOwnEdges } from "./own-edge.ts";
import type { Redrawn } from "./redraw-lines.ts";
import { type Edged, edgedOf, fieldAround, finePerPx, inkIn, opened, refined, repeated } from "./shape.ts";

/** Share of the depth of a piece from which on cells count, and depth in pixels that always does: answers tremble at edges. */
export const [coreShare, corePx] = [0.4, 2] as const;
/** Share of a line's edge beside empty areas from which on it is an edge of the drawing. */
const emptyLeast = 0.2;
/** Mean of a line between two parts of a fill, and of a mark within what was a hole of a fill, from which on it is part of the fill. */
const [dividerMost, islandMost] = [0.95, 0.85] as const;
/** Marks within lines are never part of the fill that these get, or a mark would be missing: no mean is as high. */
const never = 2;
/** Mean of a drawing's outlines from which on they are where the drawing has them. */
const outlineLeast = 0.4;
/** Mean of a hole in a drawing of fills from which on it is filled too. */
const holeMost = 0.85;
/** Radii of the disc that does not get into a bay, and of the one that fits into it, of the width of lines, and mean of a bay that is filled. */
const [bayRadius, bayDepth, bayLeast] = [0.8, 1.5, 0.85] as const;
/** Radius of the disc that tidies the edge of the fill of a bay, in pixels. */
const tidyPx = 1.5;
/** A level that is not decided yet. */
const unknown = -1;

/** A drawing with its edge, and how broad its lines are. */
export interface Pieces extends Pick<Redrawn, "alphas" | "inside" | "field" | "width"> {
  /** It is not lines alone. */
  readonly isOfFills?: boolean;
  /** The style has no outlines beside its solids. */
  readonly isForSolids?: boolean;
}

/**
 * @param answer [sizePx, sizePx] alphas, as the flow's answer has them
 * @param levels alphas that pieces may have, the highest first
 * @returns of each level what has it or a higher one
 */
export function decidePieces(
  { alphas, inside, field, width, isOfFills, isForSolids }: Pieces,
  answer: Float32Array,
  sizePx: number,
  levels: readonly number[] = [1],
): Edged[] {
  const sidePx = Math.sqrt(field.length);
  const ink = inkIn(field);
  const thick = width * sizePx * finePerPx;
  // Of ink to what is none, and the other way round.
  const away = distancesToOther(ink, sidePx, Math.ceil(Math.max(bayDepth, shutReach) * thick) + 2);
  const parts = labelAreas(ink, 1, sidePx, true);
  const lines = linesOf(repeated(piecesOf(alphas, sizePx).labels, sizePx), parts, sidePx);
  const drawn = refined(answer, sizePx);
  const areas = labelAreas(ink, 0, sidePx);
  const [lineMeans, partMeans] = [
    meansOf(lines, away, drawn, Math.ceil(thick)),
    meansOf(parts, away, drawn, Math.ceil(thick)),
  ];
  // An answer that has its outlines elsewhere says nothing of what is between those of the drawing.
  const isKnown = outlineMean(lines, areas, lineMeans, sidePx) >= outlineLeast * levels.at(-1)!;
  const levelNearest = (mean: number): number => (isKnown ? nearest(mean, [...levels, 0]) : 0);
  const means = meansOf(areas, away, drawn);
  // Of areas that are alike, one may have a tint.
  const shared = levels.length > 1 ? means : alikeMeans(areas, means, sidePx);
  const fills = shared.map((mean) => (isOfFills && mean < holeMost ? 0 : levelNearest(mean)));
  // Nothing is filled around a drawing but what it nearly encloses.
  fills[areas[0]!] = 0;
  const isFilled = fills.map((fill) => fill > 0);
  if (!isOfFills) for (const handle of handlesIn(areas, isFilled, thick, sidePx)) fills[handle] = 0;
  // A tint needs a line around it.
  if (!isOfFills && levels.length === 1)
    for (const { head, cells } of filledShoulders({ areas, sidePx, thick }, isFilled, parts)) {
      for (const cell of cells) areas[cell] = fills.length;
      fills.push(fills[head]!);
    }
  const feet =
    isForSolids && !isOfFills && levels.length === 1
      ? openFeet(alphas, sizePx, { areas, sidePx, thick }, parts, isFilled)
      : undefined;
  if (feet) {
    for (const cell of feet.cells) areas[cell] = fills.length;
    fills.push(levels[0]!);
  }
  const fillsOf = (labels: Uint16Array): number[] => {
    const levelsOf = meansOf(labels, away, drawn).map((mean) => (mean >= bayLeast ? levelNearest(mean) : 0));
    if (!levelsOf.some((level) => level > 0)) return levelsOf;
    const isOfArrows = enclosedByArrows(labels, { alphas, sizePx, width }, parts);
    return levelsOf.map((level, label) => (isOfArrows[label] ? 0 : level));
  };
  const known = { areas, fills: fills.slice(), drawn, sidePx, thick };
  const shut = shutAreas(known, () => ({ parts, lines }), away, fillsOf);
  if (shut) {
    for (let cell = 0; cell < areas.length; cell += 1)
      if (shut.labels[cell]! > 0) areas[cell] = fills.length + shut.labels[cell]!;
    fills.push(...shut.levels);
  }
  const bays = baysOf(areas, away, thick, sidePx);
  const bayFills = bays ? fillsOf(bays) : [];
  const hasBays = bayFills.some((fill) => fill > 0);
  if (bays && hasBays)
    for (let cell = 0; cell < areas.length; cell += 1)
      if (bays[cell]! > 0 && bayFills[bays[cell]!]! > 0) areas[cell] = fills.length + bays[cell]!;
  const levelOfArea = Float64Array.from([...fills, ...bayFills]);
  const [ofLines, ofParts] = [besideOf(lines, areas, levelOfArea, sidePx), besideOf(parts, areas, levelOfArea, sidePx)];
  const isOver: boolean[] = [];
  if (shut) for (let cell = 0; cell < parts.length; cell += 1) if (shut.over[cell] === 1) isOver[parts[cell]!] = true;
  const levelOfLine = new Float64Array(lineMeans.length).fill(unknown);
  const levelOf = (line: number, part: number): number => {
    if (feet?.isOutline[part]) return levels[0]!;
    const { edge, empty, fill, lowest } = ofLines[line] ?? nothingBeside;
    const around = ofParts[part]!;
    if (around.empty === 0) return levelWithin(around.fill, partMeans[part]!, isOfFills ? islandMost : never, levels);
    if (around.outer > 0 && !isOver[part]) return levelNearest(partMeans[part]!);
    if (edge === 0 || empty >= emptyLeast * edge || lowest < fill) return nearest(lineMeans[line]!, levels);
    return levelWithin(fill, lineMeans[line]!, dividerMost, levels);
  };
  // Levels are compared with themselves: one of four digits is not the same in 32 bits.
  const decided = new Float64Array(ink.length);
  for (let cell = 0; cell < ink.length; cell += 1) {
    const line = lines[cell]!;
    if (line > 0 && levelOfLine[line] === unknown) levelOfLine[line] = levelOf(line, parts[cell]!);
    if (shut?.over[cell] === 1) decided[cell] = levels[0]!;
    else decided[cell] = line > 0 ? levelOfLine[line]! : levelOfArea[areas[cell]!]!;
  }
  // By the grid, as those of what is decided are.
  const own = edgedOf(fieldAround(ink, sidePx), sizePx).inside;
  const firstBay = fills.length;
  const isEmpty = (cell: number): boolean => ink[cell] === 0 && levelOfArea[areas[cell]!] === 0;
  const isOutline = (cell: number): boolean => (ofLines[lines[cell]!]?.empty ?? 0) > 0;
  // Ink that lies on a tint.
  const isMark = (line: number): boolean => {
    const { edge, empty, fill } = ofLines[line] ?? nothingBeside;
    return levelOfLine[line] === levels[0] && fill > 0 && fill < levels[0]! && empty < emptyLeast * edge;
  };
  return levels.map((level) => {
    const mask = new Uint8Array(ink.length);
    let hasGaps = false;
    for (let cell = 0; cell < ink.length; cell += 1) {
      if (shut?.gaps[cell] === 1) continue;
      // No line says where the fill of a bay ends.
      if (decided[cell]! >= level) mask[cell] = areas[cell]! < firstBay || drawn[cell]! >= level / 2 ? 1 : 0;
      else if (ink[cell] === 1) hasGaps = true;
    }
    if (shut) evenRims(mask, shut);
    if (hasGaps) endGaps(mask, { ink, away, thick, sidePx, isEmpty, isOutline });
    if (level === levels[0] && levels.length > 1)
      endMarks(mask, { lines, away, thick, sidePx, isMark, isTinted: (own) => levelOfLine[own]! < level });
    const whole = hasBays ? tidied(mask, sidePx, (cell) => areas[cell]! >= firstBay) : mask;
    const edged = edgedOf(fieldAround(whole, sidePx), sizePx);
    return { ...edged, inside: withOwnEdges(edged.inside, own, inside) };
  });
}

/**
 * Bays of what lies around a drawing, from 1 on: what is nearer to a place that a disc reaches inside than to one that it reaches from without.
 * @param away distances to the ink
 */
function baysOf(areas: Uint16Array, away: Float32Array, thick: number, sidePx: number): Uint16Array | undefined {
  const broad = bayDepth * thick;
  const bays = partsAround(areas, away, { radius: bayRadius * thick, deep: broad, sidePx });
  if (!bays) return undefined;
  const isBay = new Uint8Array(highestOf(bays) + 1);
  for (let cell = 0; cell < bays.length; cell += 1) if (away[cell]! > broad) isBay[bays[cell]!] = 1;
  // Of all these, one is what lies around.
  isBay[bays[0]!] = 0;
  for (let cell = 0; cell < bays.length; cell += 1) if (isBay[bays[cell]!] === 0) bays[cell] = 0;
  return bays;
}

/** A mask without cracks, slivers and holes where `isOf`. */
function tidied(mask: Uint8Array, sidePx: number, isOf: (cell: number) => boolean): Uint8Array {
  const radius = tidyPx * finePerPx;
  const open = opened(distancesTo(1, mask, sidePx, radius + 2), radius, sidePx);
  const closed = mask.map((is, cell) => (isOf(cell) ? 1 - open[cell]! : is));
  const whole = opened(distancesTo(0, closed, sidePx, radius + 2), radius, sidePx);
  for (let cell = 0; cell < closed.length; cell += 1) if (isOf(cell)) closed[cell] = whole[cell]!;
  const holes = labelAreas(closed, 0, sidePx);
  const hasOthers: boolean[] = [];
  for (let cell = 0; cell < closed.length; cell += 1) if (!isOf(cell)) hasOthers[holes[cell]!] = true;
  return closed.map((is, cell) => (is === 1 || !hasOthers[holes[cell]!] ? 1 : 0));
}

const nearest = (mean: number, levels: readonly number[]): number =>
  levels.reduce((best, level) => (Math.abs(level - mean) < Math.abs(best - mean) ? level : best));

/** A line within a fill shows only at another level. @param most mean from which on it is part of the ink */
const levelWithin = (fill: number, mean: number, most: number, levels: readonly number[]): number =>
  fill === levels[0]
    ? mean >= most
      ? fill
      : levels[1] !== undefined && mean >= levels[1] / 2
        ? levels[1]
        : 0
    : mean >= fill / 2
      ? levels[0]!
      : 0;

/** Labels of lines on cells of ink: those without one get the nearest, and parts without lines, as dots are, one of their own. */
export function linesOf(labels: Uint16Array, parts: Uint16Array, sidePx: number): Uint16Array {
  for (let cell = 0; cell < labels.length; cell += 1) if (parts[cell] === 0) labels[cell] = 0;
  const lines = spreadLabels(labels, sidePx, parts);
  const count = highestOf(lines);
  for (let cell = 0; cell < lines.length; cell += 1)
    if (lines[cell] === 0 && parts[cell]! > 0) lines[cell] = count + parts[cell]!;
  return lines;
}

/** Mean of the lines beside what lies around a drawing. */
function outlineMean(lines: Uint16Array, areas: Uint16Array, lineMeans: readonly number[], sidePx: number): number {
  let sum = 0;
  let count = 0;
  const around = areas[0]!;
  const sides = [-1, 1, -sidePx, sidePx];
  for (let cell = sidePx; cell < lines.length - sidePx; cell += 1) {
    if (lines[cell] === 0) continue;
    for (let side = 0; side < sides.length; side += 1)
      if (areas[cell + sides[side]!] === around) {
        sum += lineMeans[lines[cell]!]!;
        count += 1;
      }
  }
  return count === 0 ? 0 : sum / count;
}

/** Of each label from 1 on, the mean of values in its middle. @param depth by which middles are told @param most depth that counts */
export function meansOf(
  labels: Uint16Array,
  depth: Float32Array,
  values: Float32Array,
  most = Number.POSITIVE_INFINITY,
): number[] {
  const deepest = depthsOf(labels, depth);
  const count = deepest.length;
  const [sums, counts] = [new Float64Array(count), new Uint32Array(count)];
  for (let label = 0; label < count; label += 1)
    deepest[label] = Math.min(coreShare * Math.min(deepest[label]!, most), corePx * finePerPx);
  for (let cell = 0; cell < labels.length; cell += 1) {
    const label = labels[cell]!;
    if (label === 0 || depth[cell]! < deepest[label]!) continue;
    sums[label]! += values[cell]!;
    counts[label]! += 1;
  }
  return Array.from(sums, (sum, label) => (counts[label] ? sum / counts[label]! : 0));
}

/** How deep the deepest cell of each label is. */
function depthsOf(labels: Uint16Array, depth: Float32Array): Float32Array {
  const depths = new Float32Array(highestOf(labels) + 1);
  for (let cell = 0; cell < labels.length; cell += 1)
    if (depth[cell]! > depths[labels[cell]!]!) depths[labels[cell]!] = depth[cell]!;
  return depths;
}
