/**
 * Encodes an image set once by the frozen experts of a translation: the latents of all images and the vectors of all
 * conditions. Results are cached beside the set, so an interrupted run continues.
 */
import { TrainingRandom } from "../../flow/random.ts";
import type { ConditionTable, TrainingSet } from "../../flow/training-set.ts";
import type { ImageItem } from "../dataset/image-set.ts";
import { encodeSetImages } from "./encode-images.ts";
import { EncodePool } from "./encode-pool.ts";
import { encodeSetWords } from "./encode-words.ts";
import type { EncodeContext } from "./encoded-chunks.ts";
import type { SetCondition, SetExperts } from "./pack-experts.ts";

interface EncodeOptions extends Omit<EncodeContext, "encode"> {
  /** How often a drawn image is repeated for each of its recoloured copies, so that plain names keep their natural colours. */
  readonly drawnRepeats: number;
  /** The caller's pool, which the caller closes; absent = this thread alone. */
  readonly pool?: EncodePool | undefined;
  /** Absent = the pool's experts. */
  readonly experts?: SetExperts | undefined;
}

/** The training set of a translation. If the translation has styles, images of held-back styles are in neither split. */
export async function encodeSet(
  options: EncodeOptions & ({ readonly pool: EncodePool } | { readonly experts: SetExperts }),
): Promise<TrainingSet> {
  const { images, drawnRepeats, signal } = options;
  const pool = options.pool ?? EncodePool.of(options.experts!, { threads: 1, rows: images.count });
  const experts = options.experts ?? pool.experts;
  const { words, pictures } = partition(experts.conditions);
  const encode: EncodeContext["encode"] = (task, onRows) => pool.encode(task, images, { signal, onRows }, experts);
  const context = { ...options, encode };
  const tables = new Map<string, ConditionTable>();
  for (const table of await encodeSetWords(context, words)) tables.set(table.name, table);
  const { latents, tables: ofPictures } = await encodeSetImages(context, pictures, experts);
  for (const table of ofPictures) tables.set(table.name, table);
  const conditions = experts.conditions.map(({ name }) => tables.get(name)!);
  const styles = conditions.find(({ name }) => name === "style");
  const rowsIn = (split: ImageItem["split"]): number[] =>
    images.items.flatMap((item, row) =>
      item.split === split && (styles === undefined || styles.options[row]!.length > 0) ? [row] : [],
    );
  return {
    dims: experts.target.latentDims,
    latents,
    posteriorStd: experts.posteriorStd,
    trainRows: Int32Array.from(
      rowsIn("train").flatMap((row) =>
        new Array<number>(images.items[row]!.augmentedFrom === undefined ? drawnRepeats : 1).fill(row),
      ),
    ),
    heldOutRows: shuffled(rowsIn("heldOutPair")),
    conditions,
  };
}

/** Separates conditions that the index gives as words from those read from the image's pixels. */
function partition(conditions: readonly SetCondition[]): Record<"words" | "pictures", SetCondition[]> {
  const words = conditions.filter(({ name }) => name === "caption" || name === "label" || name === "style");
  return { words, pictures: conditions.filter((condition) => !words.includes(condition)) };
}

/** Shuffles styles and concepts, so that any prefix is a fair sample and the next row shows something else. */
function shuffled(rows: readonly number[]): Int32Array {
  const order = new TrainingRandom(0, 0, "order").permutation(rows.length);
  return Int32Array.from(order, (index) => rows[index]!);
}
