/** Factors and sizes of an upscale, and which of them fit Figma's limit: without zod, for the plugin's main code. */
import { limits } from "../limits.ts";

export const upscaleScales = [2, 3, 4] as const;
export type UpscaleScale = (typeof upscaleScales)[number];

/** The factor of a picture that is only cleaned. */
export const cleanScale = 1;
export type UpscaleFactor = typeof cleanScale | UpscaleScale;
export const upscaleFactors: readonly UpscaleFactor[] = [cleanScale, ...upscaleScales];

/** Factors that networks draw; other sizes are the next one, area-averaged. */
export const networkScales = [2, 4] as const;
export type NetworkScale = (typeof networkScales)[number];

interface Size {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** How large a result is: `scale` times the image, or as wide as `widthPx` in the image's proportions. One of the two. */
export interface UpscaleTarget {
  readonly scale?: UpscaleFactor | undefined;
  readonly widthPx?: number | undefined;
}

/** The largest factor by which an image stays within Figma's limit; none for images above half of it. */
export const largestScale = (widthPx: number, heightPx: number): UpscaleScale | undefined =>
  upscaleScales.filter((scale) => scale * Math.max(widthPx, heightPx) <= limits.imageMaxSidePx).at(-1);

/** Size of the result in px. */
export function enlargedSize(image: Size, { scale, widthPx = 0 }: UpscaleTarget): Size {
  if (scale !== undefined) return { widthPx: scale * image.widthPx, heightPx: scale * image.heightPx };
  return { widthPx, heightPx: Math.max(1, Math.round((image.heightPx * widthPx) / image.widthPx)) };
}

/** The factor that networks draw for a result. */
export const networkScaleFor = (image: Size, target: UpscaleTarget): NetworkScale =>
  (target.scale ?? enlargedSize(image, target).widthPx / image.widthPx) <= 2 ? 2 : 4;
