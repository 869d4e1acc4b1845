/**
 * Drawings of fills in ink and a tint, as flat drawings of two colours are, whose tint no line goes around. Without the tint their silhouette would be lost:
 * in a style of lines the tint gets a line, in a style of fills ink in it is a gap, and ink beside it stays. Tints within lines, behind them as hard
 * shadows are, or along them as a glow, are left as they are. Pure.
 */
import { inLines } from "../areas/in-lines.ts";
import { sides } from "../pixels/places.ts";
import { distancesTo } from "./distances.ts";
import { isLines, lineWidthOf } from "./line-width.ts";
import { bordered, shapeOf } from "./shape.ts";
import { inkOver, ofTint, partsAsInk } from "./tinted.ts";

/** Share of a drawing's edge along its tint from which on no line goes around it: shadows have up to 0.56, fills 0.5 to 1. */
const openLeast = 0.58;
/** Pixels behind the edge that must have the tint, since soft edges of ink look like one. */
const behindPx = 3;
/** Distance from ink of what is no glow, of the side (glows have 0.07, fills 0.1 to 0.47), and share of the tint's edge that must be farther. */
const [glowReach, farLeast] = [0.1, 0.5] as const;
/** Grey of the tint in a drawing that has no other greys. */
const tintGrey = 0.75;
/** Pixels from the edge of a tint from which on it is one, and no soft edge of ink. */
const softPx = 2;
const [tintLevel, inkLevel] = [1, 2] as const;
/** Half the width of ink that is a line within a tint, of the side. */
const lineReach = 0.05;

/**
 * @param alphas of a drawing of one ink with a tint, [sizePx, sizePx]
 * @param tint its alpha
 * @param width of the style's lines, of the side
 * @returns alphas of lines along what has the tint and what is ink, [sizePx, sizePx]; undefined where no tint is open
 */
export function openTintInLines(
  alphas: Float32Array,
  sizePx: number,
  tint: number,
  width: number | undefined,
): Float32Array | undefined {
  const open = openTintOf(alphas, sizePx, tint);
  if (!open) return undefined;
  const { body } = open;
  const pixels = sizePx ** 2;
  const opaque = new Float32Array(4 * pixels);
  for (let at = 0; at < pixels; at += 1) {
    for (let channel = 0; channel < 3; channel += 1)
      opaque[channel * pixels + at] = tintGrey * (1 - inkOver(alphas[at]!, tint)) * body[at]!;
    opaque[3 * pixels + at] = body[at]!;
  }
  return inLines({ planes: opaque, sizePx }, width)?.subarray(3 * pixels);
}

/**
 * @param alphas and tint as above
 * @returns alphas of ink and tint as one fill, in which marks and lines of ink are gaps, [sizePx, sizePx]; undefined where no tint is open
 */
export function openTintAsFill(alphas: Float32Array, sizePx: number, tint: number): Float32Array | undefined {
  const open = openTintOf(alphas, sizePx, tint);
  if (!open) return undefined;
  const { body, levels } = open;
  const depth = distancesTo(0, maskOf(levels, tintLevel), sizePx, softPx + 2);
  const core = new Uint8Array(depth.length);
  for (let at = 0; at < core.length; at += 1) core[at] = depth[at]! > softPx ? 1 : 0;
  const within = closed(core, sizePx, lineReach * sizePx + softPx);
  return partsAsInk(alphas, sizePx, tint).map((part, at) =>
    within[at]! > lineReach * sizePx ? Math.min(part, Math.max(0, body[at]! - inkOver(alphas[at]!, tint))) : part,
  );
}

/** A drawing with a tint that no line goes around. */
interface OpenTint {
  /** Alphas as if the tint were ink. */
  readonly body: Float32Array;
  /** 0: nothing, `tintLevel`, or `inkLevel`. */
  readonly levels: Uint8Array;
}

function openTintOf(alphas: Float32Array, sizePx: number, tint: number): OpenTint | undefined {
  const levels = new Uint8Array(alphas.length);
  for (let at = 0; at < levels.length; at += 1)
    levels[at] = alphas[at]! < tint / 2 ? 0 : alphas[at]! < (1 + tint) / 2 ? tintLevel : inkLevel;
  if (!isOpenTint(levels, sizePx)) return undefined;
  const body = ofTint(alphas, tint);
  // Lines of a tint are lines already.
  return isLines(lineWidthOf(shapeOf(body, sizePx), sizePx)) ? undefined : { body, levels };
}

/**
 * Whether most of a drawing's edge is the tint's, and is no glow. What reaches the picture's border is not counted there: it may be a ground.
 * @param levels [sizePx, sizePx]
 */
function isOpenTint(levels: Uint8Array, sizePx: number): boolean {
  const reach = glowReach * sizePx;
  const away = distancesTo(1, maskOf(levels, inkLevel), sizePx, reach + 1);
  let [open, far, all] = [0, 0, 0];
  const levelAt = (x: number, y: number): number =>
    x < 0 || y < 0 || x >= sizePx || y >= sizePx ? 0 : levels[y * sizePx + x]!;
  for (let at = 0; at < levels.length; at += 1) {
    if (levels[at] !== 0) continue;
    const [x, y] = [at % sizePx, Math.floor(at / sizePx)];
    for (const [right, down] of sides) {
      if (levelAt(x + right, y + down) === 0) continue;
      all += 1;
      let behind = 1;
      while (behind <= behindPx && levelAt(x + behind * right, y + behind * down) === tintLevel) behind += 1;
      if (behind <= behindPx) continue;
      open += 1;
      if (away[at]! > reach) far += 1;
    }
  }
  return open >= Math.max(1, openLeast * all) && far >= farLeast * open;
}

/** What is of one level. */
function maskOf(levels: Uint8Array, wanted: number): Uint8Array {
  const mask = new Uint8Array(levels.length);
  for (let at = 0; at < mask.length; at += 1) mask[at] = levels[at] === wanted ? 1 : 0;
  return mask;
}

/** How far cells lie inside of what is within `reach` of a mask, also beyond the picture's border, [side, side] (a closing, with its margin). */
function closed(mask: Uint8Array, sidePx: number, reach: number): Float32Array {
  const pad = Math.ceil(reach) + 2;
  const broad = sidePx + 2 * pad;
  const padded = bordered(mask, sidePx, pad);
  const away = distancesTo(1, padded, broad, reach + 2);
  for (let at = 0; at < padded.length; at += 1) padded[at] = away[at]! <= reach ? 1 : 0;
  const inside = distancesTo(0, padded, broad, reach + 2);
  const own = new Float32Array(mask.length);
  for (let row = 0; row < sidePx; row += 1)
    own.set(inside.subarray((row + pad) * broad + pad, (row + pad) * broad + pad + sidePx), row * sidePx);
  return own;
}
