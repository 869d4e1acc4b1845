/** What is evaluated and what with: one translation of a pack, its experts, the images and the net that judge it, the settings. */
import { type FlowConditionName, isWord } from "../../shared/conditions.ts";
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
  /** Images a row of a table at most. */
  readonly limit: number;
  readonly temperature: number;
  readonly guidance: number;
  /** Share of retrieval that words, sketches and layouts start from. */
  readonly retrieval: number;
}

export interface EvaluationContext {
  readonly translation: Translation;
  /** The flow's conditions with the experts that encode them, in the flow's order. */
  readonly experts: ReadonlyMap<FlowConditionName, Expert>;
  /** Ids that a label expert knows, by the flow's condition. */
  readonly vocabularies: ReadonlyMap<FlowConditionName, readonly string[]>;
  /** Target and experts as training opens them: what they encode of a set is kept beside it. */
  readonly frozen: SetExperts;
  /** The layout expert and the colours of its palette, #rrggbb. */
  readonly layout?: { readonly expert: LayoutExpert; readonly palette: readonly string[] } | undefined;
  /** Side of the images that the low-resolution expert reads. */
  readonly lowResolutionPx?: number | undefined;
  readonly images?: EvaluationImages | undefined;
  readonly features?: FeatureNet | undefined;
  readonly records: TrainingRecords;
  readonly settings: Settings;
  readonly watch: ProgressReporter;
}

export const reads = ({ experts }: EvaluationContext, name: FlowConditionName): boolean => experts.has(name);

/** Names of the conditions that words give, of those that the translation reads; a caption may bring a label along besides. */
export const wordsOf = (subject: EvaluationContext): FlowConditionName[] =>
  (["caption", "style"] as const).filter((name) => reads(subject, name));

/** Whether captions bring labels along. */
export const namesLabels = ({ translation }: EvaluationContext): boolean =>
  translation.conditions.some(({ isReadFromCaption }) => isReadFromCaption);

type Encoding<Value = EncodedCondition> = Partial<Record<FlowConditionName, Value>>;

/** Encodes words as a request gives them, with the label that a caption names; what the translation does not read stays out. */
export async function encodeWords(
  { experts, translation }: EvaluationContext,
  words: Readonly<Partial<Record<FlowConditionName, string>>>,
): Promise<EncodedConditions> {
  const read = Object.entries(words).filter(([name]) => experts.has(name as FlowConditionName));
  return encodeConditions(translation, Object.fromEntries(read.map(([name, text]) => [name, asText(text)])));
}

/**
 * Encodes what an image of the set says of itself: its first caption with the label that this names, its style and label where the
 * vocabulary has them, and its own pixels for picture conditions, as training does.
 * @param namesLabel false: a caption is its sentence alone
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
