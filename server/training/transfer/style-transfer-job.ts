/**
 * Transfers drawings of the base pack to the style of a folder: some of each label, in the base styles most similar to the
 * folder once composited on its background. Some hundred images show a style but few objects; the base knows thousands. The
 * results are rehearsed while the flow learns the folder (rehearsal.ts) and become the user style's retrieval index
 * (user-style-index.ts).
 */

import { cosine } from "../../engine/edits/sphere.ts";
import type { ConditionValue, TargetExpert } from "../../engine/interfaces.ts";
import { openTarget } from "../../experts/registry.ts";
import { TrainingRandom } from "../../flow/random.ts";
import type { TrainingSet } from "../../flow/training-set.ts";
import { vocabularyOf } from "../../manifest/pack-draft.ts";
import type { BasePack } from "../../packs/base-pack.ts";
import { evenPlaces } from "../../platform/even-distances.ts";
import { meanRow } from "../../platform/mean-row.ts";
import { sha256Of } from "../../platform/sha256.ts";
import type { IndexContent, IndexEntry } from "../../retrieval/index-file.ts";
import { latentsOf } from "../../retrieval/index-latents.ts";
import { byLabel } from "../../retrieval/retrieval-index.ts";
import type { ImageItem, ImageSet } from "../dataset/image-set.ts";
import { interleave, writeIndex, writePixels } from "../dataset/write-image-set.ts";
import type { DrawingsSource, TransferOptions, TransferredImages } from "../encode/drawings-source.ts";
import type { SetCondition } from "../encode/pack-experts.ts";
import { type BackgroundTemplate, type EmptyBackground, estimateBackground } from "./background-template.ts";
import { compositeOn, highestContrast } from "./composite.ts";

/** Version of the transfer; drawings of another version are made again. */
const transferVersion = 1;
/** Drawings of each label: two, mostly on backgrounds of different colours, so that seeds give different results. */
const drawingsEach = 2;
/** Drawings that are decoded together. */
const drawingsAtOnce = 16;
/** Drawings by which a style is compared. */
const comparedEach = 12;
/** Backgrounds that are tried for a drawing; the one with the highest contrast is used. */
const backgroundsTried = 4;

export class StyleTransferJob implements DrawingsSource {
  readonly #base: BasePack;
  readonly #index: IndexContent;
  readonly #background: BackgroundTemplate;
  /** Digest of the folder's images. */
  readonly #source: string;
  /** Indices of the entries of each label. */
  readonly #ofLabel: ReadonlyMap<number, readonly number[]>;
  readonly #names: ReadonlyMap<string, readonly string[]>;

  private constructor(base: BasePack, index: IndexContent, background: BackgroundTemplate, source: string) {
    this.#base = base;
    this.#source = source;
    this.#index = index;
    this.#background = background;
    this.#ofLabel = byLabel(index.entries);
    this.#names = namesOfLabels(base);
  }

  /**
   * Undefined when the base has no entries or has composited ones already, or when no template can be estimated from the
   * folder's images.
   */
  static async for(
    base: BasePack,
    index: IndexContent | undefined,
    images: ImageSet,
  ): Promise<StyleTransferJob | undefined> {
    if (!index?.entries.length || index.ownAffinities) return undefined;
    const rows = images.items.flatMap(({ split, row }) => (split === "train" ? [row] : []));
    const background = await estimateBackground(images, rows);
    return background && new StyleTransferJob(base, index, background, images.digest);
  }

  get count(): number {
    return [...this.#ofLabel.values()].reduce((sum, of) => sum + Math.min(of.length, drawingsEach), 0);
  }

  get captions(): readonly string[] {
    return [...new Set([...this.#ofLabel.keys()].flatMap((label) => this.#captionsOf(label)))];
  }

  get key(): string {
    const { digest, draft } = this.#base;
    return `${transferVersion} ${digest} ${draft.translation.id} ${this.#source}`;
  }

  async write(
    folder: string,
    own: TrainingSet,
    conditions: readonly SetCondition[],
    { threads, signal, onProgress }: TransferOptions,
  ): Promise<TransferredImages> {
    const { entries } = this.#index;
    const target = await openTarget(this.#base.folder, this.#base.draft.target, { threads });
    const similarity = await this.#similarityOfStyles(target, own, conditions, signal);
    const similarityOf = (at: number): number => similarity[entries[at]!.style]!;
    const chosen = [...this.#ofLabel.values()].flatMap((of) =>
      [...of].sort((a, b) => similarityOf(b) - similarityOf(a)).slice(0, drawingsEach),
    );
    await writePixels(folder, async (add) => {
      let done = 0;
      for await (const composite of this.#composites(target, chosen, signal)) {
        await add(interleave(composite, this.#background.sizePx));
        done += 1;
        if (done % drawingsAtOnce === 0 || done === chosen.length) await onProgress?.(done);
      }
    });
    const items = chosen.map((at, row) => this.#itemOf(entries[at]!, row));
    await writeIndex(folder, items);
    return { entries: chosen.map((at) => entries[at]!), similarity };
  }

  #itemOf({ label, style }: IndexEntry, row: number): ImageItem {
    const id = this.#index.labels[label]!;
    return {
      row,
      id: `${id} in ${this.#index.styles[style]!}`,
      style: "",
      concept: id,
      captions: [...this.#captionsOf(label)],
      split: "train",
    };
  }

  #captionsOf(label: number): readonly string[] {
    const id = this.#index.labels[label]!;
    return this.#names.get(id) ?? [id.replaceAll("-", " ")];
  }

  /**
   * Similarity of each base style, composited, to the folder's images: cosine of their mean codes, summed over depths of image
   * experts.
   */
  async #similarityOfStyles(
    target: TargetExpert,
    own: TrainingSet,
    conditions: readonly SetCondition[],
    signal: AbortSignal | undefined,
  ): Promise<number[]> {
    const { styles, entries } = this.#index;
    const judges = conditions.flatMap(({ entry, expert, name }) => {
      const table = own.conditions.find((condition) => condition.name === name)?.table;
      if (entry.kind !== "image" || table?.kind !== "dense") return [];
      return [{ expert, mean: meanRow(table.values, table.dims, own.trainRows) }];
    });
    if (judges.length === 0) return styles.map(() => 0);
    const similarity: number[] = [];
    for (const style of styles.keys()) {
      const of = [...entries.keys()].filter((at) => entries[at]!.style === style);
      const some = evenPlaces(of.length, comparedEach).map((place) => of[place]!);
      const composites: ConditionValue[] = [];
      for await (const planes of this.#composites(target, some, signal))
        composites.push({ kind: "image", planes, sizePx: this.#background.sizePx, key: keyOf(planes) });
      let sum = 0;
      if (composites.length > 0)
        for (const { expert, mean } of judges) {
          const codes = await expert.encodeForTraining(composites);
          sum += cosine(mean, meanRow(codes, expert.dims, [...composites.keys()]));
        }
      similarity.push(sum);
    }
    return similarity;
  }

  /** Decodes and composites entries one after the other: premultiplied planes. */
  async *#composites(
    target: TargetExpert,
    which: readonly number[],
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Float32Array> {
    const size = 4 * this.#background.sizePx ** 2;
    for (let from = 0; from < which.length; from += drawingsAtOnce) {
      signal?.throwIfAborted();
      const some = which.slice(from, from + drawingsAtOnce);
      const planes = await target.decode(latentsOf(this.#index, some), some.length);
      for (const [index, at] of some.entries()) {
        const drawing = planes.subarray(index * size, (index + 1) * size);
        yield compositeOn(this.#background, drawing, highestContrast(drawing, this.#backgroundsFor(at)));
      }
    }
  }

  /** Some backgrounds, drawn at random from a seed that depends on the drawing alone. */
  #backgroundsFor(drawing: number): EmptyBackground[] {
    const { empty } = this.#background;
    const random = new TrainingRandom(0, drawing, "ground");
    return empty.length === 0 ? [] : Array.from({ length: backgroundsTried }, () => empty[random.below(empty.length)]!);
  }
}

/** Identifies a composite by its pixels. */
const keyOf = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  sha256Of(new Uint8Array(buffer, byteOffset, byteLength));

/** The names of each label of the base, the main one first. */
const namesOfLabels = ({ draft }: BasePack): Map<string, string[]> =>
  new Map(vocabularyOf(draft, "label")?.map(({ id, label, names = [] }) => [id, [label, ...names]]));
