/**
 * The shape of a drawing of one ink as signed distances to its edge, on a grid finer than its pixels, and where its middles lie: places
 * with no deeper one beside them. What is known of widths and edges of lines is read off them. Pure.
 */
import { inkFrom } from "../pixels/strokes.ts";
import { distancesTo, distancesToOther } from "./distances.ts";

/** Cells of the grid for each pixel, along either side. */
export const finePerPx = 3;
/** Pixels of nothing around the drawing, so that ink at its border has an edge. */
const padPx = 2;
/** Cells around an edge that are told apart. */
export const edgeCells = 2 * finePerPx;
/** Depth from which on all counts as deep, of the side of the grid: more than that of any line. */
const deepestShare = 0.08;

/** Along the middle of a slanted line depths differ by up to this much from cell to cell. */
const trembles = 0.4;

export interface Shape {
  /** Side of the grid. */
  readonly sidePx: number;
  /** Whether a cell is ink, [side, side]. */
  readonly ink: Uint8Array;
  /** From a cell of ink to the nearest that is none, in cells; 0 elsewhere, and never more than a line is deep. */
  readonly depth: Float32Array;
  /** Cells of ink with none beside them that is deeper, but for those that are deeper than lines. */
  readonly middles: readonly number[];
  /** Share of the ink that is deeper than lines. */
  readonly deep: number;
  /** Cells of ink. */
  readonly area: number;
}

/** A drawing whose edge is known in parts of a pixel. */
export interface Edged {
  /** [sizePx, sizePx], the share of each pixel that is ink. */
  readonly alphas: Float32Array;
  /** How far each pixel's middle lies inside of ink, in pixels, [sizePx, sizePx]; below 0 outside. */
  readonly inside: Float32Array;
}

/** @param alphas [sizePx, sizePx] */
export function shapeOf(alphas: Float32Array, sizePx: number): Shape {
  const fine = refined(alphas, sizePx);
  // A plain loop: `Uint8Array.from` with a function takes ten times as long as all else here.
  const ink = new Uint8Array(fine.length);
  for (let at = 0; at < ink.length; at += 1) ink[at] = fine[at]! >= inkFrom ? 1 : 0;
  return shapeFrom(ink, finePerPx * (sizePx + 2 * padPx));
}

/** @param ink [side, side], 1 or 0; none at the border */
export function shapeFrom(ink: Uint8Array, sidePx: number): Shape {
  const deepest = Math.fround(deepestShare * sidePx);
  const depth = distancesTo(0, ink, sidePx, deepest);
  let [inked, deep] = [0, 0];
  for (let at = 0; at < ink.length; at += 1) {
    inked += ink[at]!;
    if (depth[at]! >= deepest) deep += 1;
  }
  return {
    sidePx,
    ink,
    depth,
    middles: middlesOf(depth, sidePx, deepest),
    deep: inked === 0 ? 0 : deep / inked,
    area: inked,
  };
}

/** By the means of the cells of each pixel. @param field signed distances of cells to the edge, in cells, above 0 in ink, [side, side] */
export function edgedOf(field: Float32Array, sizePx: number): Edged {
  const [fine, pad] = [finePerPx, finePerPx * padPx];
  const [alphas, inside] = [new Float32Array(sizePx ** 2), new Float32Array(sizePx ** 2)];
  // Row by row of cells: a loop over the few cells of each pixel takes three times as long.
  for (let y = 0; y < fine * sizePx; y += 1) {
    const [from, to] = [(y + pad) * (fine * sizePx + 2 * pad) + pad, Math.floor(y / fine) * sizePx];
    for (let x = 0; x < fine * sizePx; x += 1) {
      const own = field[from + x]!;
      const at = to + Math.floor(x / fine);
      if (own > -0.5) alphas[at]! += own < 0.5 ? own + 0.5 : 1;
      inside[at]! += own;
    }
  }
  for (let at = 0; at < alphas.length; at += 1) {
    alphas[at]! /= fine ** 2;
    inside[at]! /= fine ** 3;
  }
  return { alphas, inside };
}

/** Cells that a disc of this radius covers somewhere within. @param depth distances to the outside */
export function opened(depth: Float32Array, radius: number, sidePx: number): Uint8Array {
  const core = new Uint8Array(depth.length);
  for (let cell = 0; cell < depth.length; cell += 1) core[cell] = depth[cell]! > radius ? 1 : 0;
  const reach = distancesTo(1, core, sidePx, radius + 2);
  const open = new Uint8Array(depth.length);
  for (let cell = 0; cell < depth.length; cell += 1)
    open[cell] = depth[cell]! > 0 && reach[cell]! <= radius + 1 ? 1 : 0;
  return open;
}

/** Signed distances to the edge of a mask, in cells, above 0 within, as far as edges are told apart. @param mask [side, side], 1 or 0 */
export function fieldAround(mask: Uint8Array, sidePx: number): Float32Array {
  const field = distancesToOther(mask, sidePx, edgeCells);
  for (let cell = 0; cell < field.length; cell += 1)
    field[cell] = mask[cell] === 1 ? field[cell]! - 0.5 : 0.5 - field[cell]!;
  return field;
}

/** Where signed distances say ink. @returns [side, side], 1 or 0 */
export function inkIn(field: Float32Array): Uint8Array {
  const ink = new Uint8Array(field.length);
  for (let cell = 0; cell < ink.length; cell += 1) ink[cell] = field[cell]! > 0 ? 1 : 0;
  return ink;
}

/** The cell in the middle of a pixel. */
export const cellAt = (at: number, sizePx: number): number =>
  (finePerPx * (Math.floor(at / sizePx) + padPx) + (finePerPx >> 1)) * finePerPx * (sizePx + 2 * padPx) +
  finePerPx * ((at % sizePx) + padPx) +
  (finePerPx >> 1);

/** Labels of pixels on the grid of a shape. */
export function repeated(labels: Uint16Array, sizePx: number): Uint16Array {
  const [fine, pad] = [finePerPx, finePerPx * padPx];
  const sidePx = fine * sizePx + 2 * pad;
  const cells = new Uint16Array(sidePx ** 2);
  for (let y = 0; y < fine * sizePx; y += 1) {
    const [from, to] = [Math.floor(y / fine) * sizePx, (y + pad) * sidePx + pad];
    for (let x = 0; x < fine * sizePx; x += 1) cells[to + x] = labels[from + Math.floor(x / fine)]!;
  }
  return cells;
}

/** Alphas on the grid of a shape: bilinear between the middles of pixels; nothing lies around. */
export function refined(alphas: Float32Array, sizePx: number): Float32Array {
  const side = sizePx + 2 * padPx;
  const sidePx = finePerPx * side;
  const [firsts, shares] = [new Int32Array(sidePx), new Float32Array(sidePx)];
  for (let at = 0; at < sidePx; at += 1) {
    const place = (at + 0.5) / finePerPx - 0.5;
    firsts[at] = Math.min(side - 2, Math.max(0, Math.floor(place)));
    shares[at] = Math.min(1, Math.max(0, place - firsts[at]!));
  }
  const padded = bordered(alphas, sizePx, padPx);
  const [row, fine] = [new Float32Array(side), new Float32Array(sidePx ** 2)];
  for (let y = 0, to = 0; y < sidePx; y += 1) {
    const top = firsts[y]! * side;
    const down = shares[y]!;
    for (let x = 0; x < side; x += 1) row[x] = (1 - down) * padded[top + x]! + down * padded[top + side + x]!;
    for (let x = 0; x < sidePx; x += 1, to += 1) {
      const left = firsts[x]!;
      const across = shares[x]!;
      fine[to] = (1 - across) * row[left]! + across * row[left + 1]!;
    }
  }
  return fine;
}

/** A drawing or mask with a border of nothing, so that its surroundings are one also where it reaches the border of the picture. @param pad its cells */
export function bordered<Grid extends Float32Array | Uint8Array>(grid: Grid, sidePx: number, pad = 1): Grid {
  const broad = sidePx + 2 * pad;
  const wide = grid instanceof Uint8Array ? new Uint8Array(broad ** 2) : new Float32Array(broad ** 2);
  for (let row = 0; row < sidePx; row += 1)
    wide.set(grid.subarray(row * sidePx, (row + 1) * sidePx), (row + pad) * broad + pad);
  return wide as Grid;
}

function middlesOf(depth: Float32Array, sidePx: number, deepest: number): number[] {
  const middles: number[] = [];
  // The border of the grid is never ink.
  for (let at = sidePx; at < depth.length - sidePx; at += 1) {
    if (depth[at] === 0 || depth[at]! >= deepest) continue;
    const own = depth[at]! + trembles;
    if (depth[at - 1]! > own || depth[at + 1]! > own) continue;
    const [above, below] = [at - sidePx, at + sidePx];
    if (depth[above]! > own || depth[below]! > own || depth[above - 1]! > own || depth[above + 1]! > own) continue;
    if (depth[below - 1]! <= own && depth[below + 1]! <= own) middles.push(at);
  }
  return middles;
}
