/**
 * Encodes an image set once by the frozen experts of a translation: latents of all images, vectors of everything that
 * conditions them. Results are cached beside the set, so an interrupted run goes on where it stopped.
 */
import { TrainingRandom } from "../flow/random.ts";
import type { TrainingSet } from "../flow/training-set.ts";
import { encodeConditions } from "./encode-conditions.ts";
import { type EncodeContext, encodeAll, keyOf } from "./encoded-pieces.ts";
import type { ImageItem } from "./image-set.ts";
import type { SetExperts } from "./pack-experts.ts";

export interface EncodeOptions extends EncodeContext {
  readonly experts: SetExperts;
  /** How often a drawn image comes for each time that one of its recoloured copies does, so that plain names keep their natural colours. */
  readonly drawnRepeats: number;
}

/** Images a run of the encoder; small enough to stay in the cache, large enough to fill the threads. */
const encoderBatch = 16;

/** The training set of a translation. Where it knows styles, images of other styles (held back) are left out of both splits. */
export async function encodeSet(options: EncodeOptions): Promise<TrainingSet> {
  const { images, experts, drawnRepeats } = options;
  const conditions = await encodeConditions(options, experts.conditions);
  const latents = await encodeLatents(options);
  const styles = conditions.find(({ name }) => name === "style");
  const rowsOf = (split: ImageItem["split"]): number[] =>
    images.items.flatMap((item, row) =>
      item.split === split && (styles === undefined || styles.options[row]!.length > 0) ? [row] : [],
    );
  return {
    dims: experts.target.latentDims,
    latents,
    posteriorStd: experts.posteriorStd,
    trainRows: Int32Array.from(
      rowsOf("train").flatMap((row) =>
        new Array<number>(images.items[row]!.augmentedFrom === undefined ? drawnRepeats : 1).fill(row),
      ),
    ),
    heldOutRows: shuffled(rowsOf("heldOutPair")),
    conditions,
  };
}

/** Posterior means of all images, [images, latentDims]. */
export function encodeLatents({
  folder,
  images,
  experts,
  signal,
  onProgress,
}: EncodeContext & { readonly experts: Pick<SetExperts, "target" | "targetDigest"> }): Promise<Float32Array> {
  const { target, targetDigest } = experts;
  return encodeAll({
    folder,
    key: keyOf(images, "target", targetDigest),
    what: "images",
    stem: "images",
    total: images.items.length,
    width: target.latentDims,
    pieceRows: 2048,
    changedMs: images.pixelsChangedMs,
    signal,
    onProgress,
    async encode(start, count) {
      const latents = new Float32Array(count * target.latentDims);
      for (let at = 0; at < count; at += encoderBatch) {
        signal?.throwIfAborted();
        const rows = Math.min(encoderBatch, count - at);
        latents.set(await target.encode(await images.read(start + at, rows), rows), at * target.latentDims);
      }
      return latents;
    },
  });
}

/** Mixes styles and concepts, so that any prefix is a fair sample and a neighbour is a stranger. */
function shuffled(rows: readonly number[]): Int32Array {
  const order = new TrainingRandom(0, 0, "order").permutation(rows.length);
  return Int32Array.from(order, (index) => rows[index]!);
}
