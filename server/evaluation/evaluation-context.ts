/**
 * The context of an evaluation: a translation of a pack, its experts, the images and the feature net that judge it, the
 * settings.
 */
import { type FlowConditionName, isWord } from "../../shared/contract/conditions.ts";
import {
  type EncodedCondition,
  type EncodedConditions,
  encodeConditions,
  encodeNamed,
  idOf,
  withPlain,
} from "../engine/conditions.ts";
import type { ConditionValue } from "../engine/interfaces.ts";
import type { Translation } from "../engine/translation.ts";
import type { Expert } from "../experts/expert.ts";
import type { LayoutExpert } from "../experts/layout.ts";
import { asText } from "../experts/values.ts";
import type { ImageItem } from "../training/dataset/image-set.ts";
import type { SetExperts } from "../training/encode/pack-experts.ts";
import type { FeatureNet } from "./feature-net.ts";
import { asImage, type EvaluationImages } from "./images.ts";
import type { ProgressReporter } from "./progress-reporter.ts";
import type { TrainingRecords } from "./training-records.ts";

export interface Settings {
  readonly seed: number;
  /** Most images for one row of a table. */
  readonly limit: number;
  readonly temperature: number;
  readonly guidance: number;
  /** Share of retrieval for words, sketches and layouts. */
  readonly retrieval: number;
}

export interface EvaluationContext {
  readonly translation: Translation;
  /** The flow's conditions and their experts, in the flow's order. */
  readonly experts: ReadonlyMap<FlowConditionName, Expert>;
  /** Vocabularies of label experts, by condition. */
  readonly vocabularies: ReadonlyMap<FlowConditionName, readonly string[]>;
  /** Target and experts as training opens them; their results for a set are cached beside it. */
  readonly frozen: SetExperts;
  /** The layout expert and its palette, #rrggbb. */
  readonly layout?: { readonly expert: LayoutExpert; readonly palette: readonly string[] } | undefined;
  /** Side of the low-resolution expert's images. */
  readonly lowResolutionPx?: number | undefined;
  readonly images?: EvaluationImages | undefined;
  readonly features?: FeatureNet | undefined;
  readonly records: TrainingRecords;
  readonly settings: Settings;
  readonly progress: ProgressReporter;
}

export const reads = ({ experts }: EvaluationContext, name: FlowConditionName): boolean => experts.has(name);

/** The conditions given as words that the translation reads. A caption may add a label. */
export const wordsOf = (context: EvaluationContext): FlowConditionName[] =>
  (["caption", "style"] as const).filter((name) => reads(context, name));

/** Whether the flow can be drawn from with guidance. */
export const hasGuidance = ({ translation }: EvaluationContext): boolean => translation.flow.hasGuidance !== false;

/** Whether captions name labels. */
export const namesLabels = ({ translation }: EvaluationContext): boolean =>
  translation.conditions.some(({ isReadFromCaption }) => isReadFromCaption);

type Encoding<Value = EncodedCondition> = Partial<Record<FlowConditionName, Value>>;

/**
 * Encodes words like a request does, with the label that a caption names. Skips conditions that the translation does not read.
 */
export async function encodeWords(
  { experts, translation }: EvaluationContext,
  words: Readonly<Partial<Record<FlowConditionName, string>>>,
): Promise<EncodedConditions> {
  const read = Object.entries(words).filter(([name]) => experts.has(name as FlowConditionName));
  return encodeConditions(translation, Object.fromEntries(read.map(([name, text]) => [name, asText(text)])));
}

/**
 * Encodes the conditions of an image of the set as training does: its first caption and the label that it names, its style and
 * label if the vocabulary has them, its pixels for picture conditions.
 * @param namesLabel false = ignore the label that the caption names
 */
export async function encodeOwn(
  { experts, translation, vocabularies, images }: EvaluationContext,
  item: ImageItem,
  names: readonly FlowConditionName[],
  namesLabel = true,
): Promise<EncodedConditions> {
  const encoded: Encoding = {};
  const values: Encoding<ConditionValue> = {};
  for (const name of names) {
    const value = isWord(name)
      ? wordOf(item, name, vocabularies.get(name))
      : asImage(await images!.read(item), translation.target.imageSizePx, `set ${item.row}`);
    const expert = experts.get(name);
    if (!value || !expert) continue;
    values[name] = value;
    encoded[name] = { vector: await expert.encodeForTraining([value]), presence: 1, ...idOf(name, value) };
  }
  const own = await withPlain(translation, values, encoded);
  if (!namesLabel || names.includes("label")) return own;
  return { ...own, ...(await encodeNamed(translation.conditions, values)) };
}

function wordOf(
  { captions, style, concept }: ImageItem,
  name: "caption" | "style" | "label",
  vocabulary: readonly string[] = [],
): ConditionValue | undefined {
  if (name === "caption") return asText(captions[0]!);
  const word = name === "style" ? style : concept;
  return vocabulary.includes(word) ? asText(word) : undefined;
}
