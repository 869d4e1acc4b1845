/**
 * Examples for a style of one's own (server/experts/examples.ts): those of the base pack, around the middle of the new style. What was drawn in
 * that style is no example, because the flow has learned it; its captions are kept, so that it is left to the flow.
 */
import type { ExamplesContent } from "../experts/examples.ts";
import type { TrainingSet } from "../flow/training-set.ts";
import { copyEntry } from "../flow/vector-table.ts";
import { toFourBits } from "../onnx/four-bits.ts";

/** @param set of one style, with captions */
export function examplesInOwnStyle(base: ExamplesContent, set: TrainingSet): ExamplesContent {
  const middles = base.middles.slice();
  // Where no style is asked for, all of them lie around the last.
  middles.set(middleOf(set), middles.length - base.dims);
  return { ...base, middles, ownKeys: toFourBits(captionsOf(set, base.keyDims), base.keyDims) };
}

/** Mean latent of the training images, [dims]. */
function middleOf({ latents, dims, trainRows }: TrainingSet): Float32Array {
  const sum = new Float64Array(dims);
  for (const row of trainRows) for (let axis = 0; axis < dims; axis += 1) sum[axis]! += latents[row * dims + axis]!;
  return Float32Array.from(sum, (value) => value / trainRows.length);
}

/** Vectors of every caption of a training image. */
function captionsOf({ conditions, trainRows }: TrainingSet, keyDims: number): Float32Array[] {
  const { table, options } = conditions.find(({ name }) => name === "caption")!;
  const entries = new Set([...trainRows].flatMap((row) => options[row]!));
  return [...entries].map((entry) => {
    const caption = new Float32Array(keyDims);
    copyEntry(table, entry, caption, 0);
    return caption;
  });
}
