/**
 * Examples: latents of training drawings, by label and style, each less the middle of its style. Where a drawing of some label in some style
 * is asked for, those of the same label in other styles say what it looks like; where a caption names no label, those of the nearest names do; where
 * there is a sketch or a layout, those that look like it (look-alikes.ts). Put on the middle of the style that is asked for they are a start, from
 * which the flow goes on (server/retrieval/retrieved-prior.ts).
 *
 * Idea: a small model and a database of entries beside it (Blattmann et al., NeurIPS 2022, arXiv 2204.11824).
 */
import type { PictureVectors, RetrievalQuery, RetrievedPrior, Retriever } from "../engine/interfaces.ts";
import { dot } from "../engine/sphere.ts";
import { type IndexContent, type IndexEntry, type IndexWidths, readIndexFile } from "./index-file.ts";
import { accumulateInt4, type Int4Rows } from "./int4.ts";
import { type ScoredEntry, SimilarityScorer } from "./similarity.ts";

/** Labels that a caption's start is made of where it names none. */
const neighbours = 3;
/** Log-weight of an example for each unit of cosine between its label's name and the caption. */
const likenessWeight = 30;
/** Share of a style's likeness that counts among names: what is drawn matters more there than how. */
const likenessOfStyles = 0.75;
/** A caption whose nearest name is further away has no start. */
const likenessMin = 0.35;
/**
 * How much nearer to a name than to what the flow has learned in a style of its own a caption must be for a start. Laid as that style's images are, drawings
 * of what a caption names are better than what the flow makes of a caption that only sounds like one of them. Others, moved to its middle, are better where it
 * knows nothing alike: chosen on the held-out captions of two styles (docs/training.md).
 */
const learnedMargin = (areLaid: boolean): number => (areLaid ? 0.05 : 0.4);
/** How much further from a caption than the nearest name others may be whose drawings, laid on different grounds, a seed chooses from. */
const asNear = 0.1;

export class RetrievalIndex implements Retriever {
  readonly #content: IndexContent;
  readonly #ofLabel: ReadonlyMap<number, readonly number[]>;
  readonly #indexOfLabel: ReadonlyMap<string, number>;
  readonly #indexOfStyle: ReadonlyMap<string, number>;
  /** Unit vectors of the labels' names, [labels, keyDims]: each caption is compared with all of them. */
  readonly #names: Float32Array;
  /** The same of captions that the flow has learned in a style of its own. */
  readonly #own: Float32Array;

  /** What was chosen last for a picture, by its vector. */
  readonly #chosen = new WeakMap<Float32Array, { readonly asked: Asked; readonly choice: Choice }>();
  /** What was found for a caption, by the style that was asked for. */
  readonly #found = new WeakMap<Float32Array, Map<number | undefined, ScoredEntry[]>>();

  constructor(content: IndexContent) {
    this.#content = content;
    this.#ofLabel = byLabel(content.entries);
    this.#indexOfLabel = new Map(content.labels.map((id, index) => [id, index]));
    this.#indexOfStyle = new Map(content.styles.map((id, index) => [id, index]));
    this.#names = unitVectors(content.keys, content.keyDims);
    this.#own = content.ownKeys ? unitVectors(content.ownKeys, content.keyDims) : new Float32Array(0);
  }

  /** @throws AppError `pack_corrupt` when the file is missing or does not fit latents, captions and pictures of so many values */
  static async open(path: string, widths: IndexWidths): Promise<RetrievalIndex> {
    return new RetrievalIndex(await readIndexFile(path, widths));
  }

  get #isTransferred(): boolean {
    return this.#content.ownAffinities !== undefined;
  }

  knows(picture: keyof PictureVectors): boolean {
    return this.#content.pictures?.has(picture) === true;
  }

  retrieve({ noise, ...asked }: RetrievalQuery): RetrievedPrior | undefined {
    const { dims, values, entries, styleMeans, styles } = this.#content;
    const { chosen, isNamed, isByLooks, likeness } = this.#choiceFor(asked);
    if (chosen.length === 0) return undefined;
    const drawn = noise(chosen.length);
    const logWeights = chosen.map(({ logWeight }, index) => logWeight + drawn[index]!);
    // A mean of different grounds is none.
    const shares = this.#isTransferred ? heaviestAlone(logWeights) : softmax(logWeights);
    const middle = this.#indexOfStyle.get(asked.style ?? "") ?? styles.length;
    const latent = styleMeans.slice(middle * dims, (middle + 1) * dims);
    for (const [index, { at }] of chosen.entries()) accumulateInt4(values, at, dims, shares[index]!, latent);
    return {
      latent,
      ...(isNamed && { caption: this.#nameOf(entries[chosen[0]!.at]!.label) }),
      ...(isByLooks && {
        likeness: chosen.reduce((sum, { at }, index) => sum + shares[index]! * likeness.retrievalWeight(at), 0),
      }),
      ...likeness.shownBy(chosen, shares),
    };
  }

  /** Kept by the first picture's vector, if there is one: the images of a request differ by their noise alone. */
  #choiceFor(asked: Asked): Choice {
    const [first] = Object.values(asked.pictures ?? {});
    const kept = first && this.#chosen.get(first);
    if (kept && isSame(kept.asked, asked)) return kept.choice;
    const choice = this.#choose(asked);
    if (first) this.#chosen.set(first, { asked, choice });
    return choice;
  }

  #choose({ label, style, caption, pictures = {} }: Asked): Choice {
    const likeness = SimilarityScorer.to(pictures, this.#content.pictures ?? new Map());
    if (!likeness) return nothing;
    const asked = this.#indexOfStyle.get(style ?? "");
    const ofLabel = this.#indexOfLabel.get(label ?? "");
    const named = this.#weighed(ofLabel, asked);
    const said = named.length > 0 ? named : caption ? this.#nearest(caption, asked) : [];
    if (said.length > 0 || likeness.isOfNothing)
      return { chosen: likeness.topK(said), isNamed: named.length > 0, isByLooks: false, likeness };
    // What is drawn in the style that is asked for, and what a style of its own was trained on, the flow has learned.
    const isLearned = this.#ofLabel.has(ofLabel ?? -1) || (caption && this.#ownLikeness(caption) >= likenessMin);
    if (isLearned) return nothing;
    const all = [...this.#ofLabel.keys()].flatMap((of) => this.#weighed(of, asked, { times: likenessOfStyles }));
    const chosen = likeness.topK(all).filter(({ at }) => likeness.retrievalWeight(at) > 0);
    return { chosen, isNamed: false, isByLooks: true, likeness };
  }

  /** Examples of a label with their weights; none in the style that is asked for: a new drawing is no copy of the one that is there. */
  #weighed(label: number | undefined, asked: number | undefined, { more = 0, times = 1 } = {}): ScoredEntry[] {
    const { entries, affinities, styles, ownAffinities } = this.#content;
    const affinityOf = (style: number): number =>
      ownAffinities?.[style] ?? (asked === undefined ? 0 : times * affinities[asked * styles.length + style]!);
    return (this.#ofLabel.get(label ?? -1) ?? []).flatMap((at) => {
      const { style } = entries[at]!;
      if (style === asked) return [];
      return [{ at, logWeight: more + affinityOf(style) }];
    });
  }

  /**
   * Examples of the labels that are nearest to a caption, those counting more that styles like the one asked for draw. Kept by the vector
   * itself: the images of a request differ by their noise alone.
   */
  #nearest(caption: Float32Array, asked: number | undefined): ScoredEntry[] {
    const kept = this.#found.get(caption) ?? new Map<number | undefined, ScoredEntry[]>();
    this.#found.set(caption, kept);
    const found = kept.get(asked) ?? this.#search(caption, asked);
    kept.set(asked, found);
    return found;
  }

  #search(caption: Float32Array, asked: number | undefined): ScoredEntry[] {
    const found = this.#content.labels.flatMap((_, label) => {
      const cosine = dot(rowOf(this.#names, label, caption.length), caption);
      const weighed = this.#weighed(label, asked, { more: likenessWeight * cosine, times: likenessOfStyles });
      return weighed.length > 0 ? [{ cosine, weighed }] : [];
    });
    const nearest = found.reduce((most, { cosine }) => Math.max(most, cosine), Number.NEGATIVE_INFINITY);
    const learned = this.#ownLikeness(caption) + learnedMargin(this.#isTransferred);
    if (nearest < Math.max(likenessMin, learned)) return [];
    return found
      .filter(({ cosine }) => !this.#isTransferred || cosine >= nearest - asNear)
      .map(({ weighed }) => weighed)
      .sort((a, b) => heaviest(b) - heaviest(a))
      .slice(0, neighbours)
      .flat();
  }

  /** Cosine to the nearest caption that the flow has learned in a style of its own. */
  #ownLikeness(caption: Float32Array): number {
    let most = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < this.#own.length / caption.length; row += 1)
      most = Math.max(most, dot(rowOf(this.#own, row, caption.length), caption));
    return most;
  }

  #nameOf(label: number): Float32Array {
    const { keyDims } = this.#content;
    return this.#names.slice(label * keyDims, (label + 1) * keyDims);
  }
}

/** Examples of each label that has some, by their indices. */
export function byLabel(entries: readonly IndexEntry[]): Map<number, number[]> {
  const ofLabel = new Map<number, number[]>();
  for (const [at, { label }] of entries.entries()) ofLabel.set(label, [...(ofLabel.get(label) ?? []), at]);
  return ofLabel;
}

type Asked = Omit<RetrievalQuery, "noise">;

/** Examples that a start is mixed of, by words, which may be the name of a label, or by looks alone. */
interface Choice {
  readonly chosen: readonly ScoredEntry[];
  readonly isNamed: boolean;
  readonly isByLooks: boolean;
  readonly likeness: SimilarityScorer;
}

const nothing: Choice = { chosen: [], isNamed: false, isByLooks: false, likeness: SimilarityScorer.toNothing };

/** Whether the same is asked for, by the very same vectors. */
function isSame(one: Asked, other: Asked): boolean {
  const [ones, others] = [one.pictures ?? {}, other.pictures ?? {}].map((pictures) => Object.entries(pictures).flat());
  return (
    one.label === other.label &&
    one.style === other.style &&
    one.caption === other.caption &&
    ones!.length === others!.length &&
    ones!.every((part, at) => part === others![at])
  );
}

const heaviest = (weighed: readonly ScoredEntry[]): number =>
  weighed.reduce((most, { logWeight }) => Math.max(most, logWeight), Number.NEGATIVE_INFINITY);

function heaviestAlone(logWeights: readonly number[]): number[] {
  const heaviest = logWeights.indexOf(Math.max(...logWeights));
  return logWeights.map((_, index) => (index === heaviest ? 1 : 0));
}

function softmax(values: readonly number[]): number[] {
  const most = Math.max(...values);
  const weights = values.map((value) => Math.exp(value - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Rows as vectors of length 1, [rows, width]. */
function unitVectors(rows: Int4Rows, width: number): Float32Array {
  const vectors = new Float32Array(rows.steps.length * width);
  for (const row of rows.steps.keys()) {
    const vector = rowOf(vectors, row, width);
    accumulateInt4(rows, row, width, 1, vector);
    vector.set(unit(vector));
  }
  return vectors;
}

const rowOf = (vectors: Float32Array, row: number, width: number): Float32Array =>
  vectors.subarray(row * width, (row + 1) * width);

const unit = (vector: Float32Array): Float32Array => {
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
};
