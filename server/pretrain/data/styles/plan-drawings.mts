/**
 * Lists every drawing of the style data: each icon of each variant as it is, and made-up styles of many variants. Held-out drawings are rendered first, so that
 * a training drawing that equals one of them is known when it is rendered; the rest in random order of things, so that any first part is a fair sample
 * and a drawing's partners are in it too.
 */
import { conceptOf, type Emoji } from "../concepts.mjs";
import { buildOf, type Variant, type VariantIcon } from "./collect-variants.mts";
import { drawIcon } from "./draw-icon.mts";
import { isHeldOut } from "./families.mts";
import { hasGradient, type ProceduralStyle, styleOfSeed } from "./procedural-style.mts";
import { type Draw, drawFrom, hashUnit } from "./random.mts";
import { type Split, splitOf } from "./split.mts";
import { placeBody, wrapSvg } from "./svg.mts";

/** How a drawing looks, for figures by kind. */
export type Look = "line" | "flat" | "gradient";

/** One drawing: what index.jsonl says, and how to get its SVG. */
export interface Drawing {
  readonly id: string;
  readonly family: string;
  readonly variant: string;
  readonly set: string;
  readonly base: string;
  readonly concept: string;
  readonly words: string;
  readonly tags: readonly string[];
  readonly split: Split;
  readonly look: Look;
  readonly isColour: boolean;
  readonly isProcedural: boolean;
  /** Made-up styles only: size of the icon in its picture, of the picture's side. */
  readonly share?: number;
  /** The file's text, at a number of pixels. */
  readonly svgOf: (pixels: number) => string;
}

/** Ink of drawings that have no colour of their own. */
const plainInk = "#1f2328";

/** @param styles how many made-up styles, each on two families @param perStyle icons of each at most, of held-out families a third */
export function planDrawings(
  variants: readonly Variant[],
  byName: Map<string, Emoji>,
  styles: number,
  perStyle: number,
): Drawing[] {
  const facts = new Map<string, ReturnType<typeof conceptOf>>();
  const factsOf = (base: string) => {
    const known = facts.get(base) ?? conceptOf(byName, base);
    facts.set(base, known);
    return known;
  };
  const drawings = variants.flatMap((variant) =>
    variant.icons.map((icon) => realDrawing(variant, icon, factsOf(icon.base))),
  );
  for (let at = 0; at < styles; at += 1) {
    const seed = `style-${at}`;
    const draw = drawFrom(`variant|${seed}`);
    const first = drawVariant(draw, variants)!;
    const style = styleOfSeed(seed, first.build);
    // A style that two families share can be shown by icons of the other one, as a designer's own icons show a style to a foreign drawing.
    const others = variants.filter(({ family, build }) => family !== first.family && build === first.build);
    const drawn = [first, drawVariant(draw, others)].filter((variant) => variant !== undefined);
    for (const variant of drawn)
      drawings.push(...proceduralDrawings(variant, style, Math.ceil(perStyle / drawn.length), factsOf));
  }
  return drawings;
}

/** The order of rendering: held-out drawings first, the rest at random, drawings of one thing in one family one after another. */
export function inOrder(drawings: readonly Drawing[]): Drawing[] {
  const order = new Map(
    drawings.map(({ id, split, family, base }) => [
      id,
      hashUnit(`order|${family}|${base}`) + (split === "train" ? 1 : 0),
    ]),
  );
  return [...drawings].sort((a, b) => order.get(a.id)! - order.get(b.id)!);
}

const drawVariant = (draw: Draw, variants: readonly Variant[]): Variant | undefined => {
  const id = variants.length === 0 ? undefined : draw.weighted(weightsOf(variants));
  return variants.find((variant) => variant.id === id);
};

/** Made-up styles are drawn from variants by the root of their size; colour is rare, so it counts three times. */
const weightsOf = (variants: readonly Variant[]): Record<string, number> =>
  Object.fromEntries(
    variants.map(({ id, icons, build }) => [id, Math.sqrt(icons.length) * (build === "colour" ? 3 : 1)]),
  );

function realDrawing(variant: Variant, icon: VariantIcon, facts: ReturnType<typeof conceptOf>): Drawing {
  const { source } = icon;
  return {
    ...describe(variant, icon, facts, variant.id),
    id: `${variant.set}:${icon.name}`,
    look: /Gradient|feGaussianBlur/.test(source.body)
      ? "gradient"
      : buildOf(source.body, false) === "lines" || /thin|light|line/.test(variant.id)
        ? "line"
        : "flat",
    split: splitOf(variant.family, facts.concept),
    isProcedural: false,
    svgOf: (pixels) => wrapSvg(placeBody(source, source.body), plainInk, pixels),
  };
}

function proceduralDrawings(
  variant: Variant,
  style: ProceduralStyle,
  perStyle: number,
  factsOf: (base: string) => ReturnType<typeof conceptOf>,
): Drawing[] {
  const isColour = variant.build === "colour";
  const order = (icon: VariantIcon): number => hashUnit(`${style.seed}|${icon.base}`);
  const kept = variant.icons
    .filter(({ source }) => buildOf(source.body, isColour) === style.build)
    .sort((a, b) => order(a) - order(b))
    .slice(0, isHeldOut(variant.family) ? Math.ceil(perStyle / 3) : perStyle);
  return kept.map((icon) => {
    const facts = factsOf(icon.base);
    const id = `${variant.set}:${icon.name}@${style.seed}`;
    return {
      ...describe(variant, icon, facts, `${variant.id}@${style.seed}`),
      id,
      look:
        hasGradient(style) || /Gradient/.test(icon.source.body)
          ? "gradient"
          : style.build === "lines"
            ? "line"
            : "flat",
      isColour: true,
      split: splitOf(variant.family, facts.concept, style.seed),
      isProcedural: true,
      share: Number(style.share.toFixed(4)),
      svgOf: (pixels) => drawIcon(style, icon.source, id, pixels),
    };
  });
}

const describe = (variant: Variant, icon: VariantIcon, facts: ReturnType<typeof conceptOf>, id: string) => ({
  family: variant.family,
  variant: id,
  set: variant.set,
  base: icon.base,
  concept: facts.concept,
  words: facts.words,
  tags: facts.emoji ? [facts.emoji.label, ...facts.emoji.tags.slice(0, 3)] : [],
  isColour: variant.build === "colour",
});
