/** What the conformance suite of queues needs to know of each kind of job: requests, images and findings to try it with. */
import { generationKind, type JobKind, trainingKind, upscaleKind } from "../../server/jobs/job-kinds.ts";
import type { Findings, ImageOf, JobBody, JobOutcome, JobRequest } from "../../server/jobs/job-queue.ts";
import type { Generation } from "../../shared/contract/generations/generation.ts";
import { ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import type { Training, TrainingRequest } from "../../shared/contract/training.ts";
import { ResolvedUpscaleSchema, type Upscale } from "../../shared/contract/upscaling.ts";

export interface JobSample<Body extends JobBody, Request = Body["request"]> {
  readonly kind: JobKind<Body, Request>;
  /** What a body says from the start. */
  readonly facts: Partial<Findings<Body>>;
  /** How its worker says that it is done. */
  readonly done: JobOutcome<Body> & { readonly state: "done" };
  /** A stage in which units are counted. */
  readonly stage: Body["progress"]["stage"];
  requestOf(text: string, count?: number): Request;
  /** Absent where a kind makes no images. */
  imageOf?(index: number, sha256: string): ImageOf<Body>;
  /** Lists are searched by the text of requests. */
  readonly isSearched: boolean;
  /** One without a caption that is searched by a label, the code "n03345487" with the title "Fire engine". */
  readonly labelled?: JobRequest<Body, Request>;
  readonly found: Partial<Findings<Body>>;
  /** What was found stays when the next attempt begins, which goes on where the last one was. */
  readonly isFoundOnce?: boolean;
  /** A request that names uploads wherever it can. */
  readonly uploads: { readonly request: Request; readonly digests: readonly string[] };
}

const [first, second, third] = ["1", "2", "3"].map((digit) => digit.repeat(64)) as [string, string, string];
const packDigest = "cd".repeat(32);
const stored = (index: number, sha256: string) => ({
  sha256,
  bytes: 10,
  path: `/${index}.png`,
  widthPx: 8,
  heightPx: 8,
});

export const generations: JobSample<Generation> = {
  kind: generationKind,
  facts: { packDigest },
  done: { state: "done", durationMs: 5 },
  stage: "translating",
  requestOf: (caption, count = 1) => ResolvedRequestSchema.parse({ condition: { caption }, count, seed: 7 }),
  imageOf: (index, sha256) => ({
    index,
    seed: 7 + index,
    logLikelihood: -1,
    natsPerDimension: 1,
    conditionGain: 2,
    ...stored(index, sha256),
  }),
  isSearched: true,
  labelled: {
    packDigest,
    labelTitle: "Fire engine",
    request: ResolvedRequestSchema.parse({ condition: { label: "n03345487" }, count: 1, seed: 7 }),
  },
  found: { outOfDistribution: [{ field: "caption", score: 9, threshold: 5 }], namedLabels: ["apple"] },
  uploads: {
    request: ResolvedRequestSchema.parse({
      condition: { sketch: { image: first } },
      keepResidualOf: { image: second },
      blendWith: { image: "4".repeat(64), condition: { image: { image: third } } },
      count: 2,
      seed: 7,
    }),
    digests: [first, second, third],
  },
};

const enlarge = (count: number) =>
  ResolvedUpscaleSchema.parse({ image: first, scale: 2, detail: 0.5, count, seed: 7, variance: true });

export const upscales: JobSample<Upscale> = {
  kind: upscaleKind,
  facts: { packDigest },
  done: { state: "done", durationMs: 5 },
  stage: "upscaling",
  requestOf: (_, count = 1) => enlarge(count),
  imageOf: (index, sha256) => ({
    index,
    kind: "hypothesis",
    seed: 7 + index,
    lrPsnrDb: 60,
    ...stored(index, sha256),
  }),
  isSearched: false,
  found: { notes: ["to_srgb", "turned_upright"] },
  uploads: { request: enlarge(1), digests: [first] },
};

const examplesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ image: `${index + 1}`.repeat(64), captions: ["a bird"] }));
const requestOf = (name: string, count = 1): TrainingRequest => ({
  name,
  isFromScratch: false,
  isForced: false,
  settings: {},
  examples: examplesOf(count),
});

export const trainings: JobSample<Training, TrainingRequest> = {
  kind: trainingKind,
  facts: { base: { pack: "icons", digest: packDigest, translation: "caption" } },
  done: { state: "done" },
  stage: "training",
  requestOf,
  isSearched: false,
  found: { preview: { step: 25, images: [{ caption: "a bird", sizePx: 16, path: "/0.png" }] } },
  isFoundOnce: true,
  uploads: { request: requestOf("mine", 3), digests: [first, second, third] },
};
