/**
 * A soft shadow, or a glow: the silhouette that lies behind a style's drawings, of one paint, blurred and moved by the same in all, as the
 * effects of drawing programs have it. It is found by how well one blur and one shift explain what is faint around drawings. Pure.
 */
import { distancesTo } from "../../lines/distances.ts";
import { averageAreas } from "../areas.ts";
import type { Drawing, Ink } from "../ink-colour.ts";
import { blurred } from "./blur.ts";
import { coverOfLayer } from "./cover.ts";
import { meanOf } from "./fit.ts";
import { lookedAt } from "./looked-at.ts";
import type { Shadow } from "./shadow.ts";

/** Fewer drawings may be alike by chance; more than some say nothing new; and those that are fitted to. */
const [drawingsLeast, lookedMost, fittedMost] = [4, 8, 5];
/** Alpha from which on a pixel is the drawing's, below which one shows nothing, and how far the drawing's edges reach. */
const [drawnFrom, faintFrom, edgePx] = [0.6, 0.012, 2];
/** Share of the picture that is faint where there is a shadow, and share of the drawings in which it must be. */
const [faintLeast, shareLeast] = [0.02, 0.85];
/** Difference of alpha to the next pixel within which it is flat, alpha of what may be so, and share of it that may. */
const [flatWithin, flatFrom, flatMost] = [0.004, 0.06, 0.5];
/** Deviation of the paint's channels from one drawing to the next. */
const alikeWithin = 0.12;
/** Deviations of the blur that are tried, and the farthest shift, of the side. */
const blurs = [0.01, 0.015, 0.022, 0.032, 0.045, 0.065];
const farthest = 0.1;
/** Steps of the coarse search, and of those around what it finds, with the factor on the blur; pixels of a half size. */
const coarsePx = 2;
const finer = [1, 1, 0.5, 0.5, 0.25, 0.25, 0.12].map((step) => ({ step, factor: 1 + step / 5 }));
/** Share of what is faint that a fit must explain: of all drawings, and of most. */
const [explainedLeast, someLeast] = [0.9, 0.75];
/** Of the coarse search. */
const firstLeast = 0.75;
/** Alpha that a shadow may have. */
const [alphaLeast, alphaMost] = [0.06, 0.9];

/** What is faint around a drawing. */
interface Faint {
  readonly side: number;
  /** Alpha of the drawing, [side, side]. */
  readonly body: Float32Array;
  /** Alpha of what shows, [side, side]. */
  readonly alphas: Float32Array;
  /** Of each pixel 1 where nothing of the drawing lies. */
  readonly isFree: Float32Array;
}

interface Fit {
  readonly blur: number;
  readonly right: number;
  readonly down: number;
  readonly alpha: number;
  readonly explained: number;
}

/** @returns undefined where drawings have none */
export function softShadowOf(drawings: readonly Drawing[]): Shadow | undefined {
  const looked = lookedAt(drawings, drawingsLeast, lookedMost);
  if (looked.length === 0) return undefined;
  const faint = looked.map((drawing) => faintIn(drawing));
  const shown = looked.flatMap((drawing, at) => (isFaint(faint[at]!) ? [{ drawing, faint: faint[at]! }] : []));
  if (shown.length < shareLeast * looked.length) return undefined;
  const ink = inkOfFaint(shown);
  if (!ink) return undefined;
  const fit = fitOf(shown.map((one) => one.faint));
  if (!fit || fit.alpha < alphaLeast || fit.alpha > alphaMost) return undefined;
  const { alpha, blur, right, down } = fit;
  return { isFilled: false, right, down, blur, paint: { ink, alpha } };
}

/**
 * A drawing and what is faint around it, told apart by alpha.
 * @param alphas [side, side]
 * @returns alpha of the drawing, and of each pixel 1 where nothing of it lies
 */
export function bodyOf(alphas: Float32Array, side: number): Pick<Faint, "body" | "isFree"> {
  const drawn = Uint8Array.from(alphas, (alpha) => Number(alpha >= drawnFrom));
  const away = distancesTo(1, drawn, side, edgePx + 1);
  return {
    body: alphas.map((alpha, at) => (away[at]! <= 1 ? alpha : 0)),
    isFree: Float32Array.from(away, (far) => Number(far > edgePx)),
  };
}

function faintIn({ planes, sizePx: side }: Drawing): Faint {
  const alphas = planes.subarray(3 * side ** 2);
  return { side, alphas, ...bodyOf(alphas, side) };
}

/** Whether enough is faint, and most of it gets softer. */
function isFaint({ side, alphas, isFree }: Faint): boolean {
  let [some, full, flat] = [0, 0, 0];
  for (let at = 0; at < alphas.length; at += 1) {
    if (isFree[at] === 0 || alphas[at]! < faintFrom) continue;
    some += 1;
    if (alphas[at]! < flatFrom) continue;
    full += 1;
    const isFlat = (near: number): boolean => Math.abs(alphas[near]! - alphas[at]!) <= flatWithin;
    if (isFlat(at - 1) && isFlat(at + side)) flat += 1;
  }
  return some >= faintLeast * alphas.length && flat <= flatMost * full;
}

/** The paint of what is faint; undefined where drawings differ. */
function inkOfFaint(shown: ReadonlyArray<{ readonly drawing: Drawing; readonly faint: Faint }>): Ink | undefined {
  const inks = shown.map(({ drawing: { planes, sizePx }, faint: { isFree } }) => {
    const pixels = sizePx ** 2;
    const sums = [0, 0, 0, 0];
    for (let at = 0; at < pixels; at += 1)
      if (isFree[at] === 1)
        for (let channel = 0; channel < 4; channel += 1) sums[channel]! += planes[channel * pixels + at]!;
    return sums.slice(0, 3).map((sum) => sum / sums[3]!);
  });
  const [red, green, blue] = [0, 1, 2].map((channel) => {
    const values = inks.map((ink) => ink[channel]!);
    const mean = meanOf(values);
    const isAlike = meanOf(values.map((value) => (value - mean) ** 2)) <= alikeWithin ** 2;
    return isAlike ? Math.min(1, Math.max(0, mean)) : undefined;
  });
  return red === undefined || green === undefined || blue === undefined ? undefined : [red, green, blue];
}

/** By a search in pixels of a half size, coarse and then finer around what it finds. */
function fitOf(faint: readonly Faint[]): Fit | undefined {
  const { side } = faint[0]!;
  const half = side / 2;
  const small = faint.slice(0, fittedMost).map(({ body, alphas, isFree }) => ({
    side: half,
    body: averageAreas(body, side, half),
    alphas: averageAreas(alphas, side, half),
    isFree: averageAreas(isFree, side, half).map((share) => Number(share === 1)),
  }));
  const reach = coarsePx * Math.ceil((farthest * half) / coarsePx);
  let best: Fit = { blur: 0, right: 0, down: 0, alpha: 0, explained: 0 };
  for (const blur of blurs) {
    const soft = small.map(({ body }) => blurred(body, half, blur * half));
    for (let y = -reach; y <= reach; y += coarsePx)
      for (let x = -reach; x <= reach; x += coarsePx) {
        const { explained, alpha } = explainedBy(small, soft, x, y);
        if (explained > best.explained) best = { blur, right: x / half, down: y / half, alpha, explained };
      }
  }
  if (best.explained < firstLeast) return undefined;
  for (const { step, factor } of finer) {
    const { blur, right, down } = best;
    const by = step / half;
    // Width and place hardly depend on each other.
    for (const shape of [
      { blur: blur / factor, right, down },
      { blur: blur * factor, right, down },
      { blur, right: right - by, down },
      { blur, right: right + by, down },
      { blur, right, down: down - by },
      { blur, right, down: down + by },
    ]) {
      const { explained, alpha } = explainedBy(small, coversOf(small, shape));
      if (explained > best.explained) best = { ...shape, alpha, explained };
    }
  }
  const covers = coversOf(faint, best);
  const { alpha, explained } = explainedBy(faint, covers);
  const some = faint.filter((one, at) => explainedBy([one], [covers[at]!], 0, 0, alpha).explained >= someLeast);
  return explained >= explainedLeast && some.length >= shareLeast * faint.length
    ? { ...best, alpha, explained }
    : undefined;
}

const coversOf = (faint: readonly Faint[], { blur, right, down }: Pick<Fit, "blur" | "right" | "down">) =>
  faint.map(({ body }) => coverOfLayer(body, { isFilled: false, blur, right, down }));

/** Share of the squares of what is faint that covers explain, moved by whole pixels, and the alpha that fits best, if it is not given. */
function explainedBy(
  faint: readonly Faint[],
  covers: readonly Float32Array[],
  x = 0,
  y = 0,
  given?: number,
): { readonly explained: number; readonly alpha: number } {
  let [both, own, seen] = [0, 0, 0];
  for (const [index, { side, alphas, isFree }] of faint.entries()) {
    const cover = covers[index]!;
    for (let row = 0; row < side; row += 1) {
      const fromRow = row - y;
      const isInside = fromRow >= 0 && fromRow < side;
      for (let column = 0; column < side; column += 1) {
        const at = row * side + column;
        if (isFree[at] === 0) continue;
        const fromColumn = column - x;
        const alpha = alphas[at]!;
        seen += alpha * alpha;
        if (!isInside || fromColumn < 0 || fromColumn >= side) continue;
        const value = cover[fromRow * side + fromColumn]!;
        both += value * alpha;
        own += value * value;
      }
    }
  }
  const alpha = given ?? (own === 0 ? 0 : both / own);
  return { alpha, explained: seen === 0 ? 0 : 1 - (seen - 2 * alpha * both + alpha ** 2 * own) / seen };
}
