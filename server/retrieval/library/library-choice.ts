/**
 * The drawings whose names fit some words, and which of them a seed chooses: the nearest name first, of equal names the drawing that shows
 * it well, and that most others look like, more often than one that looks like none, for a name may have a rare second meaning.
 */
import { dot } from "../../engine/edits/sphere.ts";
import type { DrawingChoice } from "../../engine/interfaces.ts";
import { oneNameWeight } from "../ideas.ts";
import type { NameFits } from "./name-fits.ts";
import type { Thumbnails } from "./thumbnails.ts";

/** A drawing, the cosine of its name to the words, and how well it fits them (name-words.ts). */
export interface NamedEntry {
  readonly entry: number;
  readonly cosine: number;
  readonly match: number;
  /** Whether seeds shall find it where few drawings are called so; absent = it may be. */
  readonly isIdea?: boolean;
  /** What its name says (name-words.ts); absent = no words were compared. */
  readonly saysAll?: boolean;
  readonly isPart?: boolean;
  readonly isCalledSo?: boolean;
  readonly isContrary?: boolean;
}

/** Drawings that are compared with each other at most, and how much less than the nearest name's their cosine may be. */
const comparedMost = 64;
const comparedWithin = 0.05;
/**
 * Log-weight per standard deviation of how much the others look like it, alone and beside how well it shows its name. More gives the same drawing
 * to more seeds.
 */
const [typicalAlone, typicalBeside] = [0.8, 0.3] as const;
/** Deviations that count at most. */
const deviationsMost = 2.5;
/** Log-weight per standard deviation of how well a drawing shows its name. */
const nameFitWeight = 2;
/** Log-weight of what is there in the look that is wanted. */
const lookWeight = 2;
/** Log-weight below the best that no noise makes up for: two normal deviates differ by less but once in ten billion times. */
const noiseMost = 9;
/** Deviations below this are noise of the thumbnails. */
const deviationLeast = 0.02;
/** How much less well than the best a name that says all words may fit. */
const saysAllWithin = 0.1;
/**
 * Drawings that some seeds shall find, if so many fit: what few drawings are called is what else is nearly called so, too. Log-weight below
 * the best at which the second is found, and each after it: of a thousand seeds eight find the second.
 */
const ideasLeast = 6;
const [ideaReach, ideaStep] = [3.4, 0.12] as const;

/** @returns standard deviations by which each is more typical than the mean of those whose names fit, [found] */
function typicalityOf(found: readonly NamedEntry[], thumbnails: Thumbnails): Float32Array {
  const typicality = new Float32Array(found.length);
  const nearest = found[0]?.match ?? 0;
  const compared = found.slice(0, comparedMost).filter(({ match }) => match >= nearest - comparedWithin);
  if (compared.length < 3) return typicality;
  const pictures = compared.map(({ entry }) => thumbnails.unitOf(entry));
  const shares = compared.map(({ match }) => Math.exp(oneNameWeight * (match - nearest)));
  const likeness = pictures.map((picture, at) => {
    let [sum, total] = [0, 0];
    for (const [other, share] of shares.entries()) {
      if (other === at) continue;
      sum += share * dot(picture, pictures[other]!);
      total += share;
    }
    return sum / total;
  });
  const total = shares.reduce((sum, share) => sum + share, 0);
  const mean = likeness.reduce((sum, value, at) => sum + shares[at]! * value, 0) / total;
  const variance = likeness.reduce((sum, value, at) => sum + shares[at]! * (value - mean) ** 2, 0) / total;
  const deviation = Math.max(Math.sqrt(variance), deviationLeast);
  for (const [at, value] of likeness.entries())
    typicality[at] = Math.max(-deviationsMost, Math.min(deviationsMost, (value - mean) / deviation));
  return typicality;
}

/** Log-weights with which at least some drawings are found. @param ofNames those without the sets', by which ideas are the best */
function withIdeas(
  found: readonly NamedEntry[],
  logWeights: readonly number[],
  ofNames: readonly number[],
  best: number,
): number[] {
  const reached = [...logWeights];
  const places = [...logWeights.keys()]
    .filter((place) => logWeights[place]! > Number.NEGATIVE_INFINITY && found[place]!.isIdea !== false)
    .sort((one, other) => ofNames[other]! - ofNames[one]!);
  for (const [rank, place] of places.slice(0, ideasLeast).entries())
    reached[place] = Math.max(reached[place]!, best - ideaReach - ideaStep * rank);
  return reached;
}

/** What a drawing's set adds to its log-weight, and how well that suits the request (DrawingChoice). */
export interface SetHand {
  readonly weight: number;
  readonly standing: number;
}

interface Known {
  readonly thumbnails?: Thumbnails | undefined;
  readonly nameFits?: NameFits | undefined;
  /** Whether a drawing is there in the look that is wanted. */
  readonly hasLook: (entry: number) => boolean;
  readonly handOf: (named: NamedEntry) => SetHand;
  /** Whether a drawing is never chosen; others must be left. */
  readonly isLeftOut?: ((entry: number) => boolean) | undefined;
  /** Id of the set of a drawing. */
  readonly setOf: (entry: number) => string;
  readonly open: DrawingChoice["open"];
}

export class LibraryChoice implements DrawingChoice {
  readonly #thumbnails: Thumbnails | undefined;
  /** The drawings that noise may choose, as they were found. */
  readonly #likely: ReadonlyArray<{ readonly named: NamedEntry; readonly logWeight: number }>;
  readonly #bestWeight: number;
  readonly #handOf: Known["handOf"];
  readonly #setOf: Known["setOf"];
  readonly #pictures = new Map<number, Float32Array>();
  readonly match: number;
  readonly saysAll: boolean;
  readonly open: DrawingChoice["open"];

  /** @param found the nearest name first, at least one */
  constructor(found: readonly NamedEntry[], { thumbnails, nameFits, hasLook, handOf, isLeftOut, setOf, open }: Known) {
    this.open = open;
    this.#thumbnails = thumbnails;
    this.#handOf = handOf;
    this.#setOf = setOf;
    const typicality = thumbnails && typicalityOf(found, thumbnails);
    const typicalWeight = nameFits ? typicalBeside : typicalAlone;
    const ofNames = found.map(({ entry, match }, at) => {
      if (isLeftOut?.(entry)) return Number.NEGATIVE_INFINITY;
      const ofName = oneNameWeight * match + nameFitWeight * (nameFits?.of(entry) ?? 0);
      return ofName + typicalWeight * (typicality?.[at] ?? 0) + (hasLook(entry) ? lookWeight : 0);
    });
    const logWeights = found.map((named, at) => ofNames[at]! + handOf(named).weight);
    const best = Math.max(...logWeights);
    const reached = withIdeas(found, logWeights, ofNames, best);
    this.#likely = found
      .map((named, place) => ({ named, logWeight: reached[place]! }))
      .filter(({ logWeight }) => logWeight >= best - noiseMost);
    this.#bestWeight = best;
    this.match = found[0]!.match;
    this.saysAll = found.some(({ match, saysAll }) => saysAll === true && match >= this.match - saysAllWithin);
  }

  /** @param noise log-weights that a seed adds, [length]; a longer one begins with the same */
  choose(noise: (length: number) => Float32Array): NamedEntry {
    const drawn = noise(this.#likely.length);
    let [best, most] = [this.#likely[0]!.named, Number.NEGATIVE_INFINITY];
    for (const [at, { named, logWeight }] of this.#likely.entries()) {
      const weight = logWeight + drawn[at]!;
      if (weight > most) [best, most] = [named, weight];
    }
    return best;
  }

  inOrder(): number[] {
    return [...this.#likely].sort((one, other) => other.logWeight - one.logWeight).map(({ named }) => named.entry);
  }

  lossesBySet(): Map<string, number> {
    const losses = new Map<string, number>();
    for (const { named, logWeight } of this.#likely) {
      const set = this.#setOf(named.entry);
      losses.set(set, Math.min(losses.get(set) ?? Number.POSITIVE_INFINITY, this.#bestWeight - logWeight));
    }
    return losses;
  }

  /** Log-weight of a drawing below the one that fits best, 0 or less. */
  fit(entry: number): number {
    const likely = this.#likely.find(({ named }) => named.entry === entry);
    return likely ? likely.logWeight - this.#bestWeight : -noiseMost;
  }

  says(entry: number): ReturnType<DrawingChoice["says"]> {
    const { named } = this.#likely.find((one) => one.named.entry === entry)!;
    const { match, saysAll = false, isPart = false, isContrary = false } = named;
    return { match, saysAll, isPart, isContrary, standing: this.#handOf(named).standing };
  }

  /** Correlation of how two drawings look; 1 for the same one, and 0 for others where no thumbnails are known. */
  likeness(one: number, other: number): number {
    if (one === other) return 1;
    return this.#thumbnails ? dot(this.#pictureOf(one), this.#pictureOf(other)) : 0;
  }

  #pictureOf(entry: number): Float32Array {
    const picture = this.#pictures.get(entry) ?? this.#thumbnails!.unitOf(entry);
    this.#pictures.set(entry, picture);
    return picture;
  }
}
