/** The ways in which a picture condition and words are asked for together and apart, and what they are compared with. */
import { isPictureQuery } from "../../../shared/conditions.ts";
import type { EncodedConditions } from "../../engine/conditions.ts";
import { imageSeed } from "../../engine/random.ts";
import { decode, drawAll, reconstruct } from "../draw.ts";
import { type EvaluationContext, encodeOwn, reads, wordsOf } from "../evaluation-context.ts";
import type { Group } from "../groups.ts";
import { forEachChunk } from "../progress-reporter.ts";
import type { Role } from "../report.ts";
import type { Picture } from "./pictures.ts";

/** Weight of a condition that is guided. */
const guidedBy = 2;

/** Guidance of the words and of the picture; absent = not given. Share of retrieval that both start from; absent = as in requests. */
interface Weights {
  readonly words?: number;
  readonly picture?: number;
  readonly retrieval?: number;
}

export interface Way {
  readonly what: string;
  readonly role: Role;
  readonly weights: Weights;
  /** Over its column of the figure; a way without one is not shown. */
  readonly heading?: string;
  /** Premultiplied planes [4, size, size] for one image of the group. */
  image(at: number): Promise<Float32Array>;
}

/** The field of the words that guidance works on: the caption, or the style of a translation that reads no caption. */
export const guidedWord = (subject: EvaluationContext): "caption" | "style" =>
  reads(subject, "caption") ? "caption" : "style";

/**
 * What the translation draws for the pictures of the images of a group, for their words and for both.
 * @param guidance `each`: off, and on for each of what is given; `off`: off
 */
export async function ablations(
  subject: EvaluationContext,
  group: Group,
  { condition, name }: Picture,
  guidance: "each" | "off",
): Promise<Way[]> {
  const { items } = group;
  const words = (await group.words()).slice(0, items.length);
  const pictures: EncodedConditions[] = [];
  await forEachChunk(subject.watch, `${name} of images`, items.length, 1, async (at) => {
    pictures.push(await encodeOwn(subject, items[at]!, [condition]));
  });
  const way = async (role: Role, weights: Weights, heading?: string): Promise<Way> => {
    const hasWords = weights.words !== undefined;
    const hasPicture = weights.picture !== undefined;
    const asked = hasWords ? (hasPicture ? `words and ${name}` : "words alone") : `${name} alone`;
    const what = weights.retrieval === 0 ? `${asked}, without retrieval` : asked;
    const latents = await drawAll(
      subject,
      `${what}, guided by ${weights.words ?? "–"} and ${weights.picture ?? "–"},`,
      items.map((_, at) => ({
        conditions: { ...(hasWords && words[at]), ...(hasPicture && pictures[at]) },
        seed: imageSeed(subject.settings.seed, at),
        guidance: 0,
        guidanceOf: { [guidedWord(subject)]: weights.words ?? 0, [condition]: weights.picture ?? 0 },
        ...(weights.retrieval !== undefined && { retrieval: weights.retrieval }),
      })),
    );
    return {
      what,
      role,
      weights,
      ...(heading !== undefined && { heading }),
      image: (at) => decode(subject, latents[at]!.latent),
    };
  };
  // What the flow says by itself, where requests start from retrieved drawings.
  const hasStarts =
    isPictureQuery(condition) && subject.settings.retrieval > 0 && subject.translation.retriever?.knows(condition);
  const byFlowAlone = (weights: Weights): Array<readonly [Role, Weights]> =>
    hasStarts ? [["control", { ...weights, retrieval: 0 }]] : [];
  const all: ReadonlyArray<readonly [Role, Weights, string?]> = [
    ["floor", { words: 0 }, "words\nalone"],
    ["floor", { words: guidedBy }],
    ["measured", { picture: 0 }, `${name}\nalone`],
    ["measured", { picture: guidedBy }],
    ...byFlowAlone({ picture: 0 }),
    ["measured", { words: 0, picture: 0 }, "both,\nguidance off"],
    ["measured", { words: guidedBy, picture: 0 }, `both,\nwords × ${guidedBy}`],
    ["measured", { words: 0, picture: guidedBy }, `both,\n${name} × ${guidedBy}`],
    ["measured", { words: guidedBy, picture: guidedBy }, `both,\neach × ${guidedBy}`],
    ...byFlowAlone({ words: 0, picture: 0 }),
  ];
  const hasWords = wordsOf(subject).length > 0;
  const ways: Way[] = [];
  for (const one of all) {
    const { words: ofWords, picture: ofPicture } = one[1];
    if (ofWords !== undefined && !hasWords) continue;
    if (guidance === "off" && ((ofWords ?? 0) > 0 || (ofPicture ?? 0) > 0)) continue;
    ways.push(await way(...one));
  }
  return ways;
}

/** Images that were not drawn: the wrong ones, the best that any flow could give, and the right ones. */
export function references(
  subject: EvaluationContext,
  count: number,
  real: (at: number) => Promise<Float32Array>,
): Way[] {
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
      image: async (at) => reconstruct(subject, await real(at)),
    },
    { what: "real images", role: "ceiling", weights: {}, image: real },
  ];
}
