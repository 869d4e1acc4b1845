/** Which real drawings the judge of captions is fitted on: many words and families evenly, and nothing that it is to name. Pure. */
import { type StyleDrawing, shuffled, thingOf } from "./style-drawings.ts";

/** Of families that the pack never saw, in whose styles captions are known, as many more. */
const timesHeldOut = 3;

/** Whether a drawing shows one of the things in any variant of its family, or bears its name there. */
export const showsOneOf = ({ family, base, words }: StyleDrawing, things: ReadonlySet<string>): boolean =>
  things.has(thingOf({ family, base })) || things.has(thingOf({ family, base: words.replaceAll(" ", "-") }));

/** Up to `most` drawings in an order that the seed fixes: one of each wording first, then others, both evenly over families. */
export function forCaptionJudge(drawings: readonly StyleDrawing[], most: number, seed: number): StyleDrawing[] {
  const ofFamily = new Map<string, number>();
  const order = shuffled(drawings, seed)
    .map((one) => {
      const at = ofFamily.get(one.family) ?? 0;
      ofFamily.set(one.family, at + 1);
      return { one, at: one.split === "heldOutFamily" ? at / timesHeldOut : at };
    })
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);
  const firstOf = new Map<string, StyleDrawing>();
  for (const one of order) if (!firstOf.has(one.words)) firstOf.set(one.words, one);
  const first = new Set(firstOf.values());
  return [...first, ...order.filter((one) => !first.has(one))].slice(0, most);
}
