/**
 * Conditions: raw values → vectors of the conditioning experts → batches for the flow. A condition that the translation does not read
 * is refused by name, and so is an expert's answer that is not finite.
 */
import { type ConditionField, type FlowConditionName, fieldOf } from "../../shared/contract/conditions.ts";
import { AppError } from "../../shared/problem.ts";
import type { CaptionColour } from "./colour-words.ts";
import type { ConditionBatches, ConditioningExpert, ConditionValue, Flow, Retriever } from "./interfaces.ts";

/** Raw values of the conditions that a request gives. */
export type ConditionValues = Readonly<Partial<Record<FlowConditionName, ConditionValue>>>;

export interface EncodedCondition {
  /** c = Φ(x), [dims] */
  readonly vector: Float32Array;
  /** 1 = given, 0 = absent. Between them in a blend that gains or loses the condition, and where an attribute moves the caption that named it. */
  readonly presence: number;
  /** The label that the caption named; absent for a condition that was given by itself. */
  readonly named?: string;
  /** Labels and styles only: the id. */
  readonly id?: string;
  /** Captions only: their English words, those of `plain` where there are such. */
  readonly words?: string;
  /** Captions only: in English, with their colours. */
  readonly english?: string;
  /** Captions with colour words only: the vector of the caption without them. */
  readonly plain?: Float32Array;
  /** Captions that give one colour to what they name. */
  readonly colour?: CaptionColour;
  /** Drawings only: premultiplied RGBA [4, size, size], as decoders see them beside the latent. */
  readonly planes?: Float32Array;
}

/** Encoded conditions of one image; what is not here is absent. */
export type EncodedConditions = Readonly<Partial<Record<FlowConditionName, EncodedCondition>>>;

/** Names of a flow's conditions with the experts that encode them, in the flow's order. */
export type ConditionReaders = ReadonlyArray<{
  readonly name: FlowConditionName;
  readonly expert: ConditioningExpert;
  /** Given along with a caption that names it. */
  readonly isReadFromCaption?: boolean;
}>;

/** The parts of a translation that conditions need. */
interface ConditionsReader {
  readonly conditions: ConditionReaders;
  readonly retriever?: Retriever | undefined;
}

/** Names that are given at all. */
export const namesOf = (conditions: EncodedConditions | ConditionValues): FlowConditionName[] =>
  Object.keys(conditions) as FlowConditionName[];

/** The request's field of an encoded condition; a label that the caption named belongs to the caption. */
export const fieldIn = (conditions: EncodedConditions, name: FlowConditionName): ConditionField =>
  conditions[name]?.named === undefined ? fieldOf(name) : "caption";

/** Labels that the captions named, without duplicates. */
export const namedLabels = (given: readonly EncodedConditions[]): string[] => [
  ...new Set(given.flatMap((conditions) => Object.values(conditions).flatMap(({ named }) => named ?? []))),
];

/**
 * c = Φ(x) for each condition that was given, and for a label that the caption names.
 * @throws AppError `invalid_request` naming a given condition that the translation does not read, `tensor_mismatch` naming one whose
 * expert gave no numbers, or the expert's own fault
 */
export async function encodeConditions(
  { id, conditions, retriever }: { readonly id: string } & ConditionsReader,
  requested: ConditionValues,
): Promise<EncodedConditions> {
  const given = withEnglishCaption(conditions, requested);
  const encoded: Partial<Record<FlowConditionName, EncodedCondition>> = {};
  for (const name of namesOf(given)) {
    if (given[name]!.kind === "none") continue;
    const reader = conditions.find((condition) => condition.name === name);
    if (!reader) {
      const expected = conditions.map((condition) => condition.name).join(", ");
      const field = `condition.${fieldOf(name)}`;
      const message = `${field}: expected only ${expected}, as the translation reads, got ${name} (translation ${id})`;
      throw new AppError("invalid_request", message, { field, expected, received: name });
    }
    const vector = await reader.expert.encode([given[name]!]);
    requireVector(vector, reader.expert.dims, `condition ${name} (translation ${id})`);
    encoded[name] = {
      vector,
      presence: 1,
      ...idOf(name, given[name]!),
      ...planesOf(name, given[name]!),
      ...wordsOf(name, given[name]!),
    };
  }
  return { ...(await withPlain({ conditions, retriever }, given, encoded)), ...(await encodeNamed(conditions, given)) };
}

/** The caption in English, where it is the name of a thing in another language; experts know English words. */
function withEnglishCaption(conditions: ConditionReaders, given: ConditionValues): ConditionValues {
  if (given.caption?.kind !== "text") return given;
  const reader = conditions.find(({ isReadFromCaption }) => isReadFromCaption);
  const english = reader?.expert.inEnglish?.(given.caption.text);
  return english === undefined ? given : { ...given, caption: { kind: "text", text: english } };
}

/** Adds to the caption its vector without colour words, which retrieval searches by, and its colour; unchanged without a retriever. */
export async function withPlain(
  { conditions, retriever }: ConditionsReader,
  given: ConditionValues,
  encoded: EncodedConditions,
): Promise<EncodedConditions> {
  if (!retriever) return encoded;
  const labels = conditions.find(({ name }) => name === "label")?.expert;
  const captions = conditions.find(({ name }) => name === "caption")?.expert;
  const plain = given.caption?.kind === "text" ? labels?.plainOf?.(given.caption.text) : undefined;
  if (plain === undefined || !captions || !encoded.caption) return encoded;
  const vector = await captions.encode([{ kind: "text", text: plain }]);
  const colour = given.caption?.kind === "text" ? labels?.colourIn?.(given.caption.text) : undefined;
  return { ...encoded, caption: { ...encoded.caption, plain: vector, words: plain, ...(colour && { colour }) } };
}

/** Encodes the label that the caption names, where none is given. */
export async function encodeNamed(conditions: ConditionReaders, given: ConditionValues): Promise<EncodedConditions> {
  const reader = conditions.find(({ name, isReadFromCaption }) => isReadFromCaption && given[name] === undefined);
  if (!reader || given.caption?.kind !== "text") return {};
  const styles = conditions.find(({ name }) => name === "style")?.expert;
  const group = given.style?.kind === "text" ? styles?.groupOf?.(given.style.text) : undefined;
  const named = reader.expert.labelIn?.(given.caption.text, group);
  if (named === undefined) return {};
  const vector = await reader.expert.encode([{ kind: "text", text: named }]);
  return { [reader.name]: { vector, presence: 1, named, id: named } };
}

/** The id of a condition from a vocabulary. */
export const idOf = (name: FlowConditionName, value: ConditionValue): Pick<EncodedCondition, "id"> =>
  (name === "label" || name === "style") && value.kind === "text" ? { id: value.text } : {};

const planesOf = (name: FlowConditionName, value: ConditionValue): Pick<EncodedCondition, "planes"> =>
  name === "drawing" && value.kind === "image" ? { planes: value.planes } : {};

const wordsOf = (name: FlowConditionName, value: ConditionValue): Pick<EncodedCondition, "words" | "english"> =>
  name === "caption" && value.kind === "text" ? { words: value.text, english: value.text } : {};

/** @throws AppError `tensor_mismatch` saying where the numbers came from */
export function requireVector(values: Float32Array, length: number, where: string): void {
  if (values.length !== length)
    throw new AppError("tensor_mismatch", `${where}: expected ${length} values, got ${values.length}`);
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) throw new AppError("tensor_mismatch", `${where}: expected finite values, got ${values[at]} at ${at}`);
}

/** The flow's view of the conditions of several images, one row each. */
export function batchConditions(flow: Pick<Flow, "conditions">, rows: readonly EncodedConditions[]): ConditionBatches {
  return Object.fromEntries(
    flow.conditions.map(({ name, dims }) => {
      const values = new Float32Array(rows.length * dims);
      const present = new Float32Array(rows.length);
      for (const [index, conditions] of rows.entries()) {
        const condition = conditions[name as FlowConditionName];
        if (!condition) continue;
        values.set(condition.vector, index * dims);
        present[index] = condition.presence;
      }
      return [name, { values, present }];
    }),
  );
}
