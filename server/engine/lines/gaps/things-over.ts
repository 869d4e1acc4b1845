/**
 * What lies over the areas that broken outlines enclose, and the gaps along it. A thing of its own is told from a piece of the outline by where it
 * lies, and by whether the answer sets it apart. Pure.
 */
import { sides } from "../../pixels/places.ts";
import { distancesTo } from "../distances.ts";
import { highestOf, spreadLabels } from "../label-areas.ts";

/** Breadth of the gap along a thing, of the width of lines. */
const gapBreadth = 0.9;
/** Share of a thing's edge that lies along an area it lies over. */
const withinLeast = 0.6;
/** How far ink is from what is empty within an area, of the width of lines, and the least share of such ink: of a thing, and of a line of the outline. */
const [insideBy, insideLeast, throughLeast] = [1.2, 0.12, 0.3] as const;
/** Share of the edge of a line of the outline along what is empty, from which on it goes on outside. */
const leavesLeast = 0.2;
/** Share of the edge of a shut area up to which what has it is no piece of the outline. */
const pieceMost = 0.3;
/** Mean of the answer in the gap along a thing, of the fill's level, up to which the answer sets it apart. */
const apartMost = 0.78;

/** A drawing on a grid, and what an answer has there. */
export interface DrawnOnGrid {
  /** Labels of what is no ink, from 1 on, [sidePx, sidePx]: the first is what lies around the drawing. */
  readonly areas: Uint16Array;
  /** Level of each label of areas; what lies around has 0. */
  readonly fills: readonly number[];
  /** Alphas of the answer, [sidePx, sidePx]. */
  readonly drawn: Float32Array;
  readonly sidePx: number;
  /** Width of its lines, in cells. */
  readonly thick: number;
}

/** The same with its ink. */
export interface InkOnGrid extends DrawnOnGrid {
  /** Labels of its ink, from 1 on, [sidePx, sidePx]. */
  readonly parts: Uint16Array;
  /** The same by lines between the places where these meet. */
  readonly lines: Uint16Array;
}

/** Along what the edge of some ink lies. */
interface Edge {
  /** Cells of its edge along shut areas, and along what lies around. */
  within: number;
  without: number;
  /** The same along other areas, as those that it encloses itself. */
  other: number;
  /** Label of the shut area. */
  shut: number;
}

/** Ink by labels: parts, and of the outlines of shut areas their lines. */
export interface Units {
  /** Labels from 1 on, [sidePx, sidePx]. */
  readonly labels: Uint16Array;
  readonly edges: readonly (Edge | undefined)[];
  /** Labels from this on are lines of outlines. */
  readonly firstLine: number;
  /** Whether a label is of what lies over a shut area. */
  readonly isOver: readonly boolean[];
  /** Whether it does or may, as it is no long piece of an outline. */
  readonly mayBeOver: readonly boolean[];
  /** Ink of all that may, 1 or 0, [sidePx, sidePx]. */
  readonly things: Uint8Array;
}

/** Tells things from pieces of outlines by where they lie. @param shut labels of shut areas, [sidePx, sidePx] */
export function unitsOf(grid: InkOnGrid, shut: Uint16Array): Units {
  const { parts, lines, sidePx, thick } = grid;
  const ofParts = edgesOf(grid, parts, shut);
  // The outline of a shut area is what has much of its edge along both that and what lies around.
  const betweenBoth = (edge: Edge | undefined): number => (edge ? Math.min(edge.within, edge.without) : 0);
  const outlines: number[] = [];
  for (const [part, edge] of ofParts.entries())
    if (edge && betweenBoth(edge) > betweenBoth(ofParts[outlines[edge.shut] ?? 0])) outlines[edge.shut] = part;
  const isOutline: boolean[] = [];
  for (const part of outlines) if (part !== undefined) isOutline[part] = true;
  const firstLine = highestOf(parts) + 1;
  const labels = parts.slice();
  for (let cell = 0; cell < parts.length; cell += 1)
    if (isOutline[parts[cell]!]) labels[cell] = firstLine + lines[cell]!;
  const edges = edgesOf(grid, labels, shut);
  const toEmpty = distancesTo(1, emptyOf(grid, shut), sidePx, insideBy * thick + 1);
  const [inks, insides] = [edges.map(() => 0), edges.map(() => 0)];
  for (let cell = 0; cell < labels.length; cell += 1) {
    inks[labels[cell]!]! += 1;
    if (toEmpty[cell]! > insideBy * thick) insides[labels[cell]!]! += 1;
  }
  const along: number[] = [];
  for (const edge of edges) if (edge) along[edge.shut] = (along[edge.shut] ?? 0) + edge.within;
  const leaves = (edge: Edge | undefined): edge is Edge => edge !== undefined && edge.within > 0 && edge.without > 0;
  const isOver = edges.map((edge, label) => {
    if (!leaves(edge)) return false;
    const inside = insides[label]! / inks[label]!;
    const { within, without, other } = edge;
    if (label >= firstLine) return inside >= throughLeast && without >= leavesLeast * (within + without + other);
    return other > 0 || within >= withinLeast * (within + without) || inside >= insideLeast;
  });
  const mayBeOver = edges.map((edge, label) => {
    const isPiece = label >= firstLine || !leaves(edge) || edge.within > pieceMost * along[edge.shut]!;
    return isOver[label]! || !isPiece;
  });
  const things = new Uint8Array(labels.length);
  for (let cell = 0; cell < labels.length; cell += 1) if (mayBeOver[labels[cell]!]) things[cell] = 1;
  return { labels, edges, firstLine, isOver, mayBeOver, things };
}

/**
 * What lies over shut areas that are filled.
 * @param levels of the labels of shut areas
 * @param isEach whatever may lie over these does
 * @returns whether each label does, and how many parts of ink lie over each label of shut areas
 */
export function thingsOver(
  grid: InkOnGrid,
  { labels, edges, firstLine, isOver, mayBeOver, things }: Units,
  shut: Uint16Array,
  levels: readonly number[],
  isEach: boolean,
): { readonly isOver: readonly boolean[]; readonly counts: readonly number[] } {
  const { drawn, sidePx } = grid;
  const isAlong = gapsAlong(grid, things, shut, levels);
  const [near, isNear] = [new Uint16Array(labels.length), isAlong.slice()];
  for (let cell = 0; cell < labels.length; cell += 1)
    if (things[cell] === 1) {
      near[cell] = labels[cell]!;
      isNear[cell] = 1;
    }
  const nearest = spreadLabels(near, sidePx, isNear);
  const [sums, gaps] = [edges.map(() => 0), edges.map(() => 0)];
  for (let cell = 0; cell < labels.length; cell += 1)
    if (isAlong[cell] === 1) {
      sums[nearest[cell]!]! += drawn[cell]! / levels[shut[cell]!]!;
      gaps[nearest[cell]!]! += 1;
    }
  const liesOver = edges.map((edge, label) => {
    if (!edge || !mayBeOver[label] || levels[edge.shut] === 0) return false;
    return isEach || isOver[label]! || sums[label]! <= apartMost * gaps[label]!;
  });
  const counts = levels.map(() => 0);
  for (const [label, edge] of edges.entries())
    if (edge && liesOver[label] && label < firstLine) counts[edge.shut]! += 1;
  return { isOver: liesOver, counts };
}

/** Gaps in what is filled along things, 1 or 0, [sidePx, sidePx]. @param things their ink, of the same shape @param levels of the labels of shut areas */
export function gapsAlong(
  { sidePx, thick }: InkOnGrid,
  things: Uint8Array,
  shut: Uint16Array,
  levels: readonly number[],
): Uint8Array {
  const away = distancesTo(1, things, sidePx, gapBreadth * thick + 1);
  const gaps = new Uint8Array(things.length);
  for (let cell = 0; cell < gaps.length; cell += 1)
    if (levels[shut[cell]!]! > 0 && away[cell]! <= gapBreadth * thick) gaps[cell] = 1;
  return gaps;
}

/** What is neither ink nor filled nor shut, 1 or 0, [sidePx, sidePx]. */
function emptyOf({ areas, fills }: InkOnGrid, shut: Uint16Array): Uint8Array {
  const empty = new Uint8Array(areas.length);
  for (let cell = 0; cell < empty.length; cell += 1)
    if (areas[cell]! > 0 && fills[areas[cell]!] === 0 && shut[cell] === 0) empty[cell] = 1;
  return empty;
}

/** Along what the edges of ink lie, by its labels. */
function edgesOf({ areas, sidePx }: InkOnGrid, labels: Uint16Array, shut: Uint16Array): (Edge | undefined)[] {
  const around = areas[0]!;
  const edges: (Edge | undefined)[] = Array.from({ length: highestOf(labels) + 1 });
  // The border of the grid is never ink.
  for (let cell = sidePx; cell < labels.length - sidePx; cell += 1) {
    const label = labels[cell]!;
    if (label === 0) continue;
    edges[label] ??= { within: 0, without: 0, other: 0, shut: 0 };
    const edge = edges[label];
    for (const [right, down] of sides) {
      const near = cell + right + down * sidePx;
      const area = areas[near]!;
      if (shut[near]! > 0) {
        edge.within += 1;
        edge.shut = shut[near]!;
      } else if (area === around) edge.without += 1;
      else if (area > 0) edge.other += 1;
    }
  }
  return edges;
}
