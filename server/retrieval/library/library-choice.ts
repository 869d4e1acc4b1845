/**
 * The drawings whose names fit some words, and which of them a seed chooses: the nearest name first, of equal names the drawing that shows
 * it well, and that most others look like, more often than one that looks like none, for a name may have a rare second meaning.
 */
import { dot } from "../../engine/edits/sphere.ts";
import type { DrawingChoice } from "../../engine/interfaces.ts";
import { oneNameWeight } from "../ideas.ts";
import type { NameFits } from "./name-fits.ts";
import type { Thumbnails } from "./thumbnails.ts";

/** A drawing, and the cosine of its name to the words. */
export interface NamedEntry {
  readonly entry: number;
  readonly cosine: number;
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

/** @returns standard deviations by which each is more typical than the mean of those whose names fit, [found] */
function typicalityOf(found: readonly NamedEntry[], thumbnails: Thumbnails): Float32Array {
  const typicality = new Float32Array(found.length);
  const nearest = found[0]?.cosine ?? 0;
  const compared = found.slice(0, comparedMost).filter(({ cosine }) => cosine >= nearest - comparedWithin);
  if (compared.length < 3) return typicality;
  const pictures = compared.map(({ entry }) => thumbnails.unitOf(entry));
  const shares = compared.map(({ cosine }) => Math.exp(oneNameWeight * (cosine - nearest)));
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

interface Known {
  readonly thumbnails?: Thumbnails | undefined;
  readonly nameFits?: NameFits | undefined;
  /** Whether a drawing is there in the look that is wanted. */
  readonly hasLook: (entry: number) => boolean;
  /** Whether a drawing is never chosen; others must be left. */
  readonly isLeftOut?: ((entry: number) => boolean) | undefined;
  readonly open: DrawingChoice["open"];
}

export class LibraryChoice implements DrawingChoice {
  readonly #found: readonly NamedEntry[];
  readonly #thumbnails: Thumbnails | undefined;
  /** Of the drawings that noise may choose: their places among those found, and their log-weights. */
  readonly #places: readonly number[];
  readonly #logWeights: readonly number[];
  readonly #pictures = new Map<number, Float32Array>();
  readonly open: DrawingChoice["open"];

  /** @param found the nearest name first, at least one */
  constructor(found: readonly NamedEntry[], { thumbnails, nameFits, hasLook, isLeftOut, open }: Known) {
    this.#found = found;
    this.open = open;
    this.#thumbnails = thumbnails;
    const typicality = thumbnails && typicalityOf(found, thumbnails);
    const typicalWeight = nameFits ? typicalBeside : typicalAlone;
    const logWeights = found.map(({ entry, cosine }, at) => {
      if (isLeftOut?.(entry)) return Number.NEGATIVE_INFINITY;
      const ofName = oneNameWeight * cosine + nameFitWeight * (nameFits?.of(entry) ?? 0);
      return ofName + typicalWeight * (typicality?.[at] ?? 0) + (hasLook(entry) ? lookWeight : 0);
    });
    const best = Math.max(...logWeights);
    this.#places = [...found.keys()].filter((at) => logWeights[at]! >= best - noiseMost);
    this.#logWeights = this.#places.map((at) => logWeights[at]!);
  }

  /** @param noise log-weights that a seed adds, [length]; a longer one begins with the same */
  choose(noise: (length: number) => Float32Array): NamedEntry {
    const drawn = noise(this.#places.at(-1)! + 1);
    let [best, most] = [0, Number.NEGATIVE_INFINITY];
    for (const [at, place] of this.#places.entries()) {
      const weight = this.#logWeights[at]! + drawn[place]!;
      if (weight > most) [best, most] = [place, weight];
    }
    return this.#found[best]!;
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
