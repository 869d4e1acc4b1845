/**
 * Which drawings nothing is trained on: whole families, whole made-up styles, and a share of concepts. Decided by names and hashes alone,
 * so that every run and every machine agrees. `concept` is what an icon shows, whatever its set calls it (../concepts.mjs).
 */
import { splitOf as conceptSplitOf } from "../concepts.mjs";
import { heldBackFamilies, heldOutFamilies } from "./families.mts";
import { hashUnit } from "./random.mts";

export type Split = "train" | "heldOutConcept" | "heldOutStyle" | "heldOutFamily" | "heldBackStyle";

/** Share of made-up styles that nothing is trained on. */
const heldOutStyleShare = 0.08;

/** @param styleSeed of a made-up style; real variants have none */
export function splitOf(family: string, concept: string, styleSeed?: string): Split {
  if (heldBackFamilies.has(family)) return "heldBackStyle";
  if (heldOutFamilies.has(family)) return "heldOutFamily";
  if (conceptSplitOf(concept, "", false) === "heldOutConcept") return "heldOutConcept";
  if (styleSeed !== undefined && hashUnit(`held|${styleSeed}`) < heldOutStyleShare) return "heldOutStyle";
  return "train";
}
