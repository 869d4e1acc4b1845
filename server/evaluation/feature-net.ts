/**
 * The feature net that judges images: features of a frozen net, scaled to about unit variance a component. It is the pack's
 * image expert, which has no part in samples drawn from words alone.
 */
import { copyEntry } from "../flow/vector-table.ts";
import { encodeSetImages } from "../training/encode/encode-images.ts";
import { encodeRows } from "../training/encode/encode-rows.ts";
import type { EncodeContext } from "../training/encode/encoded-chunks.ts";
import type { SetCondition } from "../training/encode/pack-experts.ts";
import { asImage } from "./images.ts";
import { stackRows, type Vectors } from "./metrics/vectors.ts";
import { forEachChunk, type ProgressReporter } from "./progress-reporter.ts";

export interface FeatureNet {
  readonly name: string;
  /** Features of `count` images that are read one by one, all depths concatenated, [count, dims]. */
  featuresOf(what: string, count: number, image: (at: number) => Promise<Float32Array>): Promise<Vectors>;
  /** The same for some images of a set. The whole set is encoded and cached beside it. */
  featuresOfRows(context: EncodeContext, rows: readonly number[]): Promise<Vectors>;
  /** The deepest part of such features: the content of an image rather than its look. */
  deepest(features: Vectors): Vectors;
}

/** Images in one run of the net. */
const batch = 16;

/** @param conditions depths of one net, the deepest last; they share its runs */
export function createFeatureNet(
  name: string,
  conditions: readonly SetCondition[],
  sizePx: number,
  progress: ProgressReporter,
): FeatureNet {
  const experts = conditions.map(({ expert }) => expert);
  const dims = experts.reduce((sum, expert) => sum + expert.dims, 0);
  // Experts cache vectors by key, so each image needs its own key.
  let images = 0;
  return {
    name,
    async featuresOf(what, count, image) {
      const rows: Float32Array[] = [];
      await forEachChunk(progress, what, count, batch, async (start, end) => {
        const values = [];
        for (let at = start; at < end; at += 1) {
          images += 1;
          values.push(asImage(await image(at), sizePx, `evaluation ${images}`));
        }
        const own = values.map(() => new Float32Array(dims));
        let offset = 0;
        for (const expert of experts) {
          const vectors = await expert.encodeForTraining(values);
          // Experts return unit vectors; √dims scales their components to unit variance, as the kernel distance expects.
          const scaled = vectors.map((value) => value * Math.sqrt(expert.dims));
          for (const [at, row] of own.entries())
            row.set(scaled.subarray(at * expert.dims, (at + 1) * expert.dims), offset);
          offset += expert.dims;
        }
        rows.push(...own);
      });
      return stackRows(rows, dims);
    },
    async featuresOfRows(context, rows) {
      const encode: EncodeContext["encode"] = (task, onRows) =>
        encodeRows(task, context.images, { conditions }, { onRows });
      const { tables } = await encodeSetImages({ ...context, encode }, conditions);
      const values = new Float32Array(rows.length * dims);
      for (const [at, row] of rows.entries()) {
        let offset = at * dims;
        for (const { table, dims: width } of tables) {
          copyEntry(table, row, values, offset);
          for (let axis = offset; axis < offset + width; axis += 1) values[axis]! *= Math.sqrt(width);
          offset += width;
        }
      }
      return { values, dims };
    },
    deepest({ values, dims: width }) {
      const kept = experts.at(-1)!.dims;
      const rows = Array.from({ length: values.length / width }, (_, row) =>
        values.subarray((row + 1) * width - kept, (row + 1) * width),
      );
      return stackRows(rows, kept);
    },
  };
}
