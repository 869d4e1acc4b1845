/**
 * A drawing of one ink and its tint in two to four colours: what is opaque gets the first, what is evenly translucent the others, all opaque. Of
 * areas of tint the largest gets the second, smaller ones the next, those of one size the same. Of a pixel between two of nothing, tint and
 * ink its neighbours say which two they are, so that the edge of ink is not taken for tint. Pure.
 */
import { kindsOf } from "./accents/accents.ts";
import { decidedShare } from "./decide-ink.ts";
import { channelsOfHex } from "./hex-colour.ts";
import { type LayeredImage, paintValues } from "./layered-image.ts";
import { areasAround } from "./strokes.ts";

/** Alphas that a tint may have, of ink at 1; pixels inside of one differ from their neighbours by at most this much. */
const tint = { from: 0.08, to: 0.75, alike: 0.1 };
/** Share of what is drawn that is inside of tint, or above it as ink; with less there is none. */
const areaLeast = 0.02;
/** Alpha of the weakest ink. */
const inkLeast = 0.2;
/** Pixels on each side by which an edge is recognised: decoded edges are some three wide. */
const edgePx = 2;
/** Of an area that ink encloses, the share of tint from which on all of it is tint, and up to which none is. */
const [allFrom, noneTo] = [0.7, 0.1];
/** Share of an area that is half a tint, above which it is a smear, and the share of tint from which on such an area is all tint. */
const [vagueMost, smearFrom] = [0.12, 0.35];
/** Gain on log-odds between two, as of ink (decide-ink.ts), since tints come out uneven. */
const gain = 2.5;
const leastShare = 1e-5;
/** Share of the picture from which on an area of tint has a colour of its own. */
const crumbLeast = 0.002;

/**
 * @param planes premultiplied RGBA [4, sizePx, sizePx], of one colour
 * @param colours `#rrggbb` of the ink and of areas of its tint
 */
export function inTints(planes: Float32Array, sizePx: number, colours: readonly string[]): LayeredImage {
  const pixels = sizePx ** 2;
  const alphas = ofInk(planes.subarray(3 * pixels, 4 * pixels));
  const { level, inside } = tintOf(alphas, sizePx);
  const fills = level === 0 ? undefined : fillsOf(alphas, sizePx, level);
  const [inks, tints] = [new Float32Array(pixels), new Float32Array(pixels)];
  const logits = new Float32Array((colours.length + 1) * pixels).fill(Math.log(leastShare));
  const put = (layer: number, at: number, share: number): void => {
    logits[layer * pixels + at] = Math.log(Math.max(leastShare, share));
  };
  for (let at = 0; at < pixels; at += 1) {
    const [drawn, ink] =
      fills === undefined ? [alphas[at]!, alphas[at]!] : sharesAt(alphas, sizePx, at, level, inside, fills[at]);
    const all = decided(drawn);
    inks[at] = Math.min(all, decided(ink));
    tints[at] = all - inks[at]!;
    put(0, at, 1 - all);
    put(1, at, inks[at]!);
  }
  const layers = layersOfTint(tints, sizePx, colours.length - 1);
  for (const [at, share] of tints.entries()) put(1 + layers[at]!, at, share);
  const paints = new Float32Array(colours.length * paintValues);
  for (const [at, hex] of colours.entries()) paints.set([...channelsOfHex(hex), 1], at * paintValues);
  return { logits, paints, sizePx };
}

/** Which of `count` colours the tint of each pixel gets, from 1 on: by the size of its area. */
function layersOfTint(tints: Float32Array, sizePx: number, count: number): Uint8Array {
  const layers = new Uint8Array(tints.length).fill(1);
  if (count === 1) return layers;
  const { labels, areas } = areasAround(tints, sizePx);
  // Crumbs along edges have no colour of their own.
  const kinds = kindsOf(areas.map((area) => (area >= crumbLeast * tints.length ? area : 0))).reverse();
  for (const [at, label] of labels.entries()) {
    const rank = kinds.findIndex(({ pieces }) => pieces.has(label));
    layers[at] = 1 + (rank < 0 ? 0 : Math.min(rank, count - 1));
  }
  return layers;
}

/** Alphas over that of the ink, which the decoder may draw weakly, as where a drawing is all of one translucent level. */
function ofInk(alphas: Float32Array): Float32Array {
  const drawn = alphas.filter((alpha) => alpha >= tint.from).sort();
  const ink = Math.min(1, Math.max(inkLeast, drawn[Math.floor((1 - areaLeast) * drawn.length)] ?? 1));
  return alphas.map((alpha) => clamped(alpha / ink));
}

const clamped = (share: number): number => Math.min(1, Math.max(0, share));

const decided = (share: number): number => decidedShare(clamped(share), gain);

/** Of a pixel: how much is drawn, and how much ink. */
function sharesAt(
  alphas: Float32Array,
  sizePx: number,
  at: number,
  level: number,
  inside: Uint8Array,
  fill: number | undefined,
): readonly [drawn: number, ink: number] {
  const alpha = alphas[at]!;
  if (fill === 0) return [alpha, alpha];
  let [lowest, highest, hasTint] = [1, 0, false];
  forAround(sizePx, at, edgePx, (near) => {
    lowest = Math.min(lowest, near < 0 ? 0 : alphas[near]!);
    highest = Math.max(highest, near < 0 ? 0 : alphas[near]!);
    hasTint ||= near >= 0 && inside[near] === 1;
  });
  const [isByInk, isByNothing] = [highest > (1 + level) / 2, lowest < level / 2 && fill !== 1];
  if (isByInk && isByNothing && !hasTint) return [alpha, alpha];
  return [isByNothing ? alpha / level : 1, isByInk ? (alpha - level) / (1 - level) : 0];
}

/** Of each pixel whether ink encloses an area of tint, 1, or of nothing, 0; undefined elsewhere. */
function fillsOf(alphas: Float32Array, sizePx: number, level: number): (number | undefined)[] {
  const fills: (number | undefined)[] = Array.from({ length: alphas.length });
  const isOpen = alphas.map((alpha) => Number(alpha <= (1 + level) / 2));
  for (const start of alphas.keys()) {
    if (!isOpen[start]) continue;
    isOpen[start] = 0;
    const area = [start];
    let [tinted, counted, vague, isEnclosed] = [0, 0, 0, true];
    for (let next = 0; next < area.length; next += 1) {
      const at = area[next]!;
      const column = at % sizePx;
      let isByInk = false;
      for (const [near, isThere] of [
        [at - 1, column > 0],
        [at + 1, column < sizePx - 1],
        [at - sizePx, at >= sizePx],
        [at + sizePx, at < alphas.length - sizePx],
      ] as const) {
        isEnclosed &&= isThere;
        isByInk ||= isThere && alphas[near]! > (1 + level) / 2;
        if (!isThere || !isOpen[near]) continue;
        isOpen[near] = 0;
        area.push(near);
      }
      // The edge of ink is as translucent as tint.
      if (isByInk) continue;
      counted += 1;
      if (alphas[at]! >= level / 2) tinted += 1;
      if (Math.abs(alphas[at]! / level - 0.5) < 0.25) vague += 1;
    }
    const share = counted === 0 ? 0 : tinted / counted;
    // The edge of tint that fills a part of an area is sharp; a smear is where the flow was in doubt.
    const all = vague > vagueMost * counted ? smearFrom : allFrom;
    if (isEnclosed && (share >= all || share <= noneTo || all === smearFrom))
      for (const at of area) fills[at] = Number(share >= all);
  }
  return fills;
}

/** Alpha of the tint, 0 without tint, and which pixels are inside of it. */
function tintOf(alphas: Float32Array, sizePx: number): { level: number; inside: Uint8Array } {
  const inside = alphas.map((_, at) => Number(isInside(alphas, sizePx, at)));
  const least = areaLeast * alphas.filter((alpha) => alpha >= tint.from).length;
  let [level, found] = [0, alphas.filter((_, at) => inside[at]).sort()];
  // The lowest of several levels, however small its area is: the median is of the largest.
  while (found.length > 0 && found.length >= least) {
    level = found[Math.floor(found.length / 2)]!;
    found = found.filter((alpha) => alpha < level - 2 * tint.alike);
  }
  return { level, inside: Uint8Array.from(inside, (is, at) => (is && alphas[at]! > level / 2 ? 1 : 0)) };
}

function isInside(alphas: Float32Array, sizePx: number, at: number): boolean {
  const alpha = alphas[at]!;
  if (alpha < tint.from || alpha > tint.to) return false;
  let isEven = true;
  forAround(sizePx, at, 1, (near) => {
    isEven &&= near >= 0 && Math.abs(alphas[near]! - alpha) <= tint.alike;
  });
  return isEven;
}

/** Visits the square around a pixel; −1 = outside of the picture. */
function forAround(sizePx: number, at: number, reachPx: number, visit: (near: number) => void): void {
  const [column, row] = [at % sizePx, Math.floor(at / sizePx)];
  for (let y = row - reachPx; y <= row + reachPx; y += 1)
    for (let x = column - reachPx; x <= column + reachPx; x += 1)
      visit(x < 0 || x >= sizePx || y < 0 || y >= sizePx ? -1 : y * sizePx + x);
}
