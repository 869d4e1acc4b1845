/** In lines or filled: what a drawing that a caption starts from had better look like. */
import { areThin } from "../engine/areas/around.ts";
import type { ConditionValues } from "../engine/conditions.ts";
import type { DrawingFinder } from "../engine/interfaces.ts";
import type { StyleInk } from "../engine/pixels/style-ink.ts";
import { inkOfStyle } from "../engine/read-in-ink.ts";
import type { Translation } from "../engine/translation.ts";

export type Look = Parameters<DrawingFinder["find"]>[0]["look"];

/** What comes out well in the requested style: what is in lines or filled already needs no guess. */
export function wantedLook(translation: Pick<Translation, "conditions">, requested: ConditionValues): Look {
  const { lines, areas } = requested.style ? inkOfStyle(translation, requested) : noStyle;
  if (areas?.outline || lines?.isAll) return "lines";
  if (!areas?.isOfFills && !(lines && lines.tint === undefined)) return undefined;
  // Of a few drawings in lines of two colours, or of uneven width, no more is read.
  return areMostlyThin(requested.style) ? "lines" : "fills";
}

const noStyle: Pick<StyleInk, "lines" | "areas"> = {};

/** Images of a style that are looked at once more; each takes some 10 ms. */
const lookedMost = 5;

function areMostlyThin(style: ConditionValues["style"]): boolean {
  const images = style?.kind === "images" ? style.images.slice(0, lookedMost) : [];
  const thin = images.filter(({ planes, sizePx }) => areThin(planes.subarray(3 * sizePx ** 2), sizePx));
  return thin.length > images.length / 2;
}
