/**
 * Label expert Φ of a fixed vocabulary: one-hot, no parameters (net2net's "Labelator"), or what examples of the label have in common
 * (label-examples.ts). Serves `style` or `label`.
 */
import { join } from "node:path";
import type { ConditionField } from "../../shared/conditions.ts";
import { AppError } from "../../shared/problem.ts";
import { someOf } from "../../shared/translation-rules.ts";
import type { ConditionValue } from "../engine/interfaces.ts";
import type { LabelExpertEntry } from "../packs/manifest.ts";
import type { ExpertCore } from "./expert.ts";
import { LabelExamples } from "./label-examples.ts";
import { LabelNames } from "./label-names.ts";
import { requireText } from "./values.ts";

export class LabelExpert implements ExpertCore {
  readonly dims: number;
  readonly #field: ConditionField;
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #names: LabelNames;
  readonly #entries: LabelExpertEntry["vocabulary"];
  readonly #examples: LabelExamples | undefined;

  constructor(entry: LabelExpertEntry, field: ConditionField, examples?: LabelExamples) {
    this.dims = examples?.dims ?? entry.vocabulary.length;
    this.#examples = examples;
    this.#field = field;
    this.#indexOf = new Map(entry.vocabulary.map(({ id }, index) => [id, index]));
    this.#names = new LabelNames(entry.vocabulary);
    this.#entries = entry.vocabulary;
  }

  /** @throws AppError `pack_corrupt` when the examples are not what the entry promises */
  static async open(packFolder: string, entry: LabelExpertEntry, field: ConditionField): Promise<LabelExpert> {
    const { examples, vocabulary } = entry;
    if (!examples) return new LabelExpert(entry, field);
    const path = join(packFolder, examples.file);
    return new LabelExpert(entry, field, await LabelExamples.open(path, examples.dims, vocabulary.length));
  }

  labelIn(words: string, group?: string): string | undefined {
    return this.#names.labelIn(words, (id) => {
      const { groups } = this.#entries[this.#indexOf.get(id)!]!;
      return group === undefined || groups === undefined || groups.includes(group);
    });
  }

  groupOf(style: string): string | undefined {
    return this.#entries[this.#indexOf.get(style) ?? -1]?.group;
  }

  /**
   * Rows of labels, [labels, dims]: one-hot, or the mean of examples, zeros where none counts.
   * @throws AppError `style_unknown` or `label_unknown`, by the field that the expert serves, listing what is known
   */
  async encode(labels: readonly ConditionValue[]): Promise<Float32Array> {
    const rows = new Float32Array(labels.length * this.dims);
    for (const [row, value] of labels.entries()) {
      const index = this.#index(value);
      if (!this.#examples) rows[row * this.dims + index] = 1;
      else if (value.kind === "text") rows.set(this.#examples.vectorOf(index, value) ?? [], row * this.dims);
    }
    return rows;
  }

  #index(value: ConditionValue): number {
    const label = requireText(value, this.#field);
    const index = this.#indexOf.get(label);
    if (index !== undefined) return index;
    const field = `condition.${this.#field}`;
    const expected = someOf([...this.#indexOf.keys()]);
    throw new AppError(
      this.#field === "style" ? "style_unknown" : "label_unknown",
      `${field}: expected one of ${expected}; got "${label}"`,
      { field, expected, received: label },
    );
  }
}
