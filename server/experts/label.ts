/**
 * Label expert Φ: one-hot over a fixed vocabulary, without parameters (the "Labelator" of net2net). Used for `style` and
 * `label`.
 */
import type { ConditionField } from "../../shared/contract/conditions.ts";
import { someOf } from "../../shared/contract/translation-rules.ts";
import { AppError } from "../../shared/problem.ts";
import type { CaptionColour } from "../engine/colour-words.ts";
import type { ConditionValue } from "../engine/interfaces.ts";
import type { LabelExpertEntry } from "../manifest/expert-entries.ts";
import type { ExpertCore } from "./expert.ts";
import { colourOf, LabelNames, withoutColours } from "./label-names.ts";
import { requireText } from "./values.ts";
import { partedFromEmoji } from "./words/emoji.ts";
import { inEnglish } from "./words/in-english.ts";

export class LabelExpert implements ExpertCore {
  readonly dims: number;
  readonly #field: ConditionField;
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #names: LabelNames;
  readonly #entries: LabelExpertEntry["vocabulary"];

  constructor(entry: LabelExpertEntry, field: ConditionField) {
    this.dims = entry.vocabulary.length;
    this.#field = field;
    this.#indexOf = new Map(entry.vocabulary.map(({ id }, index) => [id, index]));
    this.#names = new LabelNames(entry.vocabulary);
    this.#entries = entry.vocabulary;
  }

  labelIn(words: string, group?: string): string | undefined {
    return this.#names.labelIn(words, (id) => {
      const { groups } = this.#entries[this.#indexOf.get(id)!]!;
      return groups === undefined || (group === undefined ? groups.length > 0 : groups.includes(group));
    });
  }

  inEnglish(words: string): string | undefined {
    // Words that name a label as they are mean that; emoji say more.
    return this.labelIn(words) === undefined || partedFromEmoji(words).names.length > 0 ? inEnglish(words) : undefined;
  }

  plainOf(words: string): string | undefined {
    return withoutColours(words);
  }

  colourIn(words: string): CaptionColour | undefined {
    return colourOf(words);
  }

  groupOf(style: string): string | undefined {
    return this.#entries[this.#indexOf.get(style) ?? -1]?.group;
  }

  /**
   * One-hot rows, [labels, dims].
   * @throws AppError `style_unknown` or `label_unknown`, by the field of the expert, listing known labels
   */
  async encode(labels: readonly ConditionValue[]): Promise<Float32Array> {
    const rows = new Float32Array(labels.length * this.dims);
    for (const [row, value] of labels.entries()) rows[row * this.dims + this.#index(value)] = 1;
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
