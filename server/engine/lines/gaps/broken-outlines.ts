/**
 * What broken outlines enclose. Designers break an outline where another thing lies over it, as a wheel over a car or a pencil over a sheet: the gaps
 * are as broad as lines. Such an outline encloses an area all the same, and where that is filled the gap goes on along the other thing, or both
 * would melt together. Pure.
 */
import { sides } from "../../pixels/places.ts";
import { distancesTo } from "../distances.ts";
import { labelAreas, partsAround } from "../label-areas.ts";

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
  const reached = partsAround(areas, away, gapRadius * thick, sidePx);
  if (!reached) return undefined;
  const isShut = new Uint8Array(reached.length);
  for (let cell = 0; cell < reached.length; cell += 1)
    if (reached[cell]! > 0 && reached[cell] !== reached[0]) isShut[cell] = 1;
  const shut = labelAreas(isShut, 1, sidePx);
  const isDeep: boolean[] = [];
  for (let cell = 0; cell < shut.length; cell += 1) if (away[cell]! > depthLeast * thick) isDeep[shut[cell]!] = true;
  for (let cell = 0; cell < shut.length; cell += 1) if (!isDeep[shut[cell]!]) shut[cell] = 0;
  return shut;
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
  // Plain loops: `Uint8Array.from` with a function takes ten times as long.
  const [things, gaps] = [new Uint8Array(parts.length), new Uint8Array(parts.length)];
  for (let cell = 0; cell < parts.length; cell += 1) if (isOver[parts[cell]!]) things[cell] = 1;
  const away = distancesTo(1, things, sidePx, gapBreadth * thick + 1);
  for (let cell = 0; cell < gaps.length; cell += 1)
    if (shut[cell]! > 0 && away[cell]! <= gapBreadth * thick) gaps[cell] = 1;
  return gaps;
}
