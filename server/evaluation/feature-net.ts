/**
 * The third party that judges images: a frozen net's features, scaled to about unit variance a component. The pack's own
 * image expert serves: samples that were drawn from words alone have never met it.
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
  /** Features of `count` images that come one by one, all depths side by side, [count, dims]. */
  featuresOf(what: string, count: number, image: (at: number) => Promise<Float32Array>): Promise<Vectors>;
  /** The same of some images of a set, which is encoded as a whole and kept beside it. */
  featuresOfRows(context: EncodeContext, rows: readonly number[]): Promise<Vectors>;
  /** The deepest ones of such features: what the net sees in an image rather than how the image looks. */
  deepest(features: Vectors): Vectors;
}

/** Images of one run of the net. */
const batch = 16;

/** @param conditions depths of one net, the deepest last; they share its runs */
export function createFeatureNet(
  name: string,
  conditions: readonly SetCondition[],
  sizePx: number,
  watch: ProgressReporter,
): FeatureNet {
  const experts = conditions.map(({ expert }) => expert);
  const dims = experts.reduce((sum, expert) => sum + expert.dims, 0);
  // Experts keep vectors by key, so no two images may share one.
  let images = 0;
  return {
    name,
    async featuresOf(what, count, image) {
      const rows: Float32Array[] = [];
      await forEachChunk(watch, what, count, batch, async (start, end) => {
        const values = [];
        for (let at = start; at < end; at += 1) {
          images += 1;
          values.push(asImage(await image(at), sizePx, `evaluation ${images}`));
        }
        const own = values.map(() => new Float32Array(dims));
        let offset = 0;
        for (const expert of experts) {
          const vectors = await expert.encodeForTraining(values);
          // Experts give unit vectors; √dims brings their components to unit variance, as the kernel distance expects.
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
