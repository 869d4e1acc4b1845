/**
 * The retrieval index: latents of training drawings by label and style, each minus the mean latent of its style.
 *
 * `retrieve` finds drawings of a query's label in other styles; without a label, drawings of the labels whose names are nearest to the
 * caption; with a sketch or layout, drawings that look like it (similarity.ts). Their weighted mean, added to the mean of the requested
 * style, is the latent of the prior (retrieved-prior.ts). With diversity, and in a transferred style, one drawing is taken instead of a mean,
 * with diversity from the further drawings too.
 * `find` gives the drawing itself, for translations between styles.
 *
 * Source: retrieval-augmented diffusion, a small model beside a database (Blattmann et al., NeurIPS 2022, arXiv 2204.11824).
 */

import { dot } from "../engine/edits/sphere.ts";
import type {
  DrawingQuery,
  FoundDrawing,
  PictureVectors,
  RetrievalQuery,
  RetrievedDrawing,
  RetrievedPrior,
  Retriever,
} from "../engine/interfaces.ts";
import { type Choice, heaviest, isSame, nothing, oneHotMax, type QueryConditions, softmax } from "./choice.ts";
import { type FurtherDrawings, joinDrawings, readFurtherDrawings } from "./further-drawings.ts";
import { type Idea, likeliest, weighIdeas } from "./ideas.ts";
import { type IndexContent, type IndexEntry, type IndexWidths, readIndexFile } from "./index-file.ts";
import { latentsOf } from "./index-latents.ts";
import { accumulateInt4 } from "./int4.ts";
import { NamedLabels, rowOf, unitVectors } from "./named-labels.ts";
import { type ScoredEntry, SimilarityScorer } from "./similarity.ts";

/** Labels that are mixed for a caption that names none. */
const neighbours = 3;
/** Log-weight of an entry per unit of cosine between its label's name and the caption. */
const nameWeight = 30;
/** Factor on the affinity of styles when names are compared: what is drawn matters more there than how. */
const affinityFactor = 0.75;
/** Smallest cosine between a caption and the nearest name for a prior. */
const cosineMin = 0.35;
/**
 * A user's style: how much nearer a caption must be to a label's name than to any caption that the flow was trained on, to get a prior.
 * Drawings that were transferred to the style may win by a small margin, others only where training saw nothing alike. Chosen on the
 * held-out captions of two styles (docs/training.md).
 */
const trainedMargin = (isTransferred: boolean): number => (isTransferred ? 0.05 : 0.4);
/** Transferred drawings: largest difference of cosine to the nearest name for a label to be among the candidates of a seed. */
const cosineSlack = 0.1;

export class RetrievalIndex implements Retriever {
  readonly #content: IndexContent;
  readonly #ofLabel: ReadonlyMap<number, readonly number[]>;
  /** The same with the further drawings, which have no codes of pictures. */
  readonly #ideasOfLabel: ReadonlyMap<number, readonly number[]>;
  readonly #indexOfLabel: ReadonlyMap<string, number>;
  readonly #indexOfStyle: ReadonlyMap<string, number>;
  readonly #names: NamedLabels;
  /** Unit vectors of the captions that a user's style was trained on, [captions, keyDims]. */
  readonly #own: Float32Array;

  /** The last choice for a picture, by its vector. */
  readonly #chosen = new WeakMap<Float32Array, { readonly requested: QueryConditions; readonly choice: Choice }>();
  /** The ideas of the last request. */
  #lastIdeas: { readonly requested: QueryConditions; readonly diversity: number; readonly choice: Choice } | undefined;
  /** The entries found for a caption, by the requested style. */
  readonly #found = new WeakMap<Float32Array, Map<number | undefined, ScoredEntry[]>>();

  constructor(content: IndexContent, further?: FurtherDrawings) {
    this.#content = further ? { ...content, ...joinDrawings(content, further) } : content;
    this.#ofLabel = byLabel(content.entries);
    this.#ideasOfLabel = further ? byLabel(this.#content.entries) : this.#ofLabel;
    this.#indexOfLabel = new Map(content.labels.map((id, index) => [id, index]));
    this.#indexOfStyle = new Map(content.styles.map((id, index) => [id, index]));
    this.#names = new NamedLabels(content.labels, content.keys, content.keyDims, further?.names);
    this.#own = content.ownKeys ? unitVectors(content.ownKeys, content.keyDims) : new Float32Array(0);
  }

  /** @throws AppError `pack_corrupt` when the file is missing or does not fit latents, captions and pictures of so many values */
  static async open(path: string, widths: IndexWidths, furtherPath?: string): Promise<RetrievalIndex> {
    const content = await readIndexFile(path, widths);
    return new RetrievalIndex(content, furtherPath ? await readFurtherDrawings(furtherPath, content) : undefined);
  }

  get #isTransferred(): boolean {
    return this.#content.ownAffinities !== undefined;
  }

  knows(picture: keyof PictureVectors): boolean {
    return this.#content.pictures?.has(picture) === true;
  }

  retrieve({ noise, diversity = 0, ...requested }: RetrievalQuery): RetrievedPrior | undefined {
    const { dims, values, entries, styleMeans, styles, labels } = this.#content;
    const isByIdeas = diversity > 0 && Object.keys(requested.pictures ?? {}).length === 0;
    const choice = isByIdeas ? this.#ideasFor(requested, diversity) : this.#choiceFor(requested);
    const { chosen, isByLooks, scorer } = choice;
    if (chosen.length === 0) return undefined;
    const drawn = noise(chosen.length);
    const logWeights = chosen.map(({ logWeight }, index) => logWeight + drawn[index]!);
    // Transferred drawings lie on different backgrounds, whose mean would be no background; the mean of ideas is none.
    const shares = this.#isTransferred || diversity > 0 ? oneHotMax(logWeights) : softmax(logWeights);
    const one = chosen[shares.indexOf(1)];
    const isNamed = isByIdeas ? this.#isOfLabel(one!, requested) : choice.isNamed;
    const middle = this.#indexOfStyle.get(requested.style ?? "") ?? styles.length;
    const latent = styleMeans.slice(middle * dims, (middle + 1) * dims);
    // Of ideas one has all; a share of nothing for the others took most of the time of a search by many seeds.
    for (const [index, { at }] of chosen.entries())
      if (shares[index]! > 0) accumulateInt4(values, at, dims, shares[index]!, latent);
    const drawings = chosen.map(({ at }, index): RetrievedDrawing => {
      const { label, style } = entries[at]!;
      return { label: labels[label]!, style: styles[style]!, share: shares[index]! };
    });
    return {
      latent,
      ...(diversity > 0 && { idea: { drawing: one!.at, fit: one!.logWeight - heaviest(chosen) } }),
      drawings: drawings.filter(({ share }) => share > 0).sort((one, other) => other.share - one.share),
      ...(isNamed && { caption: this.#names.nameOf(entries[chosen[0]!.at]!.label) }),
      ...(isByLooks && {
        similarity: chosen.reduce((sum, { at }, index) => sum + shares[index]! * scorer.retrievalWeight(at), 0),
      }),
      ...scorer.shownBy(chosen, shares),
    };
  }

  find({ noise, ...requested }: DrawingQuery): FoundDrawing | undefined {
    const { entries, styles, labels } = this.#content;
    const found = this.#findIdeas(requested);
    const place = likeliest(found, noise(found.length));
    if (place === undefined) return undefined;
    const { at, cosine } = found[place]!;
    const { label, style } = entries[at]!;
    return {
      latent: latentsOf(this.#content, [at]),
      drawing: { label: labels[label]!, style: styles[style]!, share: 1 },
      cosine,
    };
  }

  /** Cached by the first picture's vector: the images of a request differ in their noise only. */
  #choiceFor(requested: QueryConditions): Choice {
    const [first] = Object.values(requested.pictures ?? {});
    const kept = first && this.#chosen.get(first);
    if (kept && isSame(kept.requested, requested)) return kept.choice;
    const choice = this.#choose(requested);
    if (first) this.#chosen.set(first, { requested, choice });
    return choice;
  }

  /** Kept for the seeds of one request, which follow each other. */
  #ideasFor(requested: QueryConditions, diversity: number): Choice {
    const kept = this.#lastIdeas;
    if (kept?.diversity === diversity && isSame(kept.requested, requested)) return kept.choice;
    const chosen = weighIdeas(this.#findIdeas(requested), diversity);
    const choice = { chosen, isNamed: false, isByLooks: false, scorer: SimilarityScorer.toNothing };
    this.#lastIdeas = { requested, diversity, choice };
    return choice;
  }

  #findIdeas({ label, style, caption, among }: QueryConditions): Omit<Idea, "logWeight">[] {
    const requested = this.#indexOfStyle.get(style ?? "");
    const named = this.#indexOfLabel.get(label ?? "");
    const words = caption ?? (named === undefined ? undefined : this.#names.nameOf(named));
    if (!words) return [];
    const cosines = this.#names.cosinesTo(words, label);
    const found = this.#content.labels.flatMap((_, of) => {
      const cosine = of === named ? 1 : cosines[of]!;
      const weighed = this.#weighed(of, requested, { ofLabel: this.#ideasOfLabel });
      return this.#allowed(weighed, among).map(({ at, affinity }) => ({ at, affinity, cosine }));
    });
    const nearest = found.reduce((most, { cosine }) => Math.max(most, cosine), Number.NEGATIVE_INFINITY);
    const isKnown = named !== undefined || nearest >= Math.max(cosineMin, this.#trainedBound(words));
    return isKnown ? found : [];
  }

  #isOfLabel({ at }: ScoredEntry, { label }: QueryConditions): boolean {
    return this.#content.entries[at]!.label === this.#indexOfLabel.get(label ?? "");
  }

  #choose({ label, style, caption, pictures = {}, among }: QueryConditions): Choice {
    const scorer = SimilarityScorer.to(pictures, this.#content.pictures ?? new Map());
    if (!scorer) return nothing;
    const requested = this.#indexOfStyle.get(style ?? "");
    const ofLabel = this.#indexOfLabel.get(label ?? "");
    const named = this.#allowed(this.#weighed(ofLabel, requested), among);
    const said = named.length > 0 ? named : caption ? this.#allowed(this.#nearest(caption, requested), among) : [];
    if (said.length > 0 || scorer.isOfNothing)
      return { chosen: scorer.topK(said), isNamed: named.length > 0, isByLooks: false, scorer };
    // The flow was trained on what the style draws, so it needs no prior there.
    const isTrained = this.#ofLabel.has(ofLabel ?? -1) || (caption && this.#cosineToTrained(caption) >= cosineMin);
    if (isTrained) return nothing;
    const all = [...this.#ofLabel.keys()].flatMap((of) => this.#weighed(of, requested, { times: affinityFactor }));
    const chosen = scorer.topK(this.#allowed(all, among)).filter(({ at }) => scorer.retrievalWeight(at) > 0);
    return { chosen, isNamed: false, isByLooks: true, scorer };
  }

  /** Entries of styles whose drawings may be used. */
  #allowed<Entry extends ScoredEntry>(found: readonly Entry[], among: RetrievalQuery["among"]): readonly Entry[] {
    const { entries, styles } = this.#content;
    return among ? found.filter(({ at }) => among.has(styles[entries[at]!.style]!)) : found;
  }

  /** Entries of a label with their log-weights, except those in the requested style: the answer shall be no copy of one. */
  #weighed(
    label: number | undefined,
    requested: number | undefined,
    { more = 0, times = 1, ofLabel = this.#ofLabel } = {},
  ): ScoredEntry[] {
    const { entries, affinities, styles, ownAffinities } = this.#content;
    const affinityOf = (style: number): number =>
      ownAffinities?.[style] ?? (requested === undefined ? 0 : times * affinities[requested * styles.length + style]!);
    return (ofLabel.get(label ?? -1) ?? []).flatMap((at) => {
      const { style } = entries[at]!;
      if (style === requested) return [];
      const affinity = affinityOf(style);
      return [{ at, logWeight: more + affinity, affinity }];
    });
  }

  /** Entries of the labels nearest to a caption. Cached by the vector: the images of a request differ in their noise only. */
  #nearest(caption: Float32Array, requested: number | undefined): ScoredEntry[] {
    const kept = this.#found.get(caption) ?? new Map<number | undefined, ScoredEntry[]>();
    this.#found.set(caption, kept);
    const found = kept.get(requested) ?? this.#search(caption, requested);
    kept.set(requested, found);
    return found;
  }

  #search(caption: Float32Array, requested: number | undefined): ScoredEntry[] {
    const cosines = this.#names.cosinesTo(caption);
    const found = this.#content.labels.flatMap((_, label) => {
      const cosine = cosines[label]!;
      const weighed = this.#weighed(label, requested, { more: nameWeight * cosine, times: affinityFactor });
      return weighed.length > 0 ? [{ cosine, weighed }] : [];
    });
    const nearest = found.reduce((most, { cosine }) => Math.max(most, cosine), Number.NEGATIVE_INFINITY);
    if (nearest < Math.max(cosineMin, this.#trainedBound(caption))) return [];
    return found
      .filter(({ cosine }) => !this.#isTransferred || cosine >= nearest - cosineSlack)
      .map(({ weighed }) => weighed)
      .sort((a, b) => heaviest(b) - heaviest(a))
      .slice(0, neighbours)
      .flat();
  }

  /** Cosine above which a name is nearer than what a user's style was trained on. */
  #trainedBound(caption: Float32Array): number {
    return this.#cosineToTrained(caption) + trainedMargin(this.#isTransferred);
  }

  /** Cosine to the nearest caption that a user's style was trained on. */
  #cosineToTrained(caption: Float32Array): number {
    let most = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < this.#own.length / caption.length; row += 1)
      most = Math.max(most, dot(rowOf(this.#own, row, caption.length), caption));
    return most;
  }
}

/** Positions of the entries of each label. */
export function byLabel(entries: readonly IndexEntry[]): Map<number, number[]> {
  const ofLabel = new Map<number, number[]>();
  for (const [at, { label }] of entries.entries()) ofLabel.set(label, [...(ofLabel.get(label) ?? []), at]);
  return ofLabel;
}
