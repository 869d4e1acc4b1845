/**
 * Attribute directions: the difference of two captions' vectors, added to an image's own ("happy" − "sad" makes a face happier).
 * As word vectors add up (Mikolov et al. 2013, arXiv 1301.3781), sentence vectors do well enough within a few times their difference.
 */
import { type EncodedConditions, namesOf } from "./conditions.ts";
import { combine, lengthOf } from "./sphere.ts";

/**
 * c + strength · (towards − from), brought back to unit length, where the flow learned captions. Without `from` the whole of `towards`
 * is added: the direction away from saying nothing, whose vector is zero. Strength 0 gives c itself.
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
  // Strength −1 towards the caption itself leaves nothing to normalise.
  return length < 1e-6 ? caption.slice() : moved.map((value) => value / length);
}

/**
 * Conditions in which what the caption named is given less, the further the caption is moved away from its words: all of it at strength 0,
 * nothing from 1 on.
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
