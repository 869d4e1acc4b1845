/** Hard shadows of a style's icons (engine/pixels/hard-shadows/hard-shadow.ts) in a manifest. */
import type { HardShadow } from "../../engine/pixels/hard-shadows/hard-shadow.ts";
import { channelsOfHex, hexOfChannels } from "../../engine/pixels/hex-colour.ts";
import type { HardShadowEntry } from "../../manifest/style-entries.ts";

/** Shares are kept to this step. */
const steps = 1e5;
const rounded = (value: number): number => Math.round(steps * value) / steps;

export const entryOfShadow = ({ paint, isFilled, right, down, around }: HardShadow): HardShadowEntry => ({
  ink: hexOfChannels(paint.ink),
  alpha: rounded(paint.alpha),
  isFilled,
  right: rounded(right),
  down: rounded(down),
  ...(around !== undefined && { around: rounded(around) }),
});

export const shadowOfEntry = ({ ink, alpha, ...shape }: HardShadowEntry): HardShadow => ({
  ...shape,
  paint: { ink: channelsOfHex(ink), alpha },
});
