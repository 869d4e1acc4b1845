/**
 * A layer that follows the silhouette of a style's drawings behind them: a hard shadow or an offset print (hard-shadow.ts), the light margin of
 * a sticker, or a soft shadow (soft-shadow.ts).
 */
import type { FlatPaint } from "./apart.ts";
import type { CoverShape } from "./cover.ts";

export interface Shadow extends CoverShape {
  readonly paint: FlatPaint;
  /** Nothing else of the drawings has the paint: what shows it elsewhere is the layer's too. */
  readonly hasAllPaint?: boolean | undefined;
}

/** A drawing that was taken off a layer. */
export interface OffLayer {
  /** The drawing alone, [4, sizePx, sizePx]. */
  readonly planes: Float32Array;
  /** Of what shows a layer or should, the share that is where it is expected: of several the least. */
  readonly explained: number;
}

export const isSoft = ({ blur }: Shadow): boolean => blur !== undefined;
