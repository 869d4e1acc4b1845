/** Latents of an index's drawings: the mean of the style plus what is stored of each (index-file.ts). */
import type { IndexContent } from "./index-file.ts";
import { accumulateInt4 } from "./int4.ts";

/** @param which positions of entries @returns [which, dims] */
export function latentsOf({ dims, entries, styleMeans, values }: IndexContent, which: readonly number[]): Float32Array {
  const latents = new Float32Array(which.length * dims);
  for (const [index, at] of which.entries()) {
    const { style } = entries[at]!;
    const latent = latents.subarray(index * dims, (index + 1) * dims);
    latent.set(styleMeans.subarray(style * dims, (style + 1) * dims));
    accumulateInt4(values, at, dims, 1, latent);
  }
  return latents;
}
