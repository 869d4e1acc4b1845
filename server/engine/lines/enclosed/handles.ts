/**
 * Handles of a drawing of lines: the shackle of a padlock, the handles of bags, briefcases and cups. What is behind them shows through, so they stay
 * open where their body is filled, whatever a flow says of them: it fills about as many as it leaves open. The limits were set on outlines of
 * families that are trained on and have filled variants, where nine of ten such areas are open beside a filled body. Pure.
 */
import { type Extent, extentsOf } from "./extents.ts";

/** Steps beyond an area's middle, along rows and columns of its grid. */
type Side = "left" | "right" | "top" | "bottom";

/** Share of its body's size that a handle has at most, on top and beside it. */
const [onTopMost, besideMost] = [0.5, 0.3] as const;
/** Share of its height or width along its body that it has where it meets it, from which on it does not taper towards it as a head does. */
const footLeast = 0.85;
/** Room beside a handle on top, in widths of lines, how far it is off the middle, and its width, of the body's. */
const [roomOnTop, offMost, widthMost] = [0.9, 0.3, 0.7] as const;
/** Room above and below a handle at the side, its height, of the body's, and its width, of its own height. */
const [roomBeside, heightMost, thinLeast, thickMost] = [0.75, 0.8, 0.25, 0.9] as const;
/** Share of its height that its outer end has, how far in, where it is rounded; of one that is as high up as its body, which may be a wing, too. */
const [tipMost, tipAt, tipOfHighLeast, tipOfHighMost] = [0.97, 0.12, 0.4, 0.95] as const;
/** Share of its body's size, and width, of its height, that one without a rounded end has at most. */
const [squareMost, squareThickMost] = [0.25, 0.65] as const;
/** Ink between a handle and what is beside it, in widths of lines. */
const wallMost = 2;
/** Share by which areas above and below a body differ at most that are a pair, as the straps of a watch are. */
const pairWithin = 0.25;

/**
 * @param areas labels of what is no ink, from 1 on, [side, side]; 0 is ink, and the first cell is of what lies around
 * @param isFilled of each label
 * @param thick width of lines, in cells
 * @returns labels of handles of a filled body
 */
export function handlesIn(areas: Uint16Array, isFilled: readonly boolean[], thick: number, sidePx: number): number[] {
  const around = areas[0]!;
  const filled = [...isFilled.keys()].filter((label) => label > 0 && label !== around && isFilled[label]);
  if (filled.length < 2) return [];
  const grid = { areas, sidePx, thick, extents: extentsOf(areas, isFilled.length, sidePx) };
  return filled.filter((label) => {
    const beyond = beyondOf(grid, label);
    if (!beyond) return false;
    const inner = (["bottom", "left", "right"] as const).filter((side) => beyond[side] !== around);
    const [side, ...more] = inner;
    if (side === undefined || more.length > 0 || beyond.top !== around) return false;
    const body = beyond[side];
    if (body === 0 || !isFilled[body]) return false;
    return side === "bottom" ? isOnTop(grid, label, body) : isBeside(grid, label, body, side);
  });
}

interface Grid {
  readonly areas: Uint16Array;
  readonly sidePx: number;
  readonly thick: number;
  readonly extents: readonly Extent[];
}

/** What is beyond the ink above, below and beside the middle of an area: a label, or 0 where there is ink alone. */
function beyondOf({ areas, sidePx, thick, extents }: Grid, label: number): Record<Side, number> | undefined {
  const { left, right, top, bottom } = extents[label]!;
  const middle = Math.floor((top + bottom) / 2) * sidePx + Math.floor((left + right) / 2);
  if (areas[middle] !== label) return undefined;
  const walk = (step: number): number => {
    let at = middle;
    while (areas[at] === label) at += step;
    for (let wall = 0; areas[at] === 0 && wall <= wallMost * thick; wall += 1) at += step;
    return areas[at] ?? 0;
  };
  return { left: walk(-1), right: walk(1), top: walk(-sidePx), bottom: walk(sidePx) };
}

/** Whether an area is narrower than the body below it, in the middle of its top, and has no counterpart below it. */
function isOnTop(grid: Grid, label: number, body: number): boolean {
  const { thick, extents } = grid;
  const [own, below] = [extents[label]!, extents[body]!];
  const width = own.right - own.left + 1;
  const [from, to] = inRows(grid, body, below.top, below.top + thick);
  const room = Math.min(own.left - from, to - own.right);
  const off = Math.abs(own.left + own.right - below.left - below.right) / 2;
  return (
    own.bottom < below.top &&
    own.cells <= onTopMost * below.cells &&
    width <= widthMost * (below.right - below.left + 1) &&
    inRow(grid, label, own.bottom - 1) >= footLeast * width &&
    room >= roomOnTop * thick &&
    off <= offMost * thick &&
    !extents.some(({ cells, top }) => top > below.bottom && Math.abs(cells - own.cells) < pairWithin * own.cells)
  );
}

/** Whether an area is lower than the body beside it, and rounded at its outer end. @param side of the body */
function isBeside(grid: Grid, label: number, body: number, side: "left" | "right"): boolean {
  const { thick, extents } = grid;
  const [own, beside] = [extents[label]!, extents[body]!];
  const [width, height] = [own.right - own.left + 1, own.bottom - own.top + 1];
  const inset = Math.max(1, Math.floor(tipAt * width));
  const [foot, end] = side === "left" ? [own.left + 1, own.right - inset] : [own.right - 1, own.left + inset];
  const tip = inColumn(grid, label, end) / height;
  const room = Math.min(own.top - beside.top, beside.bottom - own.bottom) / thick;
  const isSlim = own.cells <= squareMost * beside.cells && width <= squareThickMost * height;
  const isApart = side === "left" ? own.left > beside.right : own.right < beside.left;
  return (
    isApart &&
    own.cells <= besideMost * beside.cells &&
    height <= heightMost * (beside.bottom - beside.top + 1) &&
    width >= thinLeast * height &&
    width <= thickMost * height &&
    inColumn(grid, label, foot) >= footLeast * height &&
    (room >= roomBeside ? isSlim || tip <= tipMost : room >= 0 && tip >= tipOfHighLeast && tip <= tipOfHighMost)
  );
}

/** First and last column of a label in some rows. */
function inRows({ areas, sidePx, extents }: Grid, label: number, top: number, bottom: number): [number, number] {
  const { left, right } = extents[label]!;
  let [first, last] = [right, left];
  for (let y = top; y <= bottom; y += 1)
    for (let x = left; x <= right; x += 1)
      if (areas[y * sidePx + x] === label) {
        first = Math.min(first, x);
        last = Math.max(last, x);
      }
  return [first, last];
}

function inRow({ areas, sidePx, extents }: Grid, label: number, y: number): number {
  const { left, right } = extents[label]!;
  let cells = 0;
  for (let x = left; x <= right; x += 1) if (areas[y * sidePx + x] === label) cells += 1;
  return cells;
}

function inColumn({ areas, sidePx, extents }: Grid, label: number, x: number): number {
  const { top, bottom } = extents[label]!;
  let cells = 0;
  for (let y = top; y <= bottom; y += 1) if (areas[y * sidePx + x] === label) cells += 1;
  return cells;
}
