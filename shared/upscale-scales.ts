/** The factors of an upscale and which of them fit Figma's limit: without zod, for the plugin's main code. */
import { limits } from "./limits.ts";

export const upscaleScales = [2, 4] as const;
export type UpscaleScale = (typeof upscaleScales)[number];

/** The largest factor by which an image stays within Figma's limit; none for images above half of it. */
export const largestScale = (widthPx: number, heightPx: number): UpscaleScale | undefined =>
  upscaleScales.filter((scale) => scale * Math.max(widthPx, heightPx) <= limits.imageMaxSidePx).at(-1);
