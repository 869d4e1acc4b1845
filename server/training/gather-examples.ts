/**
 * Gathers examples of labels (server/experts/label-examples.ts) from the latents of drawn training images: one example for each label and
 * style, and how much alike two styles draw the same things.
 */
import type { Example, ExamplesContent } from "../experts/label-examples.ts";
import type { ImageItem } from "./image-set.ts";

export interface ExampleSource {
  readonly items: readonly ImageItem[];
  /** Posterior means of all of them, [items, dims]. */
  readonly latents: Float32Array;
  readonly dims: number;
  /** Ids of labels and styles, in the order of their vocabularies. */
  readonly labels: readonly string[];
  readonly styles: readonly string[];
}

/** Two styles that draw fewer labels in common count as neither alike nor unlike. */
const sharedMin = 20;
/**
 * Log-weight of an example for each unit of likeness. At 12, an example of a style that is 0.25 liker counts twenty times as much. No other
 * value was tried; a regression on the mean so weighed explains more of held-out latents than one on the plain mean (server/pretrain/README.md).
 */
const sharpness = 12;

export function gatherExamples(source: ExampleSource): ExamplesContent {
  const { items, dims, labels, styles } = source;
  const drawn = items.filter(
    ({ split, augmentedFrom, style }) => split === "train" && augmentedFrom === undefined && styles.includes(style),
  );
  const middles = meansOf(source, drawn, ({ style }) => style);
  const means = meansOf(source, drawn, ({ concept, style }) => JSON.stringify([concept, style]));
  const examples: Example[] = [];
  const vectors: Float32Array[] = [];
  for (const [label, concept] of labels.entries())
    for (const style of styles) {
      const mean = means.get(JSON.stringify([concept, style]));
      if (!mean) continue;
      const middle = middles.get(style)!;
      examples.push({ label, style });
      vectors.push(mean.map((value, axis) => value - middle[axis]!));
    }
  const largest = vectors.reduce(
    (most, vector) => vector.reduce((top, value) => Math.max(top, Math.abs(value)), most),
    0,
  );
  const level = largest / 127 || 1;
  const values = new Int8Array(vectors.length * dims);
  for (const [at, vector] of vectors.entries())
    for (let axis = 0; axis < dims; axis += 1) values[at * dims + axis] = Math.round(vector[axis]! / level);
  return {
    dims,
    styles,
    examples,
    values,
    // Latents have about unit variance a dimension, conditions about unit length.
    // As its file keeps it.
    step: Math.fround(level / Math.sqrt(dims)),
    affinities: likeness(examples, vectors, styles).map((value) => sharpness * value),
  };
}

/** Mean latent of the items of each key. */
function meansOf(
  { latents, dims }: ExampleSource,
  items: readonly ImageItem[],
  keyOf: (item: ImageItem) => string,
): Map<string, Float32Array> {
  const sums = new Map<string, { readonly sum: Float32Array; count: number }>();
  for (const item of items) {
    const key = keyOf(item);
    const found = sums.get(key) ?? { sum: new Float32Array(dims), count: 0 };
    sums.set(key, found);
    found.count += 1;
    for (let axis = 0; axis < dims; axis += 1) found.sum[axis]! += latents[item.row * dims + axis]!;
  }
  return new Map([...sums].map(([key, { sum, count }]) => [key, sum.map((value) => value / count)]));
}

/** Mean cosine of two styles' examples of the same label, [styles, styles]; 0 where they share few. */
function likeness(
  examples: readonly Example[],
  vectors: readonly Float32Array[],
  styles: readonly string[],
): Float32Array {
  const count = styles.length;
  const [sums, shared] = [new Float32Array(count * count), new Float32Array(count * count)];
  const indexOf = new Map(styles.map((style, index) => [style, index]));
  const lengths = vectors.map((vector) => Math.hypot(...vector) || 1);
  for (let first = 0; first < examples.length; first += 1)
    // Examples of a label follow one another.
    for (let second = first + 1; examples[second]?.label === examples[first]!.label; second += 1) {
      const [a, b] = [vectors[first]!, vectors[second]!];
      let product = 0;
      for (let axis = 0; axis < a.length; axis += 1) product += a[axis]! * b[axis]!;
      const cosine = product / (lengths[first]! * lengths[second]!);
      const [from, to] = [indexOf.get(examples[first]!.style)!, indexOf.get(examples[second]!.style)!];
      for (const at of [from * count + to, to * count + from]) {
        sums[at]! += cosine;
        shared[at]! += 1;
      }
    }
  return sums.map((sum, at) => (shared[at]! >= sharedMin ? sum / shared[at]! : 0));
}
