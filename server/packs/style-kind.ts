/** What a style is drawn in, as far as a pack says it: what lists of styles are headed by. */
import type { StyleKind } from "../../shared/contract/meta.ts";
import type { ExpertEntry } from "../manifest/expert-entries.ts";

/** By the id of each style of a vocabulary; one of which nothing is said is left out. */
export function styleKindsOf(expert: ExpertEntry | undefined): ReadonlyMap<string, StyleKind> {
  const kinds = new Map<string, StyleKind>();
  if (expert?.kind === "label")
    for (const { id, group } of expert.vocabulary)
      if (group !== undefined) kinds.set(id, group === "emoji" ? "emoji" : "colour");
  if (expert?.kind === "drawing-style")
    for (const { id, ink, isOneInk, accents = [], lines, areas, spread } of expert.vocabulary) {
      if (accents.length > 1 || (ink === undefined && (areas ?? spread) !== undefined)) kinds.set(id, "colour");
      else if (ink === undefined) continue;
      else if (accents.length === 1 || isOneInk !== true) kinds.set(id, "two-tone");
      else if (lines) kinds.set(id, lines.isAll ? "lines" : "solid");
    }
  return kinds;
}
