/** The kinds of job that a queue holds, and all in which they differ for it. */
import type { z } from "zod";
import { type Generation, GenerationSchema } from "../../shared/contract.ts";
import { uploadsIn } from "../../shared/request-sources.ts";
import { type Upscale, UpscaleSchema } from "../../shared/upscaling.ts";
import type { JobBody } from "./job-queue.ts";

export type Asked<Body extends JobBody> = Pick<Body, "id" | "request" | "packDigest" | "createdAt"> &
  Pick<JobBody, "upscalerDigest">;

export interface JobKind<Body extends JobBody> {
  /** What one is called, in messages and as the field of its record on disk. */
  readonly one: string;
  readonly many: string;
  readonly schema: z.ZodType<Body>;
  /** The body of a job of which nothing is known but what was asked. */
  blank(asked: Asked<Body>): Body;
  /** The stage that an attempt begins with. */
  readonly firstStage: Body["progress"]["stage"];
  /** Digests of the uploads that it needs. */
  uploadsIn(request: Body["request"]): string[];
  /** What a list is searched by. */
  textOf(request: Body["request"]): string;
  /** Where its images are, by their index. */
  imagePath(id: string, index: number): string;
  /** After which a client may find room: about a job's length on a small machine. */
  readonly retryAfterSeconds: number;
}

export const generationKind: JobKind<Generation> = {
  one: "generation",
  many: "generations",
  schema: GenerationSchema,
  blank: (asked) => ({
    ...asked,
    state: "queued",
    progress: { stage: "waiting", completed: 0, total: asked.request.count },
    images: [],
    outside: [],
    namedLabels: [],
  }),
  firstStage: "encoding",
  uploadsIn: (request) => uploadsIn(request).map(({ digest }) => digest),
  textOf: ({ condition }) => condition.caption ?? "",
  imagePath: (id, index) => `/v1/generations/${id}/images/${index}.png`,
  retryAfterSeconds: 5,
};

export const upscaleKind: JobKind<Upscale> = {
  one: "upscale",
  many: "upscales",
  schema: UpscaleSchema,
  blank: (asked) => ({
    ...asked,
    state: "queued",
    progress: { stage: "waiting", completed: 0, total: 0 },
    images: [],
    notes: [],
  }),
  firstStage: "decoding",
  uploadsIn: ({ image }) => [image],
  textOf: () => "",
  imagePath: (id, index) => `/v1/upscales/${id}/images/${index}.png`,
  retryAfterSeconds: 30,
};
