/** What was read of a style's icons (engine/pixels/style-ink.ts), in a manifest. */
import { hexOfChannels } from "../../engine/pixels/hex-colour.ts";
import type { StyleInk } from "../../engine/pixels/style-ink.ts";
import { entryOfAreas } from "./areas-entry.ts";
import { entryOfGround, entryOfSlopes } from "./ground-entry.ts";
import { entryOfRing } from "./ring-entry.ts";
import { entryOfShadow } from "./shadow-entry.ts";

/** Fields of the style's line in a vocabulary. */
export function entryOfLooks(styleInk: StyleInk) {
  const { isOneInk, ink, gradient, spread, accents, ground, ring, shadows, lines, hand, areas, liveArea, largest } =
    styleInk;
  return {
    ...(isOneInk && { isOneInk }),
    ...(ink && { ink: hexOfChannels(ink) }),
    ...(gradient && { gradient: { ...gradient, slopes: entryOfSlopes(gradient.slopes) } }),
    ...(spread && { spread }),
    ...(accents && { accents: accents.map(({ ink: accent, share }) => ({ ink: hexOfChannels(accent), share })) }),
    ...(ground && { ground: entryOfGround(ground) }),
    ...(ring && { ring: entryOfRing(ring) }),
    ...(shadows && { shadows: shadows.map(entryOfShadow) }),
    ...(lines && { lines }),
    ...(hand && { hand }),
    ...(areas && { areas: entryOfAreas(areas) }),
    ...(liveArea !== undefined && { liveArea }),
    ...(largest !== undefined && { largest }),
  };
}
