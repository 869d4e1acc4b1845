/**
 * Drawings of fills in ink and a tint, as flat drawings of two colours are, whose tint no line goes around. Without the tint their silhouette would be lost:
 * in a style of lines the tint gets a line, in a style of fills lines in it are gaps. Tints within lines, behind them as hard shadows are, or along them as
 * a glow, are left as they are. Pure.
 */
import { inLines } from "../areas/in-lines.ts";
import { tintOf } from "../pixels/ink-colour.ts";
import { distancesTo } from "./distances.ts";
import { isLines, lineWidthOf } from "./line-width.ts";
import { shapeOf } from "./shape.ts";
import { ofTint, partsAsInk } from "./tinted.ts";

/** Share of a drawing's edge along its tint from which on no line goes around it: shadows have up to 0.56, fills 0.5 to 1. */
const openLeast = 0.58;
/** Pixels behind the edge that must have the tint, since soft edges of ink look like one. */
const behindPx = 3;
/** Distance from ink of what is no glow, of the side, and share of the tint that must be farther. */
const [glowReach, farLeast] = [0.07, 0.3] as const;
/** Grey of the tint in a drawing that has no other greys. */
const tintGrey = 0.75;
/** Pixels from the edge of a tint from which on it is one, and no soft edge of ink. */
const softPx = 2;
/** Half the width of ink that is a line within a tint, of the side. */
const lineReach = 0.05;

/**
 * @param planes premultiplied RGBA [4, sizePx, sizePx] of one ink with a tint
 * @param width of the style's lines, of the side
 * @returns alphas of lines along what has the tint and what is ink, [sizePx, sizePx]; undefined where no tint is open
 */
export function openTintInLines(
  planes: Float32Array,
  sizePx: number,
  width: number | undefined,
): Float32Array | undefined {
  const open = openTintOf(planes, sizePx);
  if (!open) return undefined;
  const { body, tint, alphas } = open;
  const pixels = sizePx ** 2;
  const opaque = new Float32Array(planes.length);
  for (let at = 0; at < pixels; at += 1) {
    for (let channel = 0; channel < 3; channel += 1)
      opaque[channel * pixels + at] = tintGrey * (1 - overTintOf(alphas[at]!, tint)) * body[at]!;
    opaque[3 * pixels + at] = body[at]!;
  }
  return inLines({ planes: opaque, sizePx }, width)?.subarray(3 * pixels);
}

/**
 * @param planes as above
 * @returns alphas of ink and tint as one fill, in which marks and lines of ink are gaps, [sizePx, sizePx]; undefined where no tint is open
 */
export function openTintAsFill(planes: Float32Array, sizePx: number): Float32Array | undefined {
  const open = openTintOf(planes, sizePx);
  if (!open) return undefined;
  const { body, tint, alphas, levels } = open;
  const depth = distancesTo(
    0,
    levels.map((level) => Number(level === 1)),
    sizePx,
    softPx + 2,
  );
  // What is between parts of the tint that lie no farther apart than a line is broad (a closing).
  const reach = lineReach * sizePx + softPx;
  const away = distancesTo(
    1,
    Uint8Array.from(depth, (px) => Number(px > softPx)),
    sizePx,
    reach + 2,
  );
  const within = distancesTo(
    0,
    Uint8Array.from(away, (px) => Number(px <= reach)),
    sizePx,
    reach + 2,
  );
  return partsAsInk(alphas, sizePx, tint).map((part, at) =>
    within[at]! > lineReach * sizePx ? Math.min(part, Math.max(0, body[at]! - overTintOf(alphas[at]!, tint))) : part,
  );
}

/** Share of ink over a tint. */
const overTintOf = (alpha: number, tint: number): number => Math.max(0, (alpha - tint) / (1 - tint));

/** A drawing with a tint that no line goes around. */
interface OpenTint {
  readonly tint: number;
  /** [sizePx, sizePx] */
  readonly alphas: Float32Array;
  /** Alphas as if the tint were ink. */
  readonly body: Float32Array;
  /** 0: nothing, 1: the tint, 2: ink. */
  readonly levels: Uint8Array;
}

function openTintOf(planes: Float32Array, sizePx: number): OpenTint | undefined {
  const alphas = planes.subarray(3 * sizePx ** 2);
  const tint = tintOf([{ planes, sizePx }]);
  if (tint === undefined) return undefined;
  const levels = Uint8Array.from(alphas, (alpha) => Number(alpha >= tint / 2) + Number(alpha >= (1 + tint) / 2));
  if (openShare(levels, sizePx) < openLeast || farShare(levels, sizePx) < farLeast) return undefined;
  const body = ofTint(alphas, tint);
  // Lines of a tint are lines already.
  return isLines(lineWidthOf(shapeOf(body, sizePx), sizePx)) ? undefined : { tint, alphas, body, levels };
}

/** Share of the edge of a drawing that its tint has. @param levels 0: nothing, 1: the tint, 2: ink, [sizePx, sizePx] */
function openShare(levels: Uint8Array, sizePx: number): number {
  let [open, all] = [0, 0];
  const levelAt = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= sizePx || y >= sizePx ? 0 : levels[y * sizePx + x]!;
  for (const [at, level] of levels.entries()) {
    if (level !== 0) continue;
    const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
    for (const [right, down] of sides) {
      if (levelAt(x + right, y + down) === 0) continue;
      all += 1;
      let behind = 1;
      while (behind <= behindPx && levelAt(x + behind * right, y + behind * down) === 1) behind += 1;
      if (behind > behindPx) open += 1;
    }
  }
  return all === 0 ? 0 : open / all;
}

const sides = [
  [1, 0],
  [-1, 0],
  [0, 1],
  [0, -1],
] as const;

/** Share of the tint that is not near ink. */
function farShare(levels: Uint8Array, sizePx: number): number {
  const reach = glowReach * sizePx;
  const away = distancesTo(
    1,
    levels.map((level) => Number(level === 2)),
    sizePx,
    reach + 1,
  );
  let [far, tinted] = [0, 0];
  for (const [at, level] of levels.entries()) {
    if (level !== 1) continue;
    tinted += 1;
    if (away[at]! > reach) far += 1;
  }
  return tinted === 0 ? 0 : far / tinted;
}
