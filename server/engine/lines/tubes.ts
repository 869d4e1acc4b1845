/** Lines that a style of outlined fills draws as tubes: in a tint or a colour, between outlines. Pure. */
import { boundsOf } from "../pixels/places.ts";
import { resampleSquare } from "../pixels/resample-square.ts";
import { countParts } from "./count-parts.ts";
import { isLines, type LineWidth, lineWidthOf, widthMost } from "./line-width.ts";
import { type Redrawn, redrawLines } from "./redraw-lines.ts";
import { bordered, type Shape, shapeOf } from "./shape.ts";

/** Tubes of a style. */
export interface Tubes {
  /** Between the outer edges of their outlines, of the side. */
  readonly width: number;
  /** Whether nearly all its drawings are such, or many, some of them around areas that stay empty: then lines around areas are tubes, too. */
  readonly isAll: boolean;
}

/** How much broader tubes are than their outlines at least, where what has a fill is known, and where it is not. */
const [filledBroader, anyBroader] = [2.05, 2.5] as const;
/** How much broader plain lines are at most. Those between are fills that outlines closed, and say nothing. */
const plainMost = 1.7;
/** How much broader lines must be that become tubes, and how much of the width of the style's they must have. */
const [madeBroader, madeLeast] = [2.2, 0.6] as const;
/** The broadest, of the side. */
const broadest = 0.18;
/** Drawings that are looked at, how many tubes there must be, their share of these and plain lines, and that of all from which on all are. */
const [lookedMost, tubesLeast, ofLines, ofAll] = [12, 2, 0.75, 0.7] as const;
/** Share of all drawings that must be tubes, and be some around what stays empty, for lines around areas to be such: where a style fills these, few are. */
const [manyLeast, aroundLeast] = [0.4, 0.25] as const;
/** Width of lines from which on they become tubes even around areas, of that of the style's tubes. */
const broadFrom = 0.65;

/** Pixels that tubes leave beside them where a drawing gets smaller for them. */
const marginPx = 1;

/** What a drawing covers, [sizePx, sizePx]. */
export interface Silhouette {
  readonly alphas: Float32Array;
  readonly sizePx: number;
  /** Whether it has a fill between its outlines, where that is known. */
  readonly isFilled?: boolean | undefined;
}

/** @param outline width of the outlines, of the side @returns undefined where a style has none, or plain lines too */
export function tubesAmong(silhouettes: readonly Silhouette[], outline: number): Tubes | undefined {
  const looked = silhouettes.slice(0, lookedMost);
  if (looked.length < tubesLeast || filledBroader * outline > broadest) return undefined;
  const lines = looked.flatMap(({ alphas, sizePx, isFilled }) => {
    const found = lineWidthOf(shapeOf(alphas, sizePx), sizePx);
    return areTubesOrLines(found) ? [{ alphas, sizePx, width: found.width, isFilled }] : [];
  });
  const tubes = lines
    .filter(({ isFilled }) => isFilled !== false)
    .filter(({ width, isFilled }) => width >= (isFilled ? filledBroader : anyBroader) * outline);
  const widths = tubes.map(({ width }) => width).sort((one, other) => one - other);
  const plain = lines.filter(
    ({ width, isFilled }) => width < plainMost * outline || (isFilled === false && width >= anyBroader * outline),
  );
  // A style that has plain lines too draws them plain.
  if (widths.length < tubesLeast || widths.length < ofLines * (widths.length + plain.length)) return undefined;
  const around = tubes.filter(({ alphas, sizePx }) => !enclosesNothing(alphas, sizePx)).length;
  const areMany = widths.length >= manyLeast * looked.length && around >= aroundLeast * looked.length;
  const isAll = widths.length >= ofAll * looked.length || areMany;
  return { width: widths[widths.length >> 1]!, isAll };
}

const areTubesOrLines = (found: LineWidth | undefined): found is LineWidth =>
  found !== undefined && isLines({ ...found, width: Math.min(found.width, widthMost) }) && found.width <= broadest;

/**
 * Lines as broad as the tubes of a style: those nearly as broad, and those that enclose nothing that could be filled. A drawing that would reach beyond
 * the picture gets smaller.
 * @param alphas [sizePx, sizePx]
 * @param outline width of the outlines, of the side
 * @returns undefined where lines stay lines
 */
export function asTubes(
  alphas: Float32Array,
  sizePx: number,
  shape: Shape,
  { width, isAll, outline }: Tubes & { readonly outline: number },
): Redrawn | undefined {
  const own = lineWidthOf(shape, sizePx);
  if (!isLines(own)) return undefined;
  const isTube = isAll || own.width >= broadFrom * width || enclosesNothing(alphas, sizePx);
  if (!isTube) return undefined;
  const isBroad = (tubes: Redrawn | undefined): boolean =>
    tubes !== undefined && tubes.width >= Math.max(madeBroader * outline, madeLeast * width);
  const room = sizePx - 2 * marginPx - width * sizePx;
  const scale = room / (2 * halfExtent(alphas, sizePx) - own.width * sizePx);
  const smaller = scale < 1 ? redrawLines(scaled(alphas, sizePx, scale), sizePx, width) : undefined;
  if (isBroad(smaller)) return smaller;
  // Smaller lines may have too little room.
  const tubes = redrawLines(alphas, sizePx, width, shape);
  return isBroad(tubes) ? tubes : undefined;
}

const enclosesNothing = (alphas: Float32Array, sizePx: number): boolean =>
  countParts(bordered(alphas, sizePx), sizePx + 2).holes <= 1;

/** About the middle of the picture. */
function scaled(alphas: Float32Array, sizePx: number, scale: number): Float32Array {
  const sidePx = sizePx / scale;
  const away = (sizePx - sidePx) / 2;
  return resampleSquare(alphas, { left: away, top: away, sidePx }, sizePx);
}

/** Pixels from the middle of the picture to the side that a drawing reaches farthest to. */
function halfExtent(alphas: Float32Array, sizePx: number): number {
  const box = boundsOf(sizePx, (at) => alphas[at]! >= 0.5);
  const middle = sizePx / 2;
  return box ? Math.max(middle - box.left, middle - box.top, box.right - middle, box.bottom - middle) : middle;
}
