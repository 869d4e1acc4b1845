/**
 * The contract of training over HTTP: what a client sends to make a translation of its own, and the job that it then follows.
 * Examples are named by the digests of their uploads; what they must be is otherwise what `tau train DIR` asks of a folder.
 */
import { z } from "zod";
import { limits } from "../limits.ts";
import { AppError } from "../problem.ts";
import { ProblemSchema } from "../problem-document.ts";
import { CaptionSchema, DigestSchema } from "./conditions.ts";
import { JobStateSchema, OwnerSchema, SeedSchema, StarSchema } from "./job-fields.ts";

/** Id of the new pack and of its translation. */
const nameExpected = "a lower-case letter, then up to 39 lower-case letters, digits and hyphens";
export const TrainingNameSchema = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, `expected ${nameExpected}`);

const ExampleSchema = z.strictObject({
  image: DigestSchema,
  /** What the image shows, the plainest first. */
  captions: z.array(CaptionSchema).min(1).max(limits.exampleCaptionsMax),
  /** Words for the style: each caption is learned without and with them before it. */
  style: z.string().trim().min(1).max(64).optional(),
});
export type TrainingExample = z.infer<typeof ExampleSchema>;

/** Whatever is absent is as `tau train` has it. */
const SettingsSchema = z.strictObject({
  /** Most optimiser steps. */
  steps: z.number().int().min(1).max(limits.trainingStepsMax).optional(),
  /** Images a step; fewer for small sets. */
  batch: z.number().int().min(1).max(limits.trainingBatchMax).optional(),
  /** Its peak. */
  learningRate: z.number().gt(0).max(0.1).optional(),
  /** On embeddings and hidden layers. */
  dropout: z.number().min(0).max(0.9).optional(),
  /** Evaluations without improvement before it stops. */
  patience: z.number().int().min(1).max(limits.trainingStepsMax).optional(),
  /** Of batches and noise. */
  seed: SeedSchema.optional(),
});

const requestFields = {
  name: TrainingNameSchema,
  /** What people see; absent = the name. */
  label: z.string().trim().min(1).max(80).optional(),
  /**
   * Translation of `Meta` to start from: one from captions, or one between styles. Absent = that between styles where the examples are of
   * one colour and nothing is said of steps, else the first from captions.
   */
  base: z.string().min(1).max(64).optional(),
  /** Fresh weights instead of the base's. */
  isFromScratch: z.boolean().default(false),
  /** Publishes even what is no better than its start. */
  isForced: z.boolean().default(false),
  settings: SettingsSchema.default({}),
};

export const TrainingRequestSchema = z
  .strictObject({ ...requestFields, examples: z.array(ExampleSchema).max(limits.examplesMax) })
  .superRefine(({ examples }, context) => {
    const complain = (path: Array<string | number>, message: string): void =>
      context.addIssue({ code: "custom", path, message, params: { problem: "dataset_invalid" } });
    if (examples.length < limits.examplesMin)
      complain(["examples"], `expected at least ${limits.examplesMin} examples, got ${examples.length}`);
    const seen = new Map<string, number>();
    for (const [index, { image }] of examples.entries()) {
      const first = seen.get(image);
      if (first !== undefined)
        complain(["examples", index, "image"], `expected each image once, got that of examples.${first} again`);
      else seen.set(image, index);
    }
  });
export type TrainingRequest = z.infer<typeof TrainingRequestSchema>;

const PreviewSchema = z.object({
  step: z.number().int(),
  /** What the flow drew for held-out captions, at temperature 0. The bytes of a path never change. */
  images: z.array(z.object({ caption: z.string(), sizePx: z.number().int(), path: z.string() })),
});

/** `waiting` in the queue, `reading` and `encoding` the examples, `training`, `publishing`, `finished`. */
const TrainingStageSchema = z.enum(["waiting", "reading", "encoding", "training", "publishing", "finished"]);

const TrainingProgressSchema = z.object({
  stage: TrainingStageSchema,
  /** Parts of the stage: images read; captions and images encoded, drawings transferred and encoded; steps trained. */
  completed: z.number().int(),
  total: z.number().int(),
  /** Trainings ahead while waiting; 0 = next. */
  position: z.number().int().optional(),
  /** What a running training waits for before it goes on by itself; absent = nothing. */
  waitingFor: z.enum(["room on the disk"]).optional(),
  epoch: z.number().optional(),
  /** Nats per dimension, of training images since the last evaluation and of held-out ones, given their captions. */
  trainNats: z.number().optional(),
  heldOutNats: z.number().optional(),
  bestNats: z.number().optional(),
  /** At most: training stops early when held-out images stop gaining. */
  secondsLeft: z.number().optional(),
});

/** What a training cost: an estimate by the stated formula and factors. */
const CostCardSchema = z.object({
  wallSeconds: z.number(),
  cpuSeconds: z.number(),
  processor: z.string(),
  formula: z.string(),
  wattsPerCore: z.number(),
  eurosPerKwh: z.number(),
  co2GramsPerKwh: z.number(),
  kwh: z.number(),
  euros: z.number(),
  co2Grams: z.number(),
  /** What the paper reports for its own cINN, and for BigGAN. */
  paperKwh: z.object({ cinn: z.number(), bigGan: z.number() }),
});

const TrainingResultSchema = z.object({
  /** Absent when the flow was no better than its start, and so was not published. */
  pack: z.object({ id: z.string(), version: z.string(), digest: z.string() }).optional(),
  /** Whether the server draws with the new pack already; else it does after its next start. */
  isServed: z.boolean(),
  isBetter: z.boolean(),
  /** What kept it from being better: `judge` where only the style judge loses. */
  worseBy: z.enum(["nats", "judge"]).optional(),
  /** Held-out nats per dimension, given captions: before and after. */
  startNats: z.number(),
  finalNats: z.number(),
  /** Share of drawn held-out captions that the style judge gives to the images' style; absent where none can judge. */
  startJudge: z.number().optional(),
  finalJudge: z.number().optional(),
  /** The base's style that the flow started from. */
  startStyle: z.string().optional(),
  images: z.object({
    usable: z.number().int(),
    heldOut: z.number().int(),
    /** What was wrong with single examples, by kind; `shown` names the first cases. */
    issues: z.array(z.object({ kind: z.string(), count: z.number().int(), shown: z.array(z.string()) })),
  }),
  /** Why it stopped: `finished` its steps, or `no improvement`. */
  reason: z.string(),
  steps: z.number().int(),
  bestStep: z.number().int(),
  cost: CostCardSchema,
});
export type TrainingResult = z.infer<typeof TrainingResultSchema>;

export const TrainingSchema = z.object({
  id: z.string(),
  state: JobStateSchema,
  /** As it was asked, with the number of examples in their place. */
  request: z.object({ ...requestFields, examples: z.number().int() }),
  /** The pack and translation that it starts from. */
  base: z.object({
    pack: z.string(),
    digest: z.string(),
    translation: z.string(),
    /** True: the style is learned on a flow between styles; else a flow from captions is trained. */
    isOfStyles: z.boolean().optional(),
  }),
  /** The style as it was read of the examples: it can be used while a better one is searched for, and stays after a cancel. */
  published: z.object({ version: z.string(), digest: z.string(), isServed: z.boolean() }).optional(),
  createdAt: z.string(),
  finishedAt: z.string().optional(),
  progress: TrainingProgressSchema,
  /** Of the last evaluation. */
  preview: PreviewSchema.optional(),
  result: TrainingResultSchema.optional(),
  problem: ProblemSchema.optional(),
  isStarred: StarSchema,
  owner: OwnerSchema,
});
export type Training = z.infer<typeof TrainingSchema>;

export const TrainingListSchema = z.object({
  trainings: z.array(TrainingSchema),
  /** Pass as `before` to get the next page; absent on the last. */
  nextBefore: z.string().optional(),
});
export type TrainingList = z.infer<typeof TrainingListSchema>;

/** The complaint about a name that something else has. */
export function nameTaken(name: string, owner: string): AppError {
  const expected = "a name that is free, or of a pack of your own";
  const received = `"${name}", the name of ${owner}`;
  return new AppError("name_taken", `name: expected ${expected}, got ${received}`, {
    field: "name",
    expected,
    received,
  });
}
