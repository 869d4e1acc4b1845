/**
 * Answers of a server checked by hand: what the plugin reads of them is there and of the right type. The schemas that
 * describe them are the server's; with them the plugin would carry a library four times its own size.
 */
import type { BatchEvent } from "../../../shared/contract/generations/batches.ts";
import type { FittingDrawing } from "../../../shared/contract/generations/drawings.ts";
import type { Generation, GenerationList } from "../../../shared/contract/generations/generation.ts";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import type { Meta } from "../../../shared/contract/meta.ts";
import type { Training, TrainingList } from "../../../shared/contract/training.ts";
import type { ImageUpload } from "../../../shared/contract/upload.ts";
import { upscaleFactors } from "../../../shared/contract/upscale-scales.ts";
import type { Upscale } from "../../../shared/contract/upscaling.ts";
import type { Family, Vector } from "../../../shared/contract/vectors.ts";
import type { VectorRecord } from "../../../shared/messages/vector-messages.ts";
import { type Problem, problemCodes } from "../../../shared/problem.ts";

/** The value, with defaults for what older servers leave out; undefined when it is something else. */
export type Guard<T> = (value: unknown) => T | undefined;

type Fields = Readonly<Record<string, unknown>>;
type Test = (value: unknown) => boolean;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const isText: Test = (value) => typeof value === "string";
const isNumber: Test = (value) => typeof value === "number" && Number.isFinite(value);
const isWhole: Test = Number.isInteger;
const isFlag: Test = (value) => typeof value === "boolean";
const isOneOf =
  (...values: readonly unknown[]): Test =>
  (value) =>
    values.includes(value);
const isListOf =
  (test: Test): Test =>
  (value) =>
    Array.isArray(value) && value.every(test);
const isMaybe =
  (test: Test): Test =>
  (value) =>
    value === undefined || test(value);
/** Fields of a kind each; others may be there too. */
const has =
  (tests: Readonly<Record<string, Test>>): Test =>
  (value) =>
    isFields(value) && Object.entries(tests).every(([key, test]) => test(value[key]));

const isNamed = has({ id: isText, label: isText });
const isState = isOneOf("queued", "running", "done", "failed", "cancelled");
const isProblem = has({
  code: isOneOf(...problemCodes),
  detail: isText,
  retryAfterSeconds: isMaybe(isNumber),
  largestScale: isMaybe(isNumber),
});

const isTranslation = has({
  id: isText,
  label: isText,
  conditions: isListOf(isText),
  styles: isListOf(has({ id: isText, label: isText, kind: isMaybe(isText) })),
  labels: isListOf(isNamed),
  depths: isListOf(isText),
  layout: isMaybe(
    has({ columns: isWhole, rows: isWhole, palette: isListOf(has({ id: isText, label: isText, hex: isText })) }),
  ),
  defaultStyle: isMaybe(isText),
  isInvertible: isMaybe(isFlag),
  hasDiversity: isMaybe(isFlag),
  hasDrawings: isMaybe(isFlag),
  hasNodes: isMaybe(isFlag),
  widthPx: isWhole,
  heightPx: isWhole,
});
const isMeta = has({
  name: isOneOf("tau"),
  version: isText,
  api: has({ min: isWhole, max: isWhole }),
  packs: isListOf(
    has({
      id: isText,
      digest: isText,
      translations: isListOf(isTranslation),
      upscaler: isMaybe(has({ id: isText, scales: isListOf(isNumber) })),
    }),
  ),
});

const isStyle: Test = (value) => isText(value) || has({ images: isListOf(isText) })(value);
const isCondition = has({ caption: isMaybe(isText), style: isMaybe(isStyle) });
const isPicture = has({ index: isWhole, widthPx: isWhole, heightPx: isWhole, path: isText });
const isJob = {
  id: isText,
  state: isState,
  packDigest: isText,
  createdAt: isText,
  problem: isMaybe(isProblem),
};
const isGeneration = has({
  ...isJob,
  labelTitle: isMaybe(isText),
  unfoundWords: isMaybe(isListOf(isText)),
  request: has({
    condition: isCondition,
    count: isWhole,
    seed: isWhole,
    temperature: isNumber,
    guidance: isNumber,
    translation: isText,
  }),
  progress: has({
    stage: isOneOf("waiting", "encoding", "translating", "decoding", "storing", "finished"),
    completed: isWhole,
    total: isWhole,
    position: isMaybe(isWhole),
  }),
  images: isListOf(
    (value) =>
      isPicture(value) &&
      has({ seed: isWhole, logLikelihood: isNumber, natsPerDimension: isNumber, conditionGain: isMaybe(isNumber) })(
        value,
      ),
  ),
});
const isUpscale = has({
  ...isJob,
  request: has({ image: isText, scale: isOneOf(...upscaleFactors), detail: isNumber, seed: isWhole, count: isWhole }),
  progress: has({
    stage: isOneOf("waiting", "decoding", "upscaling", "storing", "finished"),
    completed: isWhole,
    total: isWhole,
    position: isMaybe(isWhole),
  }),
  images: isListOf((value) => isPicture(value) && has({ kind: isOneOf("hypothesis", "variance") })(value)),
});

export const readMeta: Guard<Meta> = (value) => (isMeta(value) ? (value as Meta) : undefined);
export const readProblem: Guard<Problem> = (value) => (isProblem(value) ? (value as Problem) : undefined);

export const readGeneration: Guard<Generation> = (value) =>
  isGeneration(value)
    ? { ...{ outOfDistribution: [], namedLabels: [], isStarred: false }, ...(value as Generation) }
    : undefined;

/** An event of a batch; undefined for events of other kinds. */
export function readBatchEvent(event: string | undefined, data: string): BatchEvent | undefined {
  try {
    const value: unknown = JSON.parse(data);
    if (!has({ index: isWhole })(value)) return undefined;
    const { index, generation, problem } = value as { index: number; generation?: unknown; problem?: unknown };
    const known = readGeneration(generation);
    if ((event === "accepted" || event === "finished") && known) return { event, index, generation: known };
    return event === "refused" && isProblem(problem) ? { event, index, problem: problem as Problem } : undefined;
  } catch {
    return undefined;
  }
}

export const readUpscale: Guard<Upscale> = (value) =>
  isUpscale(value) ? { ...{ notes: [] }, ...(value as Upscale) } : undefined;

export const readUpload: Guard<ImageUpload> = (value) =>
  has({ digest: isText, widthPx: isWhole, heightPx: isWhole })(value) ? (value as ImageUpload) : undefined;

const isVector = has({ svg: isText, widthPx: isWhole, heightPx: isWhole, leftOutCount: isWhole });
export const readVector: Guard<Vector> = (value) => (isVector(value) ? (value as Vector) : undefined);

const isDrawing = has({ id: isText, icon: isText, svg: isText, set: isMaybe(isText), licence: isMaybe(isText) });
export const readDrawings: Guard<{ readonly drawings: readonly FittingDrawing[] }> = (value) =>
  has({ drawings: isListOf(isDrawing) })(value)
    ? (value as { readonly drawings: readonly FittingDrawing[] })
    : undefined;

const isRefusedName = has({ name: isText, problem: isProblem });
const isMember = has({ name: isText, seed: isWhole, vector: isMaybe(isVector), png: isMaybe(isText) });
const isFamily = has({
  packDigest: isText,
  palette: isListOf(isText),
  members: isListOf(isMember),
  refused: isMaybe(isListOf(isRefusedName)),
  request: has({ translation: isText, seed: isWhole, temperature: isNumber }),
});
export const readFamily: Guard<Family> = (value) =>
  isFamily(value) ? { ...(value as Family), refused: (value as Partial<Family>).refused ?? [] } : undefined;

const isTraining = has({
  ...isJob,
  request: has({ name: isText }),
  packDigest: isMaybe(isText),
  progress: has({ stage: isText, completed: isWhole, total: isWhole }),
  preview: isMaybe(has({ images: isListOf(has({ caption: isText, path: isText })) })),
  result: isMaybe(
    has({
      isBetter: isFlag,
      worseBy: isMaybe(isText),
      startNats: isNumber,
      finalNats: isNumber,
      cost: has({ kwh: isNumber, euros: isNumber, co2Grams: isNumber, wallSeconds: isNumber }),
    }),
  ),
});
export const readTraining: Guard<Training> = (value) => (isTraining(value) ? (value as Training) : undefined);
export const readTrainingList: Guard<TrainingList> = (value) =>
  has({ trainings: isListOf(isTraining) })(value) ? (value as TrainingList) : undefined;

/** What a vector remembers; undefined when nothing, or when another version wrote something else there. */
export function readRecord(text: string | undefined): VectorRecord | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    const isRecord = has({
      palette: isMaybe(isListOf(isText)),
      bindings: isMaybe(
        has({ collectionId: isText, modeId: isText, variables: isListOf(has({ hex: isText, variableId: isText })) }),
      ),
    });
    return isRecord(value) ? (value as VectorRecord) : undefined;
  } catch {
    return undefined;
  }
}

export const readGenerationList: Guard<GenerationList> = (value) => {
  if (!has({ generations: isListOf(isGeneration), nextBefore: isMaybe(isText) })(value)) return undefined;
  const list = value as GenerationList;
  return { ...list, generations: list.generations.map((generation) => readGeneration(generation)!) };
};

const isProvenance = has({
  format: isOneOf(1),
  packId: isText,
  packDigest: isText,
  translation: isText,
  condition: isCondition,
  seed: isWhole,
  temperature: isNumber,
  guidance: isNumber,
});

/** Nodes made before version 0.20 call the share of retrieval `examples`. */
const withRetrieval = ({ examples, ...made }: Provenance & { readonly examples?: number }): Provenance =>
  examples === undefined ? made : { retrieval: examples, ...made };

/** Provenance of a node; undefined when another version or another plugin wrote something else there. */
export function readProvenance(text: string): Provenance | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isProvenance(value) ? withRetrieval(value as Provenance & { examples?: number }) : undefined;
  } catch {
    return undefined;
  }
}
