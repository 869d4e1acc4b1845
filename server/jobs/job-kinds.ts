/** The kinds of job that a queue holds, and all in which they differ for it. */
import type { z } from "zod";
import { type Generation, GenerationSchema } from "../../shared/contract/generations/generation.ts";
import { uploadsIn } from "../../shared/contract/generations/request-sources.ts";
import type { JobState } from "../../shared/contract/job-fields.ts";
import { nameTaken, type Training, type TrainingRequest, TrainingSchema } from "../../shared/contract/training.ts";
import { type Upscale, UpscaleSchema } from "../../shared/contract/upscaling.ts";
import { limits } from "../../shared/limits.ts";
import type { AppError } from "../../shared/problem.ts";
import type { JobBody } from "./job-queue.ts";

export interface JobKind<Body extends JobBody, Request = Body["request"]> {
  /** What one is called, in messages and as the field of its record on disk. */
  readonly one: string;
  readonly many: string;
  readonly schema: z.ZodType<Body>;
  /** What the client sees of a request. */
  shown(request: Request): Body["request"];
  /** What an attempt begins with: progress, no images, no findings. */
  fresh(request: Body["request"]): Partial<Body> & Pick<Body, "progress">;
  /** The stage that an attempt begins with. */
  readonly firstStage: Body["progress"]["stage"];
  /** The progress that stays. */
  lastProgress(progress: Body["progress"], state: JobState): Body["progress"];
  /** Digests of the uploads that it needs. */
  uploadsIn(request: Request): string[];
  /** Digests of the packs that its worker needs. */
  packsOf(body: Body): string[];
  /** What a list is searched by, known from the start. */
  textOf(body: Body): string;
  /** What only one open job may have at a time, and the complaint of another; absent = nothing. */
  readonly claim?: {
    of(request: Body["request"]): string;
    taken(claim: string): AppError;
  };
  /** Whether a job takes many times as long as others: only some of those run at once; absent = none does. */
  isSlow?(request: Body["request"]): boolean;
  /** Most processes that may die while they run it; absent = any number: it goes on where it was. */
  readonly startsMax?: number;
  /** After which a client may find room: about a job's length on a small machine. */
  readonly retryAfterSeconds: number;
}

const allOrNothing = <Stage extends string>({ total }: { readonly total: number }, state: JobState) => ({
  stage: "finished" as Stage & "finished",
  completed: state === "done" ? total : 0,
  total,
});

export const generationKind: JobKind<Generation> = {
  one: "generation",
  many: "generations",
  schema: GenerationSchema,
  shown: (request) => request,
  fresh: ({ count }) => ({
    progress: { stage: "waiting", completed: 0, total: count },
    images: [],
    outOfDistribution: [],
    namedLabels: [],
  }),
  firstStage: "encoding",
  lastProgress: allOrNothing,
  uploadsIn: (request) => uploadsIn(request).map(({ digest }) => digest),
  packsOf: ({ packDigest, upscalerDigest, lenderDigest }) =>
    [packDigest, upscalerDigest, lenderDigest].filter((digest) => digest !== undefined),
  textOf: ({ request: { condition }, labelTitle }) =>
    [condition.caption, condition.label, labelTitle].filter((part) => typeof part === "string").join(" "),
  isSlow: ({ upscale }) => upscale !== undefined,
  startsMax: limits.attemptsMax,
  retryAfterSeconds: 5,
};

export const upscaleKind: JobKind<Upscale> = {
  one: "upscale",
  many: "upscales",
  schema: UpscaleSchema,
  shown: (request) => request,
  fresh: () => ({ progress: { stage: "waiting", completed: 0, total: 0 }, images: [], notes: [] }),
  firstStage: "decoding",
  lastProgress: allOrNothing,
  uploadsIn: ({ image }) => [image],
  packsOf: ({ packDigest }) => [packDigest],
  textOf: () => "",
  startsMax: limits.attemptsMax,
  retryAfterSeconds: 30,
};

export const trainingKind: JobKind<Training, TrainingRequest> = {
  one: "training",
  many: "trainings",
  schema: TrainingSchema,
  shown: ({ examples, ...request }) => ({ ...request, examples: examples.length }),
  fresh: ({ examples }) => ({ progress: { stage: "waiting", completed: 0, total: examples } }),
  // Its child says when it begins to read.
  firstStage: "waiting",
  lastProgress: ({ secondsLeft: _, ...progress }) => ({ ...progress, stage: "finished" }),
  uploadsIn: ({ examples }) => examples.map(({ image }) => image),
  packsOf: ({ base }) => [base.digest],
  textOf: () => "",
  claim: {
    of: ({ name }) => name,
    taken: (name) => nameTaken(name, "a training that is not finished"),
  },
  retryAfterSeconds: 60,
};
