/** Shadows of a style's icons (engine/pixels/shadows/shadow.ts) in a manifest. */

import { channelsOfHex, hexOfChannels } from "../../engine/pixels/hex-colour.ts";
import type { Shadow } from "../../engine/pixels/shadows/shadow.ts";
import type { ShadowEntry } from "../../manifest/style-entries.ts";

/** Shares are kept to this step. */
const steps = 1e5;
const rounded = (value: number): number => Math.round(steps * value) / steps;

export const entryOfShadow = ({ paint, isFilled, right, down, around, blur }: Shadow): ShadowEntry => ({
  ink: hexOfChannels(paint.ink),
  alpha: rounded(paint.alpha),
  isFilled,
  right: rounded(right),
  down: rounded(down),
  ...(around !== undefined && { around: rounded(around) }),
  ...(blur !== undefined && { blur: rounded(blur) }),
});

export const shadowOfEntry = ({ ink, alpha, ...shape }: ShadowEntry): Shadow => ({
  ...shape,
  paint: { ink: channelsOfHex(ink), alpha },
});
