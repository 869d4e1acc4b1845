/** The things that families of icons draw, each in the family's variants of one ink: what the library of captions takes its drawings from. */
import { inUsualInk, requirePlainSvg } from "../../../images/svg.ts";
import type { NamedDrawing } from "../../../retrieval/library/library-blocks.ts";
import { collectVariants, type DrawnSet, type Variant, type VariantIcon } from "../../data/styles/collect-variants.mts";
import { isHeldOut, spareFluent } from "../../data/styles/families.mts";
import { isMotionAlone, stillOf } from "../../data/styles/still.mts";
import { traced } from "./traced-drawing.mts";

/** A thing in one variant of its family. */
export interface Drawn {
  readonly variant: Variant;
  readonly icon: VariantIcon;
}

/** Builds that are one ink, the ones that the flow restyles best first. */
const builds: readonly Variant["build"][] = ["lines", "fills", "duotone"];
/** Longer ones are scenes, or traced pictures. */
const bodyMaxChars = 10_000;

/** Places of a variant among those of its family. */
const order = ({ id, build }: Variant): number =>
  10_000 * Number(id.startsWith("fluent/") && spareFluent.test(id.slice("fluent/".length))) +
  1000 * builds.indexOf(build) +
  id.length;

/**
 * @param folder of the package `@iconify/json`
 * @returns of each thing what draws it, the first choice first; none of families that are held out, of brands, or of sets that reviewers keep
 */
export function collectThings(folder: string): { things: Drawn[][]; sets: readonly DrawnSet[] } {
  const caps = { trained: Number.POSITIVE_INFINITY, heldOut: 1, isSpareDrawn: true };
  const { variants, sets } = collectVariants(folder, caps);
  const things = new Map<string, Drawn[]>();
  for (const variant of variants) {
    if (!builds.includes(variant.build) || isHeldOut(variant.family)) continue;
    for (const icon of variant.icons) {
      if (isMotionAlone(variant.set, icon.base)) continue;
      const key = `${variant.family}|${icon.base}`;
      things.set(key, [...(things.get(key) ?? []), { variant, icon }]);
    }
  }
  const sorted = [...things.values()].map((drawn) =>
    drawn.sort((one, other) => order(one.variant) - order(other.variant)),
  );
  return { things: sorted, sets };
}

/** Icons that draw themselves are taken as they end. */
export function namedDrawing({ variant, icon }: Drawn): NamedDrawing {
  const { body, left, top, width, height } = icon.source;
  return {
    set: variant.set,
    name: icon.base.replaceAll("-", " "),
    viewBox: [left, top, width, height].join(" "),
    body: stillOf(body).replace(/\s*\n\s*/g, " "),
  };
}

/**
 * What stands for a thing in the library: the first of its drawings that the server's own drawing of SVG takes, else the first choice traced.
 * @returns undefined where all are too long, or show nothing
 */
export async function drawingOf(drawn: readonly Drawn[]): Promise<NamedDrawing | undefined> {
  const named = drawn.map(namedDrawing);
  const first = named.find(isDrawable) ?? (named[0]!.body.length > bodyMaxChars ? undefined : await traced(named[0]!));
  return first && isDrawable(first) ? first : undefined;
}

/** Whether the server's own drawing of SVG takes it. */
export function isDrawable({ viewBox, body }: NamedDrawing): boolean {
  if (body.length > bodyMaxChars) return false;
  try {
    requirePlainSvg(inUsualInk(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}">${body}</svg>`), "svg");
    return true;
  } catch {
    return false;
  }
}
