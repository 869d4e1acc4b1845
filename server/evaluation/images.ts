/**
 * The images of an evaluation: held-out images of known concepts, images of concepts never trained on, and training images for
 * comparison. The seed fixes their order, so that the first N are a fair sample.
 */
import type { ConditionValue } from "../engine/interfaces.ts";
import { TrainingRandom } from "../flow/random.ts";
import type { ImageItem } from "../training/dataset/image-set.ts";
import type { OpenedSet } from "./open-set.ts";

export interface EvaluationImages extends OpenedSet {
  /** Held out; other images of the concept were trained on. */
  readonly known: readonly ImageItem[];
  /** Held out together with all images of the concept. */
  readonly unseen: readonly ImageItem[];
  /** Training images without recoloured copies. */
  readonly train: readonly ImageItem[];
  /** All training images, in the set's order. */
  readonly trained: readonly ImageItem[];
  /** Premultiplied planes [4, size, size] of an image. */
  read(item: ImageItem): Promise<Float32Array>;
}

/**
 * @param styles the translation's styles; images of other styles are left out, images without a style are kept. Empty = the
 *   translation reads no style, so all images are kept
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

/** Pixels as a condition value. */
export const asImage = (planes: Float32Array, sizePx: number, key: string): ConditionValue => ({
  kind: "image",
  planes,
  sizePx,
  key,
});
