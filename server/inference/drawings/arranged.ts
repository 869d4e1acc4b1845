/** How what captions say becomes one drawing of several (server/engine/compose). */
import { bothBeside, withBeside } from "../../engine/compose/arrange.ts";
import { crossedOut } from "../../engine/compose/cross-out.ts";
import type { Composed, Fills } from "../../engine/compose/layers.ts";
import type { CaptionParts } from "./caption-parts.ts";

/** By how they belong together: of the alphas of one or two drawings, [side, side] each. */
export const arranged = {
  with: ([one, other], fills) => withBeside(one!, other!, fills),
  both: ([one, other], fills) => bothBeside(one!, other!, fills),
  crossedOut: ([one], fills) => crossedOut(one!, fills),
} satisfies Record<CaptionParts["how"], (alphas: readonly Float32Array[], fills: Fills) => Composed>;

/** The same so that both parts are ink, and may have colours of their own: what lies in a fill has a gap around it. */
export const apart = {
  ...arranged,
  with: ([one, other], fills) => withBeside(one!, other!, fills, true),
} satisfies typeof arranged;
