/** The colour in which a badge is put on a drawing of several colours: the same on all icons of a set. Pure. */
import { inkOfFlat } from "../areas/around.ts";
import { flatColoursOf } from "../areas/flat-colours.ts";
import { labOfInk } from "../areas/lab-of-ink.ts";
import { type Drawing, type Ink, inkDistance } from "../pixels/ink-colour.ts";

/** Share of the icons that have a colour of the set, and difference of a channel within which it is the same. */
const [shareLeast, sameWithin] = [0.25, 0.07] as const;
const opaqueFrom = 0.95;

/** The darkest colour that many of them have; undefined where they have no flat colours. @param drawings that show the style, or one */
export function badgeInk(drawings: readonly Drawing[]): Ink | undefined {
  const found: Array<{ readonly ink: Ink; count: number }> = [];
  for (const drawing of drawings)
    for (const ink of (flatColoursOf(drawing) ?? []).filter((colour) => colour[3] >= opaqueFrom).map(inkOfFlat)) {
      const known = found.find((one) => inkDistance(one.ink, ink) <= sameWithin);
      if (known) known.count += 1;
      else found.push({ ink, count: 1 });
    }
  const often = found.filter(({ count }) => count >= shareLeast * drawings.length);
  return often.sort((one, other) => labOfInk(one.ink)[0] - labOfInk(other.ink)[0])[0]?.ink;
}
