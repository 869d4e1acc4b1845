/** Label expert Φ: one-hot over a fixed vocabulary, no parameters (net2net's "Labelator"). */
import { AppError } from "../../shared/problem.ts";
import type { ConditioningExpert } from "../engine/interfaces.ts";
import type { LabelExpertEntry } from "../packs/manifest.ts";

export class LabelExpert implements ConditioningExpert {
  readonly dims: number;
  readonly #indexOf: ReadonlyMap<string, number>;

  constructor(entry: LabelExpertEntry) {
    this.dims = entry.vocabulary.length;
    this.#indexOf = new Map(entry.vocabulary.map(({ id }, index) => [id, index]));
  }

  /**
   * One-hot rows, [labels, dims].
   * @throws AppError `style_unknown` listing the labels that are known
   */
  async encode(labels: readonly string[]): Promise<Float32Array> {
    const rows = new Float32Array(labels.length * this.dims);
    for (const [row, label] of labels.entries()) {
      const index = this.#indexOf.get(label);
      if (index === undefined) {
        const known = [...this.#indexOf.keys()].join(", ");
        throw new AppError("style_unknown", `condition.style: expected one of ${known}; got "${label}"`, {
          field: "condition.style",
          expected: known,
          received: label,
        });
      }
      rows[row * this.dims + index] = 1;
    }
    return rows;
  }
}
