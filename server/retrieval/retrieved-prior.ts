/**
 * Starting from retrieved drawings. What the conditions leave open, v, is most often drawn; at v = 0 the flow gives the mean of all that it may be, which is
 * a blur where it never saw the thing in that style. But other styles drew it, or something that looks like a sketch or layout, and v of such
 * a drawing, moved into the style and inverted under what it shows, says what the conditions leave open for a drawing that hangs together. A
 * share of that v is where the new image starts; v drawn from the seed is added to it. At share 1, the image is the moved drawing itself as
 * long as it shows what is asked for.
 */
import { isPictureQuery } from "../../shared/conditions.ts";
import { type EncodedCondition, type EncodedConditions, namesOf } from "../engine/conditions.ts";
import { type GuidanceWeights, guidanceTermsOf } from "../engine/guidance.ts";
import { drawResidual, normals, streams } from "../engine/random.ts";
import { cosine } from "../engine/sphere.ts";
import type { Row, Translation } from "../engine/translation.ts";

export interface DrawSettings extends GuidanceWeights {
  readonly seed: number;
  readonly temperature: number;
  /** Share of the entries' v that is kept, 0 to 1. */
  readonly retrieval: number;
}

/**
 * Standard deviation of what a seed adds to the log-weights of entries, for each unit of temperature: at the default temperature a
 * seed's drawing is mostly of one or two of them.
 */
const mixingSpread = 10;

/**
 * How much further than the example's name the caption is taken to be: the example is inverted as if it showed as little of what the
 * caption says besides as the caption says much of it, or few colours would change.
 */
const extrapolation = 1;

/**
 * The row of an image that is drawn from a seed: from entries where the translation has some that fit, from N(0, T²I) alone elsewhere.
 * Guidance pushes what the flow says by itself, so it counts as much as that does: entries at share s leave 1 − s of `guidance`.
 */
export function sampleRow(
  translation: Pick<Translation, "flow" | "retriever">,
  conditions: EncodedConditions,
  { seed, temperature, retrieval: share, guidance, guidanceOf }: DrawSettings,
): Row {
  const residual = drawResidual(seed, temperature, translation.flow.dims);
  const prior = share > 0 ? priorOf(translation, conditions, { seed, temperature, share }) : undefined;
  const left = (1 - (prior?.share ?? 0)) * guidance;
  return {
    residual,
    conditions,
    guidance: guidanceTermsOf({ guidance: left, guidanceOf }, conditions),
    ...(prior && { prior }),
  };
}

function priorOf(
  { retriever }: Pick<Translation, "retriever">,
  conditions: EncodedConditions,
  { seed, temperature, share }: { readonly seed: number; readonly temperature: number; readonly share: number },
): Row["prior"] {
  const { caption, label, style } = conditions;
  const found = retriever?.retrieve({
    caption: caption?.plain ?? caption?.vector,
    label: label?.id,
    style: style?.id,
    pictures: Object.fromEntries(
      namesOf(conditions)
        .filter(isPictureQuery)
        .map((name) => [name, conditions[name]!.vector]),
    ),
    noise: (count) => normals(seed, streams.retrieval, count).map((value) => value * mixingSpread * temperature),
  });
  if (!found) return undefined;
  const { latent, likeness, pictures = {} } = found;
  const isSaid = likeness === undefined;
  const shown = caption && isSaid ? shownName(caption, found.caption) : undefined;
  // It lies in the style that is asked for; it shows words if they found it, its own in the place of a caption, and its own sketch and layout.
  const words = namesOf(conditions).filter((name) => name === "style" || (name === "label" && isSaid));
  return {
    latent,
    // A caption that says more than what the example is called, as a colour, is followed further away from it; so is a picture that looks otherwise.
    share: share * (likeness ?? (caption && shown ? Math.min(1, Math.max(0, cosine(caption.vector, shown))) : 1)),
    shows: {
      ...Object.fromEntries(words.map((name) => [name, { ...conditions[name]!, presence: 1 }])),
      ...Object.fromEntries(Object.entries(pictures).map(([name, vector]) => [name, { vector, presence: 1 }])),
      ...(caption && isSaid && { caption: { vector: extrapolate(caption.vector, shown), presence: 1 } }),
    },
  };
}

/** Names are kept coarsely (the default pack's at a cosine of 0.990 to themselves on average, 0.972 at worst): a caption as near as that is the name. */
const sameFrom = 0.965;

/**
 * What an example shows in words: its label's name or all of the caption but its colours, whichever is nearer to the caption, or the very
 * caption where that is the name.
 */
function shownName({ vector, plain }: EncodedCondition, name: Float32Array | undefined): Float32Array | undefined {
  const ofName = name ? cosine(vector, name) : 0;
  if (ofName >= sameFrom) return vector;
  return plain && (!name || cosine(vector, plain) > ofName) ? plain : name;
}

/** A name, moved away from a caption that says more. */
const extrapolate = (caption: Float32Array, name = caption): Float32Array =>
  name.map((value, axis) => value - extrapolation * (caption[axis]! - value));
