/**
 * A hard shadow, or an offset print: a copy of the silhouette that lies behind a style's drawings, of one flat paint, moved by the same in
 * all. Or the light margin of a sticker, which is as broad on all sides. It is found by how much of the paint one shift, or one width,
 * explains. The flow between styles sees drawings without it (without-shadows.ts). Answers get it from their own silhouette
 * (with-shadows.ts). Pure.
 */
import type { Drawing } from "../ink-colour.ts";
import { type Apart, separated } from "./apart.ts";
import { type Fit, fitOf, meanOf } from "./fit.ts";
import { lookedAt } from "./looked-at.ts";
import { commonPaints } from "./paints.ts";
import type { Shadow } from "./shadow.ts";

/** Fewer drawings may be alike by chance; more than some say nothing new. */
const [drawingsLeast, lookedMost] = [6, 10];
/** Share of what shows it that a shift must explain on average, and of most drawings; and how many those are. */
const [meanLeast, someLeast, shareLeast] = [0.42, 0.25, 0.7];
/** What a margin must explain on average: it is seen whole. */
const marginLeast = 0.7;
/** Of the side: what is moved less is an edge. */
const nearest = 0.015;
/** Alpha up to which a paint is a tint. */
const tintMost = 0.9;
/** Shares of a tint that are neither none nor all, how many of its pixels may have such, and drawings in which pixels are counted. */
const partly = { from: 0.15, to: 0.8 };
const [partMost, evenMost] = [0.4, 5];
/**
 * The outermost one; undefined where drawings have none.
 * @param isOfOneColour the drawings are of one colour and its tints: only a tint can then lie behind them
 */
export function hardShadowOf(drawings: readonly Drawing[], isOfOneColour: boolean): Shadow | undefined {
  const looked = lookedAt(drawings, drawingsLeast, lookedMost);
  let best: { readonly shadow: Shadow; readonly mean: number } | undefined;
  for (const paint of commonPaints(looked)) {
    const found = new Map<Drawing, Apart>();
    const apartOf = (drawing: Drawing): Apart => {
      const apart = found.get(drawing) ?? separated(drawing, paint);
      found.set(drawing, apart);
      return apart;
    };
    if (paint.alpha > tintMost ? isOfOneColour : !isEven(looked.slice(0, evenMost).map(apartOf))) continue;
    const fit = fitOf(looked, paint, apartOf);
    if (!fit) continue;
    const mean = meanOf(fit.explained);
    if (mean > (best?.mean ?? 0) && isShadow(fit)) best = { shadow: { ...fit.shape, paint }, mean };
  }
  return best?.shadow;
}

/** Whether a tint is of one alpha, and no shadow that gets softer. */
function isEven(apart: readonly Apart[]): boolean {
  let [some, part] = [0, 0];
  for (const { layer } of apart)
    for (const share of layer) {
      if (share > partly.from) some += 1;
      if (share > partly.from && share < partly.to) part += 1;
    }
  return part <= partMost * some;
}

/** Whether a fit explains what is seen well enough. */
function isShadow({ shape, explained }: Fit): boolean {
  const some = explained.filter((one) => one >= someLeast).length;
  return (
    meanOf(explained) >= meanLeast &&
    some >= shareLeast * explained.length &&
    (shape.around ? meanOf(explained) >= marginLeast : Math.hypot(shape.right, shape.down) >= nearest)
  );
}
