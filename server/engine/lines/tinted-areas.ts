/** Which areas of a drawing of lines have the tint of a style. Pure. */
import { corePx, meansOf } from "./by-pieces.ts";
import { distancesTo } from "./distances.ts";
import { labelAreas, spreadLabels } from "./label-areas.ts";
import type { Redrawn } from "./redraw-lines.ts";
import { cellAt, finePerPx, inkIn, refined } from "./shape.ts";

/**
 * Weight of the answer beside the log-odds of the style's share of tints, and the sum from which on an area has the tint: logistic regression on 476 areas
 * of seven sets of duotones.
 */
const [votesWeight, tintedFrom] = [4.3, 1.83] as const;
/** Shares count as no nearer to 0 and to 1 than this, and the share where none is known. */
const [surest, usualTinted] = [0.03, 0.5] as const;
/** Share of tints in what a style's lines enclose, from which on a drawing that encloses anything has one. */
const oneFrom = 0.6;

/**
 * Which areas between lines have a tint: what the answer has there counts beside how much of what the style's drawings enclose has it
 * (Bayes' rule, in log-odds).
 * @param answer [sizePx, sizePx] alphas, as the flow's answer has them
 * @param style alpha of the tint, and the share of what lines enclose that has it
 * @returns of each pixel's area, or the one next to it, whether it is tinted
 */
export function tintedAreas(
  { field }: Pick<Redrawn, "field">,
  answer: Float32Array,
  sizePx: number,
  { tint, tinted = usualTinted }: { readonly tint: number; readonly tinted?: number | undefined },
): (at: number) => boolean {
  const sidePx = Math.sqrt(field.length);
  const ink = inkIn(field);
  const areas = labelAreas(ink, 0, sidePx);
  const away = distancesTo(1, ink, sidePx, 2 * corePx * finePerPx);
  // An answer in ink is no more than tinted.
  const tints = refined(answer, sizePx).map((alpha) => Math.min(tint, alpha));
  const share = Math.min(1 - surest, Math.max(surest, tinted));
  const ofStyle = Math.log(share / (1 - share));
  const isTinted = meansOf(areas, away, tints).map(
    // Nothing around a drawing has it.
    (mean, label) => label !== areas[0] && (votesWeight * mean) / tint + ofStyle >= tintedFrom,
  );
  const largest = largestOf(areas);
  if (tinted >= oneFrom && largest > 0 && !isTinted.includes(true)) isTinted[largest] = true;
  const nearby = spreadLabels(areas, sidePx);
  return (at) => isTinted[nearby[cellAt(at, sizePx)]!]!;
}

/** The label of the largest area but that around a drawing; 0 where there is no other. */
function largestOf(areas: Uint16Array): number {
  const sizes: number[] = [0];
  for (const label of areas) if (label !== areas[0]) sizes[label] = (sizes[label] ?? 0) + 1;
  sizes[0] = 0;
  return sizes.reduce((best, size, label) => (size > (sizes[best] ?? 0) ? label : best), 0);
}
