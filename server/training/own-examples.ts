/**
 * Examples for a style of one's own (server/experts/examples.ts): those of the base pack, around the middle of the new style. What was drawn in
 * that style is left to the flow, which has learned it: labels that a training caption names lose their examples, and the captions are kept, so
 * that what is nearer to them than to any other label's name has no start.
 */
import { type ExamplesContent, likeness, unitVectors } from "../experts/examples.ts";
import type { TrainingSet } from "../flow/training-set.ts";
import { type FourBitRows, toFourBits } from "../onnx/four-bits.ts";
import { vectorOf } from "./fit-outside.ts";

/** Cosine from which on the nearest label is what a caption names: "icon of a house", "two umbrellas". */
const sameThingFrom = 0.7;
/** Captions that are kept; of more, some at even distances. */
const captionsMax = 4096;

/** @param set of one style, with captions */
export function examplesInOwnStyle(base: ExamplesContent, set: TrainingSet): ExamplesContent {
  const middles = base.middles.slice();
  // Where no style is asked for, all of them lie around the last.
  middles.set(middleOf(set), middles.length - base.dims);
  const captions = captionsOf(set);
  const learned = labelsNamed(base, captions);
  const kept = [...base.examples.keys()].filter((at) => !learned.has(base.examples[at]!.label));
  return {
    ...base,
    middles,
    examples: kept.map((at) => base.examples[at]!),
    values: rowsOf(base.values, kept, base.dims),
    ownKeys: toFourBits(captions, base.keyDims),
  };
}

/** Mean latent of the training images, [dims]. */
function middleOf({ latents, dims, trainRows }: TrainingSet): Float32Array {
  const sum = new Float64Array(dims);
  for (const row of trainRows) for (let axis = 0; axis < dims; axis += 1) sum[axis]! += latents[row * dims + axis]!;
  return Float32Array.from(sum, (value) => value / trainRows.length);
}

/** Vectors of the plainest captions of training images, each once. */
function captionsOf({ conditions, trainRows }: TrainingSet): Float32Array[] {
  const table = conditions.find(({ name }) => name === "caption")!;
  const entries = [...new Set([...trainRows].map((row) => table.options[row]![0]!))];
  const step = Math.max(1, entries.length / captionsMax);
  return Array.from({ length: Math.min(entries.length, captionsMax) }, (_, index) =>
    vectorOf(table, entries[Math.floor(index * step)]!),
  );
}

/** Indices of the labels that captions name. */
function labelsNamed({ labels, keys, keyDims }: ExamplesContent, captions: readonly Float32Array[]): Set<number> {
  const names = unitVectors(keys, keyDims);
  return new Set(
    captions.flatMap((caption) => {
      let [nearest, most] = [-1, Number.NEGATIVE_INFINITY];
      for (const label of labels.keys()) {
        const cosine = likeness(names, label, caption);
        if (cosine > most) [nearest, most] = [label, cosine];
      }
      return most >= sameThingFrom * Math.hypot(...caption) ? [nearest] : [];
    }),
  );
}

/** Some of the rows of [rows, width]. */
function rowsOf({ bytes, steps }: FourBitRows, rows: readonly number[], width: number): FourBitRows {
  const half = width / 2;
  const kept = { bytes: new Int8Array(rows.length * half), steps: Float32Array.from(rows, (row) => steps[row]!) };
  for (const [to, from] of rows.entries()) kept.bytes.set(bytes.subarray(from * half, (from + 1) * half), to * half);
  return kept;
}
