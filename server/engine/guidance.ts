/**
 * From a request's guidance weights to the flow's terms. `guidance` contrasts all conditions with none; each entry of `guidanceOf`
 * contrasts all conditions with all but one. Terms of equal bases are merged, because the rule is linear in the weights.
 */
import { type ConditionField, conditionFields } from "../../shared/contract/conditions.ts";
import { type EncodedConditions, fieldIn, namesOf } from "./conditions.ts";
import type { GuidanceTerm } from "./interfaces.ts";

export interface GuidanceWeights {
  readonly guidance: number;
  readonly guidanceOf?: Readonly<Partial<Record<ConditionField, number>>> | undefined;
}

/** @param conditions of the image */
export function guidanceTermsOf(
  { guidance, guidanceOf = {} }: GuidanceWeights,
  conditions: EncodedConditions,
): GuidanceTerm[] {
  const given = namesOf(conditions);
  const contrasts = [
    { weight: guidance, without: [...given] },
    ...conditionFields.map((field) => ({
      weight: guidanceOf[field] ?? 0,
      without: given.filter((name) => fieldIn(conditions, name) === field),
    })),
  ];
  const weights = new Map<string, GuidanceTerm>();
  for (const { weight, without } of contrasts) {
    if (weight === 0 || without.length === 0) continue;
    const base = without.join();
    weights.set(base, { weight: weight + (weights.get(base)?.weight ?? 0), without });
  }
  return [...weights.values()];
}
