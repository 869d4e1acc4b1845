/**
 * What broken outlines enclose. Designers break an outline where another thing lies over it, as a wheel over a car or a pencil over a sheet: the gaps
 * are as broad as lines. Such an outline encloses an area all the same, and where that is filled the gap goes on along the other thing, or both
 * would melt together. Pure.
 */
import { sides } from "../../pixels/places.ts";
import { distancesTo } from "../distances.ts";
import { highestOf, labelAreas, spreadLabels } from "../label-areas.ts";

/** Radius of the disc that gets through no gap of a broken outline, and of the one that fits into what it encloses, of the width of lines. */
const [gapRadius, depthLeast] = [0.65, 1.5] as const;
/** Share of a thing's edge along what the outline encloses from which on it lies over that; where it encloses something itself it always does. */
const overLeast = 0.6;
/** Breadth of the gap along a thing, of the width of lines. */
const gapBreadth = 0.9;

/** A drawing on a grid. */
export interface InkOnGrid {
  /** Labels of its ink, from 1 on, [sidePx, sidePx]. */
  readonly parts: Uint16Array;
  /** Labels of what is no ink, from 1 on, [sidePx, sidePx]: the first is what lies around the drawing. */
  readonly areas: Uint16Array;
  readonly sidePx: number;
  /** Width of its lines, in cells. */
  readonly thick: number;
}

/**
 * Labels of what broken outlines enclose, from 1 on, [sidePx, sidePx]; undefined where none does.
 * @param away distances to the ink, in cells
 */
export function shutAreas({ areas, sidePx, thick }: InkOnGrid, away: Float32Array): Uint16Array | undefined {
  const around = areas[0]!;
  const [isAround, core] = [new Uint8Array(areas.length), new Uint8Array(areas.length)];
  for (let cell = 0; cell < areas.length; cell += 1) {
    if (areas[cell] !== around) continue;
    isAround[cell] = 1;
    if (away[cell]! > gapRadius * thick) core[cell] = 1;
  }
  const cores = labelAreas(core, 1, sidePx);
  if (highestOf(cores) < 2) return undefined;
  const reached = spreadLabels(cores, sidePx, isAround);
  const isShut = reached.map((label) => (label > 0 && label !== reached[0] ? 1 : 0));
  const shut = labelAreas(Uint8Array.from(isShut), 1, sidePx);
  const isDeep: boolean[] = [];
  for (let cell = 0; cell < shut.length; cell += 1) if (away[cell]! > depthLeast * thick) isDeep[shut[cell]!] = true;
  return shut.map((label) => (label > 0 && isDeep[label] ? label : 0));
}

/**
 * Gaps in the fill of what broken outlines enclose, along what lies over these, [sidePx, sidePx].
 * @param isFilled whether a label of a shut area is filled
 */
export function gapsAlongThings(
  { parts, areas, sidePx, thick }: InkOnGrid,
  shut: Uint16Array,
  isFilled: (label: number) => boolean,
): Uint8Array {
  const around = areas[0]!;
  const edges: { within: number; without: number; own: boolean; shut: number }[] = [];
  for (let cell = sidePx; cell < parts.length - sidePx; cell += 1) {
    const part = parts[cell]!;
    if (part === 0) continue;
    edges[part] ??= { within: 0, without: 0, own: false, shut: 0 };
    const edge = edges[part];
    for (const [right, down] of sides) {
      const near = cell + right + down * sidePx;
      if (shut[near]! > 0) {
        edge.within += 1;
        edge.shut = shut[near]!;
      } else if (areas[near] === around) edge.without += 1;
      else if (areas[near]! > 0) edge.own = true;
    }
  }
  // The outline of a shut area is what has most of its edge along what lies around.
  const outlines: number[] = [];
  for (const [part, edge] of edges.entries())
    if (edge && edge.within > 0 && edge.without > (edges[outlines[edge.shut] ?? 0]?.without ?? 0))
      outlines[edge.shut] = part;
  const isOver = edges.map(
    ({ within, without, own, shut: area }, part) =>
      within > 0 &&
      without > 0 &&
      isFilled(area) &&
      outlines[area] !== part &&
      (own || within >= overLeast * (within + without)),
  );
  const things = Uint8Array.from(parts, (part) => (isOver[part] ? 1 : 0));
  const away = distancesTo(1, things, sidePx, gapBreadth * thick + 1);
  return Uint8Array.from(shut, (label, cell) => Number(label > 0 && away[cell]! <= gapBreadth * thick));
}
