/** Which of a style's drawings are looked at for a shadow. Pure. */
import { commonShape } from "../ground/ground.ts";
import type { Drawing } from "../ink-colour.ts";

/** Evenly spaced ones, as many as `most`; none of fewer than `least`, of several sizes, or of one silhouette: that is a ground, whose shadow is its own. */
export function lookedAt(drawings: readonly Drawing[], least: number, most: number): readonly Drawing[] {
  const sizePx = drawings[0]?.sizePx;
  if (drawings.length < least || drawings.some((drawing) => drawing.sizePx !== sizePx)) return [];
  if (commonShape(drawings)) return [];
  const every = Math.max(1, drawings.length / most);
  return Array.from({ length: Math.min(most, drawings.length) }, (_, at) => drawings[Math.floor(at * every)]!);
}
