/** What a generation will draw, decided before the flow runs (plan.ts, plan-different.ts) and carried out by the batcher. */
import type { ResolvedRequest } from "../../shared/contract/generations/generation-request.ts";
import type { Source } from "../../shared/contract/generations/sources.ts";
import { limits } from "../../shared/limits.ts";
import type { ConditionValues } from "../engine/conditions.ts";
import { imageSeed } from "../engine/random.ts";
import { bestCandidate } from "../engine/rank.ts";
import type { DrawnLatent, Finish, Row } from "../engine/translation.ts";
import type { ConditionFindings } from "./protocol.ts";

/** Rows in groups of candidates, of each of which some become images, in their order. */
export interface Plan extends ConditionFindings {
  readonly groups: number;
  readonly candidates: number;
  /** Which of a group's candidates become images. */
  choose(drawn: readonly DrawnLatent[]): readonly number[];
  /** Seed of a candidate of a group; enough to make it again. */
  seedOf(group: number, candidate: number): number;
  rowOf(group: number, candidate: number): Row;
  /** Drawings that a candidate started from, where its row doesn't say. */
  sourcesOf?(group: number, candidate: number): Source[] | undefined;
  /** What becomes of a candidate's decoded image. */
  finishOf(group: number, candidate: number): Finish;
}

/** Of each image the best of its candidates, each candidate by a seed of its own. */
export const bestOfEach = ({
  count,
  bestOf,
  seed,
}: Pick<ResolvedRequest, "count" | "bestOf" | "seed">): Pick<Plan, "groups" | "candidates" | "choose" | "seedOf"> => ({
  groups: count,
  candidates: bestOf,
  choose: (drawn) => [bestCandidate(drawn)],
  seedOf: (image, candidate) => imageSeed(seed, image * bestOf + candidate),
});

/** Looks at the requested temperature: above the usual one answers differ by seed, so the drawing's own edges are not kept. */
export const looksAt = ({ temperature }: Pick<ResolvedRequest, "temperature">, looks: Finish): Finish =>
  temperature > limits.temperatureDefault ? freely(looks) : looks;

/** What looks are asked for at the requested temperature: with noise a drawing is another one, also in its own style. */
export function askedAt(
  { temperature }: Pick<ResolvedRequest, "temperature">,
  values: ConditionValues,
): ConditionValues {
  if (temperature === 0) return values;
  const { "drawing-style": _, ...others } = values;
  return others;
}

/** Without the drawing's own edges. */
export const freely = (looks: Finish): Finish => ({ ...looks, lines: undefined, areas: undefined });
