/**
 * The images that a translation is judged by: held-out ones of known concepts, ones of concepts never seen, and training
 * images to compare with. Each in an order that the seed fixes, so that the first N are a fair sample.
 */
import type { ConditionValue } from "../engine/interfaces.ts";
import { TrainingRandom } from "../flow/random.ts";
import type { ImageItem } from "../training/dataset/image-set.ts";
import type { OpenedSet } from "./open-set.ts";

export interface EvaluationImages extends OpenedSet {
  /** Held out, while other images of the concept were trained on. */
  readonly known: readonly ImageItem[];
  /** Held out with all images of the concept. */
  readonly unseen: readonly ImageItem[];
  /** Trained on, without recoloured copies. */
  readonly train: readonly ImageItem[];
  /** Everything that was trained on, in the set's order. */
  readonly trained: readonly ImageItem[];
  /** Premultiplied planes [4, size, size] of one image. */
  read(item: ImageItem): Promise<Float32Array>;
}

/**
 * @param styles ids that the translation knows; images of other styles are left out, those without a style stay in. Empty: it
 *   reads no style, so all are in
 */
export function chooseImages({ folder, set }: OpenedSet, styles: readonly string[], seed: number): EvaluationImages {
  const known = new Set(styles);
  const items = set.items.filter(({ style }) => styles.length === 0 || style === "" || known.has(style));
  const choose = (isWanted: (item: ImageItem) => boolean): ImageItem[] => {
    const wanted = items.filter(isWanted);
    return new TrainingRandom(seed, 0, "order").permutation(wanted.length).map((at) => wanted[at]!);
  };
  return {
    folder,
    set,
    known: choose(({ split }) => split === "heldOutPair"),
    unseen: choose(({ split }) => split === "heldOutConcept"),
    train: choose(({ split, augmentedFrom }) => split === "train" && augmentedFrom === undefined),
    trained: items.filter(({ split }) => split === "train"),
    read: ({ row }) => set.read(row, 1),
  };
}

/** Pixels as the value of a condition. */
export const asImage = (planes: Float32Array, sizePx: number, key: string): ConditionValue => ({
  kind: "image",
  planes,
  sizePx,
  key,
});
