/**
 * The drawings whose names fit some words, and which of them a seed chooses: the nearest name first, of equal names the drawing that most
 * others look like more often than one that looks like none, for a name may have a rare second meaning.
 */
import { dot } from "../engine/edits/sphere.ts";
import type { DrawingChoice } from "../engine/interfaces.ts";
import { likeliest, oneNameWeight } from "./ideas.ts";
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
 * Log-weight per standard deviation of how much the others look like it, and the most deviations that count. More finds the right
 * meaning hardly more often, and gives the same drawing to more seeds.
 */
const typicalWeight = 0.8;
const deviationsMost = 2.5;
/** Log-weight of what is there in the look that is wanted. */
const lookWeight = 2;
/** Deviations below this are noise of the thumbnails. */
const deviationLeast = 0.02;

/** @returns log-weights by which each is more typical than the mean of those whose names fit, [found] */
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
    typicality[at] = typicalWeight * Math.max(-deviationsMost, Math.min(deviationsMost, (value - mean) / deviation));
  return typicality;
}

interface Known {
  readonly thumbnails?: Thumbnails | undefined;
  /** Whether a drawing is there in the look that is wanted. */
  readonly hasLook: (entry: number) => boolean;
  /** Whether a drawing is never chosen; others must be left. */
  readonly isLeftOut?: ((entry: number) => boolean) | undefined;
  readonly open: DrawingChoice["open"];
}

export class LibraryChoice implements DrawingChoice {
  readonly #found: readonly NamedEntry[];
  readonly #thumbnails: Thumbnails | undefined;
  /** Log-weights of all but the name. */
  readonly #fits: Float32Array;
  readonly open: DrawingChoice["open"];

  /** @param found the nearest name first, at least one */
  constructor(found: readonly NamedEntry[], { thumbnails, hasLook, isLeftOut, open }: Known) {
    this.#found = found;
    this.open = open;
    this.#thumbnails = thumbnails;
    this.#fits = thumbnails ? typicalityOf(found, thumbnails) : new Float32Array(found.length);
    for (const [at, { entry }] of found.entries()) {
      if (hasLook(entry)) this.#fits[at]! += lookWeight;
      if (isLeftOut?.(entry)) this.#fits[at] = Number.NEGATIVE_INFINITY;
    }
  }

  /** @param noise log-weights that a seed adds, [length] */
  choose(noise: (length: number) => Float32Array): NamedEntry {
    const weights = noise(this.#found.length).map((value, at) => value + this.#fits[at]!);
    return this.#found[likeliest(this.#found, weights)!]!;
  }

  /** Correlation of how two drawings look; 1 for the same one, and 0 for others where no thumbnails are known. */
  likeness(one: number, other: number): number {
    if (one === other) return 1;
    return this.#thumbnails ? dot(this.#thumbnails.unitOf(one), this.#thumbnails.unitOf(other)) : 0;
  }
}
