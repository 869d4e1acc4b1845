/**
 * A layer that follows the silhouette of a style's drawings behind them: a hard shadow or an offset print (hard-shadow.ts), the light margin of
 * a sticker, or a soft shadow (soft-shadow.ts).
 */
import type { FlatPaint } from "./apart.ts";
import type { CoverShape } from "./cover.ts";

export interface Shadow extends CoverShape {
  readonly paint: FlatPaint;
}

export const isSoft = ({ blur }: Shadow): boolean => blur !== undefined;
