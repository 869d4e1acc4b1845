/**
 * Draws the residual of every new image (`sampleRow`): noise from its seed, and where the index has drawings that fit, a prior: a residual
 * taken from them instead of v = 0.
 *
 * The residual v is what the conditions leave open. At v = 0 the flow gives the mean of all that is possible, which is a blur where it
 * never saw this thing in this style. Other styles drew the thing, though. Their drawing, moved to the mean of the requested
 * style and inverted under what it shows, has a v of its own. A share of that v is added to the v that the seed draws. At share 1 and
 * temperature 0 the image is the moved drawing itself, as long as it shows what the request says.
 */
import { isPictureQuery } from "../../shared/contract/conditions.ts";
import type { CaptionColour } from "../engine/colour-words.ts";
import { type EncodedCondition, type EncodedConditions, namesOf } from "../engine/conditions.ts";
import { cosine } from "../engine/edits/sphere.ts";
import { type GuidanceWeights, guidanceTermsOf } from "../engine/guidance.ts";
import type { RetrievedPrior } from "../engine/interfaces.ts";
import { drawResidual, normals, streams } from "../engine/random.ts";
import type { Row, Translation } from "../engine/translation.ts";
import { ideaSpread } from "./ideas.ts";

export interface DrawSettings extends GuidanceWeights {
  readonly seed: number;
  readonly temperature: number;
  /** Share of the retrieved v that is kept, 0 to 1. */
  readonly retrieval: number;
  /** How far the drawings of different seeds may differ, 0 to 1. */
  readonly diversity?: number | undefined;
  /** Ids of the styles whose drawings may be used; absent = all. */
  readonly among?: ReadonlySet<string> | undefined;
}

/**
 * Standard deviation of the noise that a seed adds to the log-weights of drawings, per unit of temperature. At the default temperature
 * one or two drawings carry most of a seed's weight.
 */
const mixingSpread = 10;

/**
 * k of the condition that a drawing is inverted under: name − k · (caption − name). With 0, words such as colours would change little.
 */
const extrapolation = 1;

/**
 * The row of an image: v from the seed, plus a retrieved prior where the index has drawings that fit.
 * A prior of share s leaves 1 − s of `guidance`, because guidance acts on the part that the flow contributes.
 */
export function sampleRow(
  translation: Pick<Translation, "flow" | "retriever">,
  conditions: EncodedConditions,
  settings: DrawSettings,
): Row {
  const { seed, temperature, guidance, guidanceOf } = settings;
  const residual = drawResidual(seed, temperature, translation.flow.dims);
  const prior = priorOf(translation, conditions, settings);
  const left = (1 - (prior?.share ?? 0)) * guidance;
  return {
    residual,
    conditions,
    guidance: guidanceTermsOf({ guidance: left, guidanceOf }, conditions),
    ...(prior && { prior }),
  };
}

/** The prior of a seed's image, with diversity the drawing that it starts from; undefined where nothing fits, or its share is 0. */
export function priorOf(
  { retriever }: Pick<Translation, "retriever">,
  conditions: EncodedConditions,
  { seed, temperature, retrieval: share, diversity = 0, among }: Omit<DrawSettings, keyof GuidanceWeights>,
): (NonNullable<Row["prior"]> & { readonly idea?: RetrievedPrior["idea"] }) | undefined {
  if (share === 0) return undefined;
  const spread = diversity > 0 ? ideaSpread * diversity : mixingSpread * temperature;
  const { caption, label, style } = conditions;
  const found = retriever?.retrieve({
    caption: caption?.plain ?? caption?.vector,
    label: label?.id,
    style: style?.id,
    ...(among && { among }),
    pictures: Object.fromEntries(
      namesOf(conditions)
        .filter(isPictureQuery)
        .map((name) => [name, conditions[name]!.vector]),
    ),
    ...(diversity > 0 && { diversity }),
    noise: (count) => normals(seed, streams.retrieval, count).map((value) => value * spread),
  });
  if (!found) return undefined;
  const { latent, drawings, similarity, pictures = {}, idea } = found;
  const isSaid = similarity === undefined;
  const colour = isSaid ? colourBesides(caption?.colour, label?.id) : undefined;
  const shown = caption && isSaid ? shownName(caption, found.caption, label) : undefined;
  // The prior shows the requested style, the words if words found it, and its own sketch and layout.
  const words = namesOf(conditions).filter((name) => name === "style" || (name === "label" && isSaid));
  return {
    latent,
    ...(idea && { idea }),
    // The less the drawing is what is requested, in words or in looks, the smaller its share.
    share: share * (similarity ?? (caption && shown ? likeness(colour ? caption.plain! : caption.vector, shown) : 1)),
    ...(colour && { colour }),
    ...(drawings && { drawings }),
    shows: {
      ...Object.fromEntries(words.map((name) => [name, { ...conditions[name]!, presence: 1 }])),
      ...Object.fromEntries(Object.entries(pictures).map(([name, vector]) => [name, { vector, presence: 1 }])),
      // A drawing in the caption's colour shows the whole caption; another one shows a name that lacks something of it.
      ...(caption &&
        isSaid && { caption: { vector: colour ? caption.vector : extrapolate(caption.vector, shown), presence: 1 } }),
    },
  };
}

/** The colour, unless the label that was found has it in its name, as white flags do. */
const colourBesides = (colour: CaptionColour | undefined, label = ""): CaptionColour | undefined =>
  colour && label.split(/[^a-z]+/).includes(colour.name) ? undefined : colour;

const likeness = (one: Float32Array, other: Float32Array): number => Math.min(1, Math.max(0, cosine(one, other)));

/** Cosine from which on a caption is the name itself. Names are stored in int4, at a cosine of 0.972 to 0.990 to the originals in the default pack. */
const sameFrom = 0.965;

/**
 * What a retrieved drawing shows, in words: its label's name or the caption without its colours, whichever is nearer to the caption.
 * Where the caption is the name, or another name of the label as "apple" is of "red apple", the caption itself.
 */
function shownName(
  { vector, plain }: EncodedCondition,
  name: Float32Array | undefined,
  label: EncodedCondition | undefined,
): Float32Array | undefined {
  const ofName = name ? cosine(vector, name) : 0;
  const isOtherName = label?.named !== undefined && label.presence === 1 && !plain;
  if (ofName >= sameFrom || (name && isOtherName)) return vector;
  return plain && (!name || cosine(vector, plain) > ofName) ? plain : name;
}

/** Moves a name away from the caption, against what the caption says in addition. */
const extrapolate = (caption: Float32Array, name = caption): Float32Array =>
  name.map((value, axis) => value - extrapolation * (caption[axis]! - value));
