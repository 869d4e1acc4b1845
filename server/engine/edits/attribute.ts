/**
 * Attribute directions: the difference of two captions' vectors, added to an image's own ("happy" − "sad" makes a face happier).
 * Word vectors add up (Mikolov et al. 2013, arXiv 1301.3781); sentence vectors do so within a few times their difference.
 */
import { type EncodedConditions, namesOf } from "../conditions.ts";
import { combine, lengthOf } from "./sphere.ts";

/**
 * c + strength · (towards − from), normalised to unit length as all captions are. Without `from`, `towards` itself is the direction.
 * Strength 0 gives c.
 * @param caption c, [dims], of unit length like the others
 */
export function addAttribute(
  caption: Float32Array,
  towards: Float32Array,
  from: Float32Array | undefined,
  strength: number,
): Float32Array {
  if (strength === 0) return caption.slice();
  const direction = from ? combine(1, towards, -1, from) : towards;
  const moved = combine(1, caption, strength, direction);
  const length = lengthOf(moved);
  // Strength −1 towards the caption itself gives a zero vector, which can't be normalised.
  return length < 1e-6 ? caption.slice() : moved.map((value) => value / length);
}

/**
 * Lowers the presence of the label that the caption named as the caption moves away from its words: 1 at strength 0, 0 from strength 1 on.
 */
export function fadeNamed(conditions: EncodedConditions, strength: number): EncodedConditions {
  const left = 1 - strength;
  return Object.fromEntries(
    namesOf(conditions).flatMap((name) => {
      const condition = conditions[name]!;
      if (condition.named === undefined) return [[name, condition]];
      return left > 0 ? [[name, { ...condition, presence: condition.presence * left }]] : [];
    }),
  );
}
