/**
 * Similarity of stored drawings to a sketch or a layout: cosine between the codes that the pack's own experts give them
 * (quantized-codes.ts), and the drawings of highest similarity.
 */
import type { PictureVectors } from "../engine/interfaces.ts";
import { addCode, cosinesOf, type QuantizedCodes } from "./quantized-codes.ts";

/** An entry of the index, by its position, and its log-weight. */
export interface ScoredEntry {
  readonly at: number;
  readonly logWeight: number;
  /** The part of it that says how much its style resembles the requested one. */
  readonly affinity: number;
}

/**
 * For each kind of picture: `weight`, the log-weight per unit of cosine; `from`, the cosine below which a drawing that words did not find
 * is no prior; `wholeFrom`, the cosine from which on it is a prior by its whole share. Measured: edges of a drawing find another style's
 * at 0.55 (median), sketches by hand at 0.4 to 0.9, scribbles at 0.26 or less; two random layouts share a third of their cells.
 */
const scales = {
  sketch: { weight: 60, from: 0.3, wholeFrom: 0.5 },
  layout: { weight: 40, from: 0.5, wholeFrom: 0.75 },
} as const satisfies Record<keyof PictureVectors, object>;

/** Largest number of drawings in a mixture. */
const mixedMax = 16;

interface Compared {
  readonly name: keyof PictureVectors;
  readonly codes: QuantizedCodes;
  /** Of every entry. */
  readonly cosines: Float32Array;
}

/** Scores every entry of the index against the given pictures. */
export class SimilarityScorer {
  readonly #compared: readonly Compared[];

  private constructor(compared: readonly Compared[]) {
    this.#compared = compared;
  }

  /** @returns undefined when the index holds no codes for one of the pictures */
  static to(pictures: PictureVectors, known: ReadonlyMap<string, QuantizedCodes>): SimilarityScorer | undefined {
    const compared: Compared[] = [];
    for (const [name, vector] of Object.entries(pictures)) {
      const codes = known.get(name);
      if (!codes) return undefined;
      compared.push({ name: name as keyof PictureVectors, codes, cosines: cosinesOf(codes, vector) });
    }
    return new SimilarityScorer(compared);
  }

  static readonly toNothing = new SimilarityScorer([]);

  get isOfNothing(): boolean {
    return this.#compared.length === 0;
  }

  /** The entries of highest log-weight, similarity included, best first; the entries as they are when there is no picture. */
  topK(entries: readonly ScoredEntry[]): readonly ScoredEntry[] {
    if (this.isOfNothing) return entries;
    const best: ScoredEntry[] = [];
    for (const { at, logWeight: before, affinity } of entries) {
      let logWeight = before;
      for (const { name, cosines } of this.#compared) logWeight += scales[name].weight * cosines[at]!;
      if (best.length === mixedMax && !(logWeight > best[mixedMax - 1]!.logWeight)) continue;
      const place = best.findIndex((other) => logWeight > other.logWeight);
      best.splice(place < 0 ? best.length : place, 0, { at, logWeight, affinity });
      if (best.length > mixedMax) best.pop();
    }
    return best;
  }

  /** Share of the prior, 0 to 1, of an entry that only its looks speak for: by the picture that it resembles least. */
  retrievalWeight(at: number): number {
    const shares = this.#compared.map(({ name, cosines }) => {
      const { from, wholeFrom } = scales[name];
      return cosines[at]! < from ? 0 : Math.min(1, cosines[at]! / wholeFrom);
    });
    return Math.min(1, ...shares);
  }

  /** The code of each picture that a mixture of entries shows; empty when there is no picture. */
  shownBy(mixed: readonly ScoredEntry[], shares: readonly number[]): { readonly pictures?: PictureVectors } {
    if (this.isOfNothing) return {};
    const shown = this.#compared.map(({ name, codes }) => {
      const vector = new Float32Array(codes.dims);
      for (const [index, { at }] of mixed.entries()) addCode(codes, at, shares[index]!, vector);
      return [name, vector] as const;
    });
    return { pictures: Object.fromEntries(shown) };
  }
}
