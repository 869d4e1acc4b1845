/** The variants of a condition study: a picture condition and words together and alone, and reference images. */
import { isPictureQuery } from "../../../shared/contract/conditions.ts";
import type { EncodedConditions } from "../../engine/conditions.ts";
import { imageSeed } from "../../engine/random.ts";
import { decode, drawAll, reconstruct } from "../draw.ts";
import { type EvaluationContext, encodeOwn, reads, wordsOf } from "../evaluation-context.ts";
import type { Group } from "../groups.ts";
import { forEachChunk } from "../progress-reporter.ts";
import type { Role } from "../report.ts";
import type { Picture } from "./pictures.ts";

/** Guidance weight of a guided condition. */
const guidedBy = 2;

/** Guidance of words and picture; absent = not given. Share of retrieval; absent = as in requests. */
interface Weights {
  readonly words?: number;
  readonly picture?: number;
  readonly retrieval?: number;
}

export interface Variant {
  readonly what: string;
  readonly role: Role;
  readonly weights: Weights;
  /** Heading of the column in the figure; absent = not shown. */
  readonly heading?: string;
  /** Premultiplied planes [4, size, size] for an image of the group. */
  image(at: number): Promise<Float32Array>;
}

/** The field of the words that guidance applies to: the caption, or the style if the translation reads no caption. */
export const guidedWord = (context: EvaluationContext): "caption" | "style" =>
  reads(context, "caption") ? "caption" : "style";

/**
 * Samples for the pictures of a group's images, for their words and for both.
 * @param guidance `each` = without guidance, and with guidance of each given condition; `off` = without
 */
export async function ablations(
  context: EvaluationContext,
  group: Group,
  { condition, name }: Picture,
  guidance: "each" | "off",
): Promise<Variant[]> {
  const { items } = group;
  const words = (await group.words()).slice(0, items.length);
  const pictures: EncodedConditions[] = [];
  await forEachChunk(context.progress, `${name} of images`, items.length, 1, async (at) => {
    pictures.push(await encodeOwn(context, items[at]!, [condition]));
  });
  const variantOf = async (role: Role, weights: Weights, heading?: string): Promise<Variant> => {
    const hasWords = weights.words !== undefined;
    const hasPicture = weights.picture !== undefined;
    const given = hasWords ? (hasPicture ? `words and ${name}` : "words alone") : `${name} alone`;
    const what = weights.retrieval === 0 ? `${given}, without retrieval` : given;
    const latents = await drawAll(
      context,
      `${what}, guided by ${weights.words ?? "–"} and ${weights.picture ?? "–"},`,
      items.map((_, at) => ({
        conditions: { ...(hasWords && words[at]), ...(hasPicture && pictures[at]) },
        seed: imageSeed(context.settings.seed, at),
        guidance: 0,
        guidanceOf: { [guidedWord(context)]: weights.words ?? 0, [condition]: weights.picture ?? 0 },
        ...(weights.retrieval !== undefined && { retrieval: weights.retrieval }),
      })),
    );
    return {
      what,
      role,
      weights,
      ...(heading !== undefined && { heading }),
      image: (at) => decode(context, latents[at]!.latent),
    };
  };
  // Without retrieval, the variants show the flow alone.
  const hasRetrieval =
    isPictureQuery(condition) && context.settings.retrieval > 0 && context.translation.retriever?.knows(condition);
  const withoutRetrieval = (weights: Weights): Array<readonly [Role, Weights]> =>
    hasRetrieval ? [["control", { ...weights, retrieval: 0 }]] : [];
  const all: ReadonlyArray<readonly [Role, Weights, string?]> = [
    ["floor", { words: 0 }, "words\nalone"],
    ["floor", { words: guidedBy }],
    ["measured", { picture: 0 }, `${name}\nalone`],
    ["measured", { picture: guidedBy }],
    ...withoutRetrieval({ picture: 0 }),
    ["measured", { words: 0, picture: 0 }, "both,\nguidance off"],
    ["measured", { words: guidedBy, picture: 0 }, `both,\nwords × ${guidedBy}`],
    ["measured", { words: 0, picture: guidedBy }, `both,\n${name} × ${guidedBy}`],
    ["measured", { words: guidedBy, picture: guidedBy }, `both,\neach × ${guidedBy}`],
    ...withoutRetrieval({ words: 0, picture: 0 }),
  ];
  const hasWords = wordsOf(context).length > 0;
  const variants: Variant[] = [];
  for (const one of all) {
    const { words: ofWords, picture: ofPicture } = one[1];
    if (ofWords !== undefined && !hasWords) continue;
    if (guidance === "off" && ((ofWords ?? 0) > 0 || (ofPicture ?? 0) > 0)) continue;
    variants.push(await variantOf(...one));
  }
  return variants;
}

/** Reference images: other images of the group, reconstructions, and the real images. */
export function references(
  context: EvaluationContext,
  count: number,
  real: (at: number) => Promise<Float32Array>,
): Variant[] {
  return [
    {
      what: "real images of others",
      role: "floor",
      weights: {},
      image: (at) => real((at + Math.floor(count / 2)) % count),
    },
    {
      what: "reconstructions",
      role: "ceiling",
      weights: {},
      image: async (at) => reconstruct(context, await real(at)),
    },
    { what: "real images", role: "ceiling", weights: {}, image: real },
  ];
}
