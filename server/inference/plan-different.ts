/**
 * The plan of images that differ: many seeds look for drawings to start from, the flow draws those that fit and are unlike
 * each other, and of what it drew the best that differ become images. Each image's seed alone makes it again.
 */
import type { ResolvedRequest } from "../../shared/contract/generations/generation-request.ts";
import { limits } from "../../shared/limits.ts";
import type { EncodedConditions } from "../engine/conditions.ts";
import { type Choosable, chooseDifferent, onUnitScale } from "../engine/differ.ts";
import { imageSeed } from "../engine/random.ts";
import type { DrawnLatent, Translation } from "../engine/translation.ts";
import { type DrawSettings, priorOf, sampleRow } from "../retrieval/retrieved-prior.ts";
import type { Plan } from "./generation-plan.ts";

/** Seeds that look for drawings, for each image: the search costs no run of the flow. */
const seedsPerImage = 32;
/** Candidates that the flow draws for each image; four images fill one of its batches. */
const candidatesPerImage = 2;
/**
 * Weight of mutual distance: among the drawings to start from, and among what the flow made of them. The same at any diversity, which
 * says how far from the likeliest drawing is near enough.
 */
const distanceWeight = { drawings: 0.4, images: 0.35 };
/** Log-weight below the best at which a drawing's quality is 1/e. */
const fitScale = 3;

/** A request, and the styles whose drawings it may start from. */
type DifferentRequest = ResolvedRequest & Pick<DrawSettings, "among">;

export function planDifferent(
  translation: Translation,
  conditions: EncodedConditions,
  request: DifferentRequest,
): Omit<Plan, "outOfDistribution" | "namedLabels" | "finishOf"> {
  const { count, seed: first } = request;
  const seeds = seedsOf(translation, conditions, request);
  return {
    groups: 1,
    candidates: seeds.length,
    choose: (drawn: readonly DrawnLatent[]) => {
      const qualities = onUnitScale(drawn.map(({ conditionGain }) => conditionGain));
      const from = drawn.map(({ latent }, index) => ({ latent, quality: qualities[index]! }));
      return chooseDifferent(from, count, distanceWeight.images);
    },
    seedOf: (_group, candidate) => seeds[candidate] ?? first,
    rowOf: (_group, candidate) => sampleRow(translation, conditions, { ...request, seed: seeds[candidate] ?? first }),
  };
}

/** Seeds whose drawings fit and differ, one a drawing; the first ones where there are too few, or none. */
function seedsOf(translation: Translation, conditions: EncodedConditions, request: DifferentRequest): number[] {
  const { count, seed } = request;
  const most = Math.min(candidatesPerImage * count, limits.candidatesMax);
  const seeds = Array.from({ length: seedsPerImage * count }, (_, index) => imageSeed(seed, index));
  const found = new Map<number, Choosable & { readonly own: number }>();
  for (const own of seeds) {
    const prior = priorOf(translation, conditions, { ...request, seed: own });
    // The first seed that found a drawing stands for it.
    if (!prior?.idea || found.has(prior.idea.drawing)) continue;
    found.set(prior.idea.drawing, { own, latent: prior.latent, quality: Math.exp(prior.idea.fit / fitScale) });
  }
  const ideas = [...found.values()];
  const chosen = chooseDifferent(ideas, most, distanceWeight.drawings).map((index) => ideas[index]!.own);
  const others = seeds.filter((own) => !chosen.includes(own));
  // Without drawings the residuals differ, the more candidates the better; besides drawings they only fill up.
  return [...chosen, ...others.slice(0, Math.max(0, (chosen.length > 0 ? count : most) - chosen.length))];
}
