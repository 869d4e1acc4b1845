/** From the drawings of an index to whose they are: what an answer names, and which styles a list of licences leaves. Pure. */

import type { DrawingSet, Source } from "../../shared/contract/generations/sources.ts";
import { limits } from "../../shared/limits.ts";
import type { RetrievedDrawing } from "../engine/interfaces.ts";

type DrawingSets = ReadonlyMap<string, DrawingSet>;

/** What a set calls a drawing, as ids and answers have it: without spaces. */
export const iconOf = (name: string): string => name.replaceAll(" ", "-");

/** Of a smaller share nothing can be seen. */
const shareLeast = 0.02;

/** @returns undefined where nothing was retrieved, or the pack does not say whose its drawings are */
export function sourcesOf(
  drawings: readonly RetrievedDrawing[] | undefined,
  sets: DrawingSets | undefined,
): Source[] | undefined {
  if (!drawings || !sets) return undefined;
  const sources = drawings
    .filter(({ share }) => share >= shareLeast)
    .flatMap(({ label, style, share }): Source[] => {
      const set = sets.get(style);
      return set ? [{ ...set, icon: label, share: Math.round(1000 * share) / 1000 }] : [];
    });
  return sources.length > 0 ? sources.slice(0, limits.sourcesMax) : undefined;
}

/** Ids of the styles whose drawings are under one of the licences; undefined = all. */
export const stylesUnder = (
  licences: readonly string[] | undefined,
  sets: DrawingSets = new Map(),
): ReadonlySet<string> | undefined =>
  licences && new Set([...sets].filter(([, { licence }]) => licences.includes(licence)).map(([style]) => style));
