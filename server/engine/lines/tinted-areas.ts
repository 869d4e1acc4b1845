/** Which areas of a drawing of lines have the tint of a style. Pure. */
import { piecesOf } from "../pixels/strokes.ts";
import { corePx, linesOf, meansOf } from "./by-pieces.ts";
import { distancesTo } from "./distances.ts";
import { openFeet } from "./enclosed/open-feet.ts";
import { evenRims, shutAreas, shutReach } from "./gaps/broken-outlines.ts";
import { highestOf, labelAreas, spreadLabels } from "./label-areas.ts";
import type { Redrawn } from "./redraw-lines.ts";
import { edgedOf, fieldAround, finePerPx, inkIn, refined, repeated } from "./shape.ts";

/**
 * Weight of the answer beside the log-odds of the style's share of tints, and the sum from which on an area has the tint: logistic regression on 476 areas
 * of seven sets of duotones.
 */
const [votesWeight, tintedFrom] = [4.3, 1.83] as const;
/** Shares count as no nearer to 0 and to 1 than this, and the share where none is known. */
const [surest, usualTinted] = [0.03, 0.5] as const;
/** Mean of the answer in what a broken outline encloses, of the tint, from which on it is tinted. */
const shutLeast = 0.7;
/** Share of tints in what a style's lines enclose, from which on a drawing that encloses anything has one. */
const oneFrom = 0.6;

/**
 * Which areas between lines have a tint, those of broken outlines too: what the answer has there counts beside how much of what the style's drawings enclose
 * has it (Bayes' rule, in log-odds).
 * @param answer [sizePx, sizePx] alphas, as the flow's answer has them
 * @param style alpha of the tint, and the share of what lines enclose that has it
 * @returns how far each pixel's middle lies inside of what is tinted, in pixels, where no line is beside it; beneath lines it goes on
 */
export function tintedAreas(
  { alphas, field, width }: Pick<Redrawn, "alphas" | "field" | "width">,
  answer: Float32Array,
  sizePx: number,
  { tint, tinted = usualTinted }: { readonly tint: number; readonly tinted?: number | undefined },
): Float32Array {
  const sidePx = Math.sqrt(field.length);
  const thick = width * sizePx * finePerPx;
  const ink = inkIn(field);
  const areas = labelAreas(ink, 0, sidePx);
  const parts = labelAreas(ink, 1, sidePx, true);
  const open = openFeet(alphas, sizePx, { areas, sidePx, thick }, parts, []);
  const label = highestOf(areas) + 1;
  for (const cell of open?.cells ?? []) areas[cell] = label;
  const away = distancesTo(1, ink, sidePx, Math.max(2 * corePx * finePerPx, Math.ceil(shutReach * thick) + 2));
  // An answer in ink is no more than tinted.
  const tints = refined(answer, sizePx).map((alpha) => Math.min(tint, alpha));
  const share = Math.min(1 - surest, Math.max(surest, tinted));
  const ofStyle = Math.log(share / (1 - share));
  const means = meansOf(areas, away, tints);
  const isTinted = means.map(
    // Nothing around a drawing has it.
    (mean, label) => label !== areas[0] && (votesWeight * mean) / tint + ofStyle >= tintedFrom,
  );
  const inkPieces = () => ({
    parts,
    lines: linesOf(repeated(piecesOf(alphas, sizePx).labels, sizePx), parts, sidePx),
  });
  // Whether a broken outline encloses anything, the answer has to say.
  const levelsOf = (labels: Uint16Array): number[] =>
    meansOf(labels, away, tints).map((mean) => (mean >= shutLeast * tint ? tint : 0));
  const known = { areas, fills: isTinted.map(Number), drawn: tints, sidePx, thick };
  const shut = shutAreas(known, inkPieces, away, levelsOf);
  const largest = largestOf(areas);
  if (tinted >= oneFrom && largest > 0 && !shut && !isTinted.includes(true)) isTinted[largest] = true;
  if (shut) {
    for (let cell = 0; cell < areas.length; cell += 1)
      if (shut.labels[cell]! > 0) areas[cell] = means.length + shut.labels[cell]!;
    isTinted.push(...shut.levels.map((level) => level > 0));
  }
  const nearby = spreadLabels(areas, sidePx);
  const mask = new Uint8Array(areas.length);
  for (let cell = 0; cell < mask.length; cell += 1)
    mask[cell] = isTinted[nearby[cell]!] && shut?.gaps[cell] !== 1 ? 1 : 0;
  if (shut) evenRims(mask, shut);
  return edgedOf(fieldAround(mask, sidePx), sizePx).inside;
}

/** The label of the largest area but that around a drawing; 0 where there is no other. */
function largestOf(areas: Uint16Array): number {
  const sizes = new Uint32Array(highestOf(areas) + 1);
  // A plain loop: one over the values of a typed array takes several times as long.
  for (let cell = 0; cell < areas.length; cell += 1) sizes[areas[cell]!]! += 1;
  sizes[0] = 0;
  sizes[areas[0]!] = 0;
  return sizes.reduce((best, size, label) => (size > sizes[best]! ? label : best), 0);
}
