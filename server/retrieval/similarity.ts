/**
 * Examples by what they look like: how like a sketch or a layout each of them is, and which of all are likest. Pictures are compared as their experts code
 * them, by cosine (picture-codes.ts).
 */
import type { PictureVectors } from "../engine/interfaces.ts";
import { addCode, cosinesOf, type QuantizedCodes } from "./quantized-codes.ts";

/** An example, by its index, and how much it counts. */
export interface ScoredEntry {
  readonly at: number;
  readonly logWeight: number;
}

/**
 * For each picture: the log-weight of an example for each unit of cosine, so that outlines decide where they are given; and the cosines from which
 * on an example that nothing but its looks speaks for is a start at all, and is one by its whole share. Edges of drawings have a likest one of another
 * style at 0.55 (median), sketches by hand at 0.4 to 0.9, scribbles and chance at 0.26 and less; any two layouts have a third of their cells in common
 * (what was tried: server/pretrain/NOTES.md).
 */
const scales = {
  sketch: { weight: 60, from: 0.3, wholeFrom: 0.5 },
  layout: { weight: 40, from: 0.5, wholeFrom: 0.75 },
} as const satisfies Record<keyof PictureVectors, object>;

/** Examples that are mixed at most. */
const mixedMax = 16;

interface Compared {
  readonly name: keyof PictureVectors;
  readonly codes: QuantizedCodes;
  /** Of every example. */
  readonly cosines: Float32Array;
}

/** How like some pictures every example looks. */
export class SimilarityScorer {
  readonly #compared: readonly Compared[];

  private constructor(compared: readonly Compared[]) {
    this.#compared = compared;
  }

  /** undefined where there is a picture that the entries are not known by */
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

  /** The same entries, the likest heavier and first, as many as are mixed at most; as they are where nothing is asked for. */
  topK(entries: readonly ScoredEntry[]): readonly ScoredEntry[] {
    if (this.isOfNothing) return entries;
    const likest: ScoredEntry[] = [];
    for (const { at, logWeight: before } of entries) {
      let logWeight = before;
      for (const { name, cosines } of this.#compared) logWeight += scales[name].weight * cosines[at]!;
      if (likest.length === mixedMax && !(logWeight > likest[mixedMax - 1]!.logWeight)) continue;
      const place = likest.findIndex((other) => logWeight > other.logWeight);
      likest.splice(place < 0 ? likest.length : place, 0, { at, logWeight });
      if (likest.length > mixedMax) likest.pop();
    }
    return likest;
  }

  /** How much of a start an example is that nothing but its looks speaks for, 0 to 1: by the picture that it is least like. */
  retrievalWeight(at: number): number {
    const shares = this.#compared.map(({ name, cosines }) => {
      const { from, wholeFrom } = scales[name];
      return cosines[at]! < from ? 0 : Math.min(1, cosines[at]! / wholeFrom);
    });
    return Math.min(1, ...shares);
  }

  /** What a mixture of entries shows of each picture, as its expert codes it; nothing where nothing was asked for. */
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
