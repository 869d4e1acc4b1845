/** Drawings with a tint as drawings of one ink: either the tint is nothing, beside lines, or all is ink, where parts have one of two levels. Pure. */
import { forNear } from "../pixels/places.ts";
import { areasAtBorder, labelAreas } from "./label-areas.ts";

const usualTint = 0.25;

/** Share of ink over a tint, 0 to 1. */
export const inkOver = (alpha: number, tint: number): number => Math.max(0, (alpha - tint) / (1 - tint));

/** Alphas of a drawing with a tint, as if the tint were nothing: about the alpha that most tints have. */
export const overTint = (alphas: Float32Array): Float32Array => alphas.map((alpha) => inkOver(alpha, usualTint));

/**
 * Alphas of a drawing with a tint, as if the tint were nothing, with the edges that its ink has: over the tint, or beside nothing.
 * @param alphas [sizePx, sizePx]
 * @param tint its alpha
 */
export const besideTint = (alphas: Float32Array, sizePx: number, tint: number): Float32Array =>
  alphas.map((alpha, at) => {
    let [least, most] = [alpha, alpha];
    forNear(at, sizePx, 1, (near) => {
      least = Math.min(least, alphas[near]!);
      most = Math.max(most, alphas[near]!);
    });
    if (least >= tint / 2) return inkOver(alpha, tint);
    return most >= (1 + tint) / 2 ? alpha : 0;
  });

/** Alpha of a tint above which it counts as ink where drawings are read as lines. */
export const areaTintMost = 0.4;

/** Alphas of a drawing with a tint, as if the tint were ink. */
export const ofTint = (alphas: Float32Array, tint: number): Float32Array =>
  alphas.map((alpha) => Math.min(1, alpha / tint));

/**
 * Alphas of a drawing whose parts are ink or a tint with both as ink. Left out are ink within the tint, and a tint within ink that is not itself within
 * one.
 * @param alphas [sizePx, sizePx]
 * @param tint its alpha
 */
export function partsAsInk(alphas: Float32Array, sizePx: number, tint: number): Float32Array {
  const ink = new Uint8Array(alphas.length);
  for (let at = 0; at < ink.length; at += 1) ink[at] = alphas[at]! >= (1 + tint) / 2 ? 1 : 0;
  const [inks, others] = [labelAreas(ink, 1, sizePx, true), labelAreas(ink, 0, sizePx)];
  const [inkIsOpen, otherIsOpen]: [boolean[], boolean[]] = [[], []];
  for (let at = 0; at < alphas.length; at += 1) {
    if (alphas[at]! >= tint / 2) continue;
    otherIsOpen[others[at]!] = true;
    forNear(at, sizePx, edgePx, (near) => {
      inkIsOpen[inks[near]!] = true;
    });
  }
  // What a mark goes around is what the mark lies on.
  const isInInk: boolean[] = [];
  for (let at = 0; at < alphas.length; at += 1)
    if (inks[at]! > 0 && inkIsOpen[inks[at]!])
      forNear(at, sizePx, 1, (near) => {
        isInInk[others[near]!] = true;
      });
  return alphas.map((alpha, at) => {
    let [isMark, isHole] = [false, false];
    forNear(at, sizePx, 1, (near) => {
      isMark ||= inks[near]! > 0 && !inkIsOpen[inks[near]!];
      isHole ||= others[near]! > 0 && !otherIsOpen[others[near]!] && isInInk[others[near]!] === true;
    });
    const inked = Math.min(1, inkOver(alpha, tint));
    if (isMark) return 1 - inked;
    return isHole ? inked : Math.min(1, alpha / tint);
  });
}

/** Alpha from which on a pixel is of a line, once tints are nothing, and how far from its tint, or from nothing, an area may be. */
const [lineFrom, alike] = [0.5, 0.04] as const;

/**
 * How much of what lines enclose has the tint.
 * @param drawings alphas [sizePx, sizePx] of drawings of lines with tints beside them
 * @param tint its alpha
 * @returns share by area, 0 to 1; undefined where lines enclose nothing
 */
export function tintedShare(
  drawings: ReadonlyArray<{ readonly alphas: Float32Array; readonly sizePx: number }>,
  tint: number,
): number | undefined {
  let [tinted, empty] = [0, 0];
  for (const { alphas, sizePx } of drawings) {
    const ink = Uint8Array.from(overTint(alphas), (alpha) => (alpha >= lineFrom ? 1 : 0));
    const areas = labelAreas(ink, 0, sizePx);
    const isOpen = areasAtBorder(areas, sizePx, (at) => alphas[at]! <= alike);
    for (let at = 0; at < alphas.length; at += 1) {
      if (areas[at] === 0 || isOpen.has(areas[at]!)) continue;
      if (Math.abs(alphas[at]! - tint) <= alike) tinted += 1;
      else if (alphas[at]! <= alike) empty += 1;
    }
  }
  return tinted + empty === 0 ? undefined : tinted / (tinted + empty);
}

/** Pixels over which an edge fades, at most. */
const edgePx = 2;
