/**
 * The ring that goes around every drawing of a style: a closed line, as the circle around each icon of a set or the border of a badge. The flow between
 * styles knows drawings without one: so it is taken off a style's icons and a drawing (off-ring.ts), and an answer is put into it (in-ring.ts). What
 * differs from icon to icon is its colour alone.
 */
import type { PlateLook } from "../areas/plate.ts";
import { type Ink, inkDistance } from "../pixels/ink-colour.ts";
import type { Square } from "../pixels/resample-square.ts";

export interface RingShape {
  readonly sizePx: number;
  /** Its alpha, [sizePx, sizePx]. */
  readonly mask: Float32Array;
  /** What it encloses has a colour up to the ring, as a badge has; else nothing lies beside it. */
  readonly isFilled: boolean;
}

export interface Ring extends RingShape {
  /** Where a whole drawing lies within it, in pixels; of a filled ring the whole picture. */
  readonly place: Square;
  /** Its colours, each with those of what it goes around; one alone where all are alike. */
  readonly looks: readonly PlateLook[];
  /** Its colour is the ink of what it goes around, and stays so in requested colours. */
  readonly isOfInk?: boolean | undefined;
}

/** Difference of a channel of inks that are alike. */
const alikeWithin = 0.1;

export const areAlike = (one: Ink, other: Ink): boolean => inkDistance(one, other) <= alikeWithin;
