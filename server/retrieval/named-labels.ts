/**
 * How near words are to the names of labels, by their sentence vectors: a label is as near as the nearest of its names. Vectors know no
 * grammar, so a name of two things, as "bow and arrow", counts as further than it seems. It does not read captions' words; see experts/label-names.ts.
 */
import { dot, unitOf } from "../engine/edits/sphere.ts";
import { accumulateInt4, type Int4Rows } from "./int4.ts";

/** Names of labels besides their own, "coffee" of "hot beverage": label and caption vector of each. */
export interface OtherNames {
  readonly labels: readonly number[];
  readonly keys: Int4Rows;
}

/** Words that join two things, and the cosine that such a name loses: ideas in the default pack may be 0.18 from the nearest name. */
const joinsThings = /-(and|with)-/;
const joinedLoss = 0.2;

export class NamedLabels {
  readonly #labels: readonly string[];
  readonly #width: number;
  /** Unit vectors of the labels' own names, [labels, width]: each caption is compared with all of them. */
  readonly #own: Float32Array;
  readonly #others: Float32Array;
  readonly #labelOfOther: readonly number[];
  /** Labels whose names join two things. */
  readonly #joined: readonly number[];

  /** @param labels ids, which are their own names in words */
  constructor(labels: readonly string[], keys: Int4Rows, width: number, others?: OtherNames) {
    this.#labels = labels;
    this.#width = width;
    this.#own = unitVectors(keys, width);
    this.#others = others ? unitVectors(others.keys, width) : new Float32Array(0);
    this.#labelOfOther = others?.labels ?? [];
    this.#joined = [...labels.keys()].filter((label) => joinsThings.test(labels[label]!));
  }

  /**
   * @param words a vector of length 1, [width]
   * @param named label that the words name: a "house with garden" is a house
   * @returns a cosine for each label
   */
  cosinesTo(words: Float32Array, named?: string): Float32Array {
    const cosines = Float32Array.from({ length: this.#own.length / this.#width }, (_, label) =>
      dot(rowOf(this.#own, label, this.#width), words),
    );
    for (const label of this.#joined) if (!this.#labels[label]!.startsWith(`${named}-`)) cosines[label]! -= joinedLoss;
    for (const [other, label] of this.#labelOfOther.entries())
      cosines[label] = Math.max(cosines[label]!, dot(rowOf(this.#others, other, this.#width), words));
    return cosines;
  }

  /** A label's own name, [width]. */
  nameOf(label: number): Float32Array {
    return rowOf(this.#own, label, this.#width).slice();
  }
}

/** Rows as vectors of length 1, [rows, width]. */
export function unitVectors(rows: Int4Rows, width: number): Float32Array {
  const vectors = new Float32Array(rows.steps.length * width);
  for (const row of rows.steps.keys()) {
    const vector = rowOf(vectors, row, width);
    accumulateInt4(rows, row, width, 1, vector);
    vector.set(unitOf(vector));
  }
  return vectors;
}

export const rowOf = (vectors: Float32Array, row: number, width: number): Float32Array =>
  vectors.subarray(row * width, (row + 1) * width);
