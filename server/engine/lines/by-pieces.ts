/**
 * What a flow says of a drawing of lines, with the drawing's own edges: lines between the places where they meet, and the areas between lines,
 * are pieces, and of each the flow's answer says whether it is ink. So fills end where lines are, and marks inside of them stay whole. Where an
 * answer does not fit a piece, because the style draws something else there, it stays as it is. After superpixels, whose
 * labels are voted on by a network that knows edges only roughly (Fulkerson, Vedaldi & Soatto 2009). Pure.
 */
import { decidedShare } from "../pixels/decide-ink.ts";
import { areasAround, inkFrom, piecesOf } from "../pixels/strokes.ts";

/** Pixels that agree in a piece that is decided as a whole, as a share of those that count: of lines, which answers nibble at, and of areas. */
const [linesAgree, areasAgree] = [0.65, 0.8] as const;
/** Pixels within this distance of an edge of the drawing do not count, unless nothing else is there. */
const edgePx = 1;
/** On log-odds of what stays as the flow has it. */
const gain = 2.5;

/**
 * @param drawing [sizePx, sizePx] alphas of lines
 * @param answer [sizePx, sizePx] alphas, as the flow's answer has them
 * @returns alphas
 */
export function decidePieces(drawing: Float32Array, answer: Float32Array, sizePx: number): Float32Array {
  const isLine = (at: number): boolean => drawing[at]! >= inkFrom;
  const voteOf = {
    isFor: (at: number) => answer[at]! >= inkFrom,
    isCounted: (at: number) => !isAtEdge(drawing, at, sizePx),
  };
  const lines = votes(piecesOf(drawing, sizePx).labels, linesAgree, { ...voteOf, isOf: isLine });
  const areas = votes(areasOf(drawing, sizePx), areasAgree, { ...voteOf, isOf: (at) => !isLine(at) });
  return drawing.map((share, at) => {
    const own = decidedShare(answer[at]!, gain);
    return share * (lines(at) ?? own) + (1 - share) * (areas(at) ?? own);
  });
}

/**
 * Which areas between lines have a tint.
 * @param drawing [sizePx, sizePx] alphas of lines
 * @param answer [sizePx, sizePx] alphas, as the flow's answer has them
 * @param level alpha of the tint
 * @returns of each pixel's area, or the one next to it, whether it is tinted
 */
export function tintedAreas(
  drawing: Float32Array,
  answer: Float32Array,
  sizePx: number,
  level: number,
): (at: number) => boolean {
  const areas = votes(areasOf(drawing, sizePx), 0.5, {
    isOf: (at) => drawing[at]! < inkFrom,
    isFor: (at) => answer[at]! >= level / 2,
    isCounted: (at) => !isAtEdge(drawing, at, sizePx),
  });
  return (at) => areas(at) === 1;
}

function areasOf(drawing: Float32Array, sizePx: number): Uint16Array {
  return areasAround(
    drawing.map((share) => (share < inkFrom ? 1 : 0)),
    sizePx,
  ).labels;
}

interface Voters {
  /** Whether a pixel is of its piece, and not beside it. */
  isOf(at: number): boolean;
  isFor(at: number): boolean;
  isCounted(at: number): boolean;
}

/** Of a pixel, what the piece decided that it is of, or next to, 1 or 0; undefined where fewer than `agree` of its pixels agree. */
function votes(
  labels: Uint16Array,
  agree: number,
  { isOf, isFor, isCounted }: Voters,
): (at: number) => number | undefined {
  const [inner, all] = [new Map<number, Vote>(), new Map<number, Vote>()];
  for (let at = 0; at < labels.length; at += 1) {
    if (!isOf(at)) continue;
    add(all, labels[at]!, isFor(at));
    if (isCounted(at)) add(inner, labels[at]!, isFor(at));
  }
  const decided = new Map<number, number | undefined>();
  for (const [label, vote] of all) decided.set(label, decisionOf(inner.get(label) ?? vote, agree));
  return (at) => decided.get(labels[at]!);
}

interface Vote {
  votes: number;
  count: number;
}

function add(all: Map<number, Vote>, label: number, isFor: boolean): void {
  const vote = all.get(label) ?? { votes: 0, count: 0 };
  vote.votes += isFor ? 1 : 0;
  vote.count += 1;
  all.set(label, vote);
}

function decisionOf({ votes: found, count }: Vote, agree: number): number | undefined {
  if (found >= agree * count) return 1;
  return count - found >= agree * count ? 0 : undefined;
}

function isAtEdge(drawing: Float32Array, at: number, sizePx: number): boolean {
  const isInk = drawing[at]! >= inkFrom;
  const [column, row] = [at % sizePx, Math.floor(at / sizePx)];
  for (let y = Math.max(0, row - edgePx); y <= Math.min(sizePx - 1, row + edgePx); y += 1)
    for (let x = Math.max(0, column - edgePx); x <= Math.min(sizePx - 1, column + edgePx); x += 1)
      if (drawing[y * sizePx + x]! >= inkFrom !== isInk) return true;
  return false;
}
