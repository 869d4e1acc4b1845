/** Fill with label, and fill from layer names: which label a name means, and which come near to one that means none. */
import type { StyleInfo } from "../../../shared/contract/meta.ts";
import { limits } from "../../../shared/limits.ts";
import type { FillableLayer } from "../../../shared/messages/layer-messages.ts";
import {
  chunk,
  type DrawJob,
  diversityOf,
  numbered,
  sharedInput,
  styleOf,
  type TranslationAbilities,
} from "../run/jobs.ts";
import type { Form } from "../state/form.ts";

/** One label for all layers, a seed for each. */
export function planLabel(
  form: Form,
  translation: TranslationAbilities,
  label: StyleInfo,
  layers: readonly FillableLayer[],
): DrawJob[] {
  const jobs = fillsOf(form, translation, label, layers);
  return numbered(
    jobs.map((job) => ({ ...job, input: { ...job.input, ...diversityOf(form, translation, job.imageCount) } })),
  );
}

/** Each layer's own name says what it shows; layers of the same name share a job, and each gets its own seed. */
export function planNames(form: Form, translation: TranslationAbilities, matches: readonly NameMatch[]): DrawJob[] {
  const groups = new Map<string, { label: StyleInfo; layers: FillableLayer[] }>();
  for (const { layer, label } of matches) {
    if (label === undefined) continue;
    const group = groups.get(label.id) ?? { label, layers: [] };
    group.layers.push(layer);
    groups.set(label.id, group);
  }
  return numbered([...groups.values()].flatMap(({ label, layers }) => fillsOf(form, translation, label, layers)));
}

const fillsOf = (form: Form, translation: TranslationAbilities, label: StyleInfo, layers: readonly FillableLayer[]) =>
  chunk(layers, limits.countMax).map((part, index) => ({
    kind: "draw" as const,
    title: label.label,
    imageCount: part.length,
    input: {
      ...sharedInput(form, translation),
      // Another seed for each layer, also beyond the images of one generation.
      seed: (form.seed + index * limits.countMax) % 2 ** 32,
      condition: { label: label.id, ...styleOf(form) },
      count: part.length,
    },
    nodeIds: part.map(({ id }) => id),
  }));

export interface NameMatch {
  readonly layer: FillableLayer;
  /** Absent when the name means no label. */
  readonly label?: StyleInfo;
  /** Labels that come near, best first. */
  readonly suggestions: readonly StyleInfo[];
}

const suggestionsMax = 3;

/** A name or label as words: case, accents, signs and counting numbers don't matter, as in `icons/Red-Apple 12`. */
export const wordsOf = (text: string): string =>
  text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();

const singular = (words: string): string => words.replace(/(?<=\w{2})(?:(?<=[sxz]|ch|sh)es|(?<!s)s)$/u, "");

export class LabelIndex {
  #byWords = new Map<string, StyleInfo>();
  #grams: { readonly label: StyleInfo; readonly grams: ReadonlySet<string>; readonly words: readonly string[] }[] = [];

  constructor(labels: readonly StyleInfo[]) {
    for (const label of labels) {
      const words = wordsOf(label.label);
      for (const key of [words, wordsOf(label.id), singular(words)])
        if (!this.#byWords.has(key)) this.#byWords.set(key, label);
      this.#grams.push({ label, grams: gramsOf(words), words: words.split(" ") });
    }
  }

  /** The label that a layer's name means: all of it, without its number, or the last part of a path. */
  find(name: string): StyleInfo | undefined {
    const parts = name.split(/[/\\]/u).reverse();
    for (const part of [name, ...parts]) {
      const words = wordsOf(part);
      const bare = words.replace(/(?: \d+)+$/u, "");
      for (const key of [words, bare, singular(bare)]) {
        const label = this.#byWords.get(key);
        if (label !== undefined) return label;
      }
    }
    return undefined;
  }

  /** Labels that share words or letters with a name, the nearest first. */
  suggest(name: string): StyleInfo[] {
    const words = wordsOf(name).split(" ").map(singular);
    const grams = gramsOf(wordsOf(name));
    return this.#grams
      .map(({ label, grams: known, words: labelWords }) => {
        const shared = [...grams].filter((gram) => known.has(gram)).length;
        const common = labelWords.filter((word) => word.length > 2 && words.includes(singular(word))).length;
        const score = (2 * shared) / (grams.size + known.size) + common / Math.max(labelWords.length, words.length);
        return { label, score };
      })
      .filter(({ score }) => score >= 0.3)
      .sort((a, b) => b.score - a.score)
      .slice(0, suggestionsMax)
      .map(({ label }) => label);
  }
}

/** Runs of three letters, also over the ends of words. */
function gramsOf(words: string): ReadonlySet<string> {
  const padded = ` ${words} `;
  return new Set(Array.from({ length: Math.max(0, padded.length - 2) }, (_, i) => padded.slice(i, i + 3)));
}

/** @param chosen labels that a person chose for names that meant none, by name */
export function matchNames(
  layers: readonly FillableLayer[],
  index: LabelIndex,
  chosen: Readonly<Record<string, string>>,
  labels: readonly StyleInfo[],
): NameMatch[] {
  return layers
    .filter(({ problem }) => problem === undefined)
    .map((layer) => {
      const label = labels.find(({ id }) => id === chosen[layer.name]) ?? index.find(layer.name);
      return label === undefined
        ? { layer, suggestions: index.suggest(layer.name) }
        : { layer, label, suggestions: [] };
    });
}
