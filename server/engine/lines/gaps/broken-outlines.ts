/**
 * What broken outlines enclose. Designers break an outline where another thing lies over it, as a wheel over a car, a pencil over a sheet or a plus
 * over a calendar. Such an outline encloses an area all the same, and where that is filled a gap goes on along the other thing, or both would melt
 * together. Pure.
 */
import { sides } from "../../pixels/places.ts";
import { distancesTo } from "../distances.ts";
import { areasAtBorder, labelAreas, partsAround } from "../label-areas.ts";
import { opened } from "../shape.ts";
import { type DrawnOnGrid, gapsAlong, type InkOnGrid, thingsOver, unitsOf } from "./things-over.ts";

/** Radii of the discs that get through no gap of a broken outline, the smallest first, of the width of lines. */
const gapRadii = [0.65, 1.25] as const;
/** By how much a disc that fits into what an outline encloses is larger than the one that gets through no gap, of the width of lines. */
const deeperBy = 0.5;
/** How far distances to ink have to reach, of the width of lines. */
export const shutReach = gapRadii[1] + deeperBy;
/** Things in broad gaps of one outline: more are dashes. */
const thingsMost = 2;
/** How far from things over an area its cells say whether it is filled, of the width of lines. */
const apartBy = 1.6;
/** Share of a line's edge beside shut areas and what lies around from which on it is an outer one; at their ends all are beside others. */
const outerLeast = 0.2;
/** Radii of the discs that close notches and round corners, where no line says where a fill ends, and how far from there; of the width of lines. */
const [notchRadius, cornerRadius, rimReach] = [0.9, 0.95, 2] as const;

/** What broken outlines enclose and is filled. */
export interface ShutAreas {
  /** The drawing. */
  readonly grid: InkOnGrid;
  /** From 1 on, [sidePx, sidePx]; 0 elsewhere. */
  readonly labels: Uint16Array;
  /** Level of each label; of 0 it is 0. */
  readonly levels: readonly number[];
  /** Outer lines of things that lie over these, 1 or 0, [sidePx, sidePx]. */
  readonly over: Uint8Array;
  /** Gaps in the fills along these, 1 or 0, [sidePx, sidePx]. */
  readonly gaps: Uint8Array;
}

/**
 * What broken outlines enclose and is filled: the narrowest gaps that enclose it count, and broad ones only where something lies in them.
 * @param piecesOf labels of the ink, which few drawings need
 * @param away distances to the ink, in cells
 * @param levelsOf level of each label of areas by what the answer has in these, 0 where they are empty
 * @returns undefined where nothing is
 */
export function shutAreas(
  drawing: DrawnOnGrid,
  piecesOf: () => Pick<InkOnGrid, "parts" | "lines">,
  away: Float32Array,
  levelsOf: (labels: Uint16Array) => readonly number[],
): ShutAreas | undefined {
  const { sidePx, thick } = drawing;
  const cells = sidePx ** 2;
  const [labels, over, gaps] = [new Uint16Array(cells), new Uint8Array(cells), new Uint8Array(cells)];
  const levels = [0];
  let grid: InkOnGrid | undefined;
  for (const radius of gapRadii) {
    const shut = enclosed(drawing, away, radius, labels);
    if (!shut) continue;
    grid ??= { ...drawing, ...piecesOf() };
    const units = unitsOf(grid, shut);
    const own = levelsOf(farFrom(units.things, shut, apartBy * thick, sidePx)).slice();
    if (!own.some((level) => level > 0)) continue;
    const isBroad = radius > gapRadii[0];
    const { isOver, counts } = thingsOver(grid, units, shut, own, isBroad);
    if (isBroad)
      for (let label = 0; label < own.length; label += 1)
        if (counts[label] === 0 || counts[label]! > thingsMost) own[label] = 0;
    const things = new Uint8Array(cells);
    for (let cell = 0; cell < cells; cell += 1) {
      const unit = units.labels[cell]!;
      if (isOver[unit] && own[units.edges[unit]!.shut]! > 0) things[cell] = 1;
    }
    const along = gapsAlong(grid, things, shut, own);
    const isEdge = linesBeside(grid, shut);
    for (let cell = 0; cell < cells; cell += 1) {
      if (own[shut[cell]!]! > 0) labels[cell] = levels.length - 1 + shut[cell]!;
      if (things[cell] === 1 && isEdge[grid.lines[cell]!]) over[cell] = 1;
      if (along[cell] === 1) gaps[cell] = 1;
    }
    levels.push(...own.slice(1));
  }
  return grid && levels.some((level) => level > 0) ? { grid, labels, levels, over, gaps } : undefined;
}

/** Labels of deep areas that a disc can't leave, from 1 on. @param known labels of what needs no larger disc @returns undefined where there is none */
function enclosed(
  { areas, sidePx, thick }: DrawnOnGrid,
  away: Float32Array,
  radius: number,
  known: Uint16Array,
): Uint16Array | undefined {
  const deep = (radius + deeperBy) * thick;
  const reached = partsAround(areas, away, { radius: radius * thick, deep, sidePx });
  if (!reached) return undefined;
  const outside = areasAtBorder(reached, sidePx);
  const isShut = new Uint8Array(reached.length);
  for (let cell = 0; cell < reached.length; cell += 1)
    if (reached[cell]! > 0 && known[cell] === 0 && !outside.has(reached[cell]!)) isShut[cell] = 1;
  const shut = labelAreas(isShut, 1, sidePx);
  const isDeep: boolean[] = [];
  for (let cell = 0; cell < shut.length; cell += 1)
    if (shut[cell]! > 0 && away[cell]! > deep) isDeep[shut[cell]!] = true;
  for (let cell = 0; cell < shut.length; cell += 1) if (!isDeep[shut[cell]!]) shut[cell] = 0;
  return isDeep.length > 0 ? shut : undefined;
}

/** Whether lines are beside shut areas or what lies around, by their labels: others lie within a thing. */
function linesBeside({ areas, lines, sidePx }: InkOnGrid, shut: Uint16Array): boolean[] {
  const [edges, outer]: [number[], number[]] = [[], []];
  for (let cell = sidePx; cell < lines.length - sidePx; cell += 1) {
    const line = lines[cell]!;
    if (line === 0) continue;
    for (const [right, down] of sides) {
      const near = cell + right + down * sidePx;
      if (areas[near] === 0) continue;
      edges[line] = (edges[line] ?? 0) + 1;
      if (areas[near] === areas[0] || shut[near]! > 0) outer[line] = (outer[line] ?? 0) + 1;
    }
  }
  return edges.map((edge, line) => (outer[line] ?? 0) >= outerLeast * edge);
}

/** Labels without what is near to `things`, unless nothing of a label is left. */
function farFrom(things: Uint8Array, labels: Uint16Array, least: number, sidePx: number): Uint16Array {
  const away = distancesTo(1, things, sidePx, least + 1);
  const hasFar: boolean[] = [];
  for (let cell = 0; cell < labels.length; cell += 1) if (away[cell]! > least) hasFar[labels[cell]!] = true;
  const far = labels.slice();
  for (let cell = 0; cell < far.length; cell += 1) if (away[cell]! <= least && hasFar[far[cell]!]) far[cell] = 0;
  return far;
}

/**
 * Evens fills of broken outlines where no line says where these end: closes notches there, and rounds corners.
 * @param mask changed in place
 */
export function evenRims(mask: Uint8Array, { grid, labels, over, gaps }: ShutAreas): void {
  const { parts, areas, sidePx, thick } = grid;
  const around = areas[0]!;
  const rims = new Uint8Array(mask.length);
  for (let cell = sidePx; cell < rims.length - sidePx; cell += 1)
    if (labels[cell]! > 0 && isBeside(areas, cell, around, sidePx)) rims[cell] = 1;
  const away = distancesTo(1, rims, sidePx, rimReach * thick + 1);
  // Lines that are gaps in a fill are no end of it.
  const body = mask.slice();
  for (let cell = 0; cell < body.length; cell += 1) if (parts[cell]! > 0) body[cell] = 1 - over[cell]!;
  const isOpen = (cell: number): boolean =>
    away[cell]! <= rimReach * thick &&
    gaps[cell] === 0 &&
    (labels[cell]! > 0 || areas[cell] === around || (parts[cell]! > 0 && over[cell] === 0));
  const [notch, corner] = [notchRadius * thick, cornerRadius * thick];
  const open = opened(distancesTo(1, body, sidePx, notch + 2), notch, sidePx);
  for (let cell = 0; cell < body.length; cell += 1)
    if (body[cell] === 0 && open[cell] === 0 && isOpen(cell)) {
      body[cell] = 1;
      mask[cell] = 1;
    }
  const even = opened(distancesTo(0, body, sidePx, corner + 2), corner, sidePx);
  for (let cell = 0; cell < body.length; cell += 1) if (even[cell] === 0 && isOpen(cell)) mask[cell] = 0;
}

const isBeside = (areas: Uint16Array, cell: number, label: number, sidePx: number): boolean =>
  areas[cell - 1] === label ||
  areas[cell + 1] === label ||
  areas[cell - sidePx] === label ||
  areas[cell + sidePx] === label;
