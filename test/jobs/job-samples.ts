/** What the conformance suite of queues needs to know of each kind of job: requests, images and findings to try it with. */
import { generationKind, type JobKind, upscaleKind } from "../../server/jobs/job-kinds.ts";
import type { Findings, ImageOf, JobBody } from "../../server/jobs/job-queue.ts";
import { type Generation, ResolvedRequestSchema } from "../../shared/contract.ts";
import { ResolvedUpscaleSchema, type Upscale } from "../../shared/upscaling.ts";

export interface JobSample<Body extends JobBody> {
  readonly kind: JobKind<Body>;
  /** A stage in which units are counted. */
  readonly stage: Body["progress"]["stage"];
  requestOf(text: string, count?: number): Body["request"];
  imageOf(index: number, sha256: string): ImageOf<Body>;
  /** Lists are searched by the text of requests. */
  readonly isSearched: boolean;
  readonly found: Findings<Body>;
  /** A request that names uploads wherever it can. */
  readonly uploads: { readonly request: Body["request"]; readonly digests: readonly string[] };
}

const [first, second, third] = ["1", "2", "3"].map((digit) => digit.repeat(64)) as [string, string, string];
const stored = (index: number, sha256: string) => ({
  sha256,
  bytes: 10,
  path: `/${index}.png`,
  widthPx: 8,
  heightPx: 8,
});

export const generations: JobSample<Generation> = {
  kind: generationKind,
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
  found: { outside: [{ field: "caption", score: 9, threshold: 5 }], namedLabels: ["apple"] },
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
