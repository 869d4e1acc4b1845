/** How alike the icons of a set are, from what their vectors say of themselves; and the few colours that stand for all of them. */
import { labDistance, labOfHex } from "../colour/oklab.ts";
import type { Consistency, VectorFacts } from "../contract/vectors.ts";

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
const deviationOf = (values: readonly number[]): number => {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) ** 2)));
};
const rounded = (value: number): number => Math.round(value * 1000) / 1000;

/** @param sidePx of every member's longer side, at which widths of strokes are scaled to 128 px */
export function consistencyOf(members: ReadonlyArray<{ facts: VectorFacts; sidePx: number }>): Consistency {
  const strokes = members.map(({ facts, sidePx }) => (facts.strokePx * 128) / sidePx);
  const sizes = members.map(({ facts }) => Math.sqrt(facts.layers.reduce((sum, { share }) => sum + share, 0)));
  return {
    colourCount: new Set(members.flatMap(({ facts }) => facts.layers.map(({ hex }) => hex))).size,
    strokePx: rounded(meanOf(strokes)),
    strokeSpread: rounded(deviationOf(strokes) / (meanOf(strokes) || 1)),
    opticalSize: rounded(meanOf(sizes)),
    opticalSpread: rounded(deviationOf(sizes)),
  };
}

/**
 * At most `most` colours of a set: the two whose joining changes least become the larger one of them, until there are so few and all are `apart` in OKLab.
 */
export function familyPalette(members: readonly VectorFacts[], most: number, apart = 0.06): string[] {
  const shares = new Map<string, number>();
  for (const { layers } of members)
    for (const { hex, share } of layers) shares.set(hex, (shares.get(hex) ?? 0) + share);
  const colours = [...shares].map(([hex, share]) => ({ hex, share, lab: labOfHex(hex) }));
  for (;;) {
    let [kept, gone, least] = [-1, -1, Number.POSITIVE_INFINITY];
    for (const [one, first] of colours.entries())
      for (const [two, second] of colours.entries()) {
        if (one === two || first.share < second.share) continue;
        const distance = labDistance(first.lab, second.lab);
        const cost = distance < apart ? distance - 1 : second.share * distance ** 2;
        if (distance >= apart && colours.length <= most) continue;
        if (cost < least) [kept, gone, least] = [one, two, cost];
      }
    if (kept < 0) break;
    colours[kept]!.share += colours[gone]!.share;
    colours.splice(gone, 1);
  }
  return colours.sort((one, two) => two.share - one.share).map(({ hex }) => hex);
}
