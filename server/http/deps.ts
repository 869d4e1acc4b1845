/** What the HTTP room is given: every port it speaks to. Tests pass real ones or small ones of their own. */
import type { MiddlewareHandler } from "hono";
import type { DrawingsRequest, FittingDrawing } from "../../shared/contract/generations/drawings.ts";
import type { Generation } from "../../shared/contract/generations/generation.ts";
import type { Inversion, InversionRequest } from "../../shared/contract/generations/inversion.ts";
import type { PackInfo } from "../../shared/contract/meta.ts";
import type { Training, TrainingRequest } from "../../shared/contract/training.ts";
import type { Upscale } from "../../shared/contract/upscaling.ts";
import type { Family, FamilyRequest, Vector, VectorRequest } from "../../shared/contract/vectors.ts";
import type { WorkerInfo } from "../../shared/contract/workers.ts";
import type { KeptUploads } from "../jobs/blobs/kept-uploads.ts";
import type { JobQueue } from "../jobs/job-queue.ts";
import type { Standing, Tokens } from "./identity.ts";
import type { ChildCounts, Metrics } from "./metrics.ts";
import type { Spend } from "./rate-limit.ts";

export interface InferenceStatus {
  readonly state: "ready" | "starting" | "unavailable";
  /** The execution provider really in use; absent until a child is ready. */
  readonly provider?: string;
  readonly detail?: string;
  readonly counts?: ChildCounts | undefined;
}

export interface HttpLimits {
  readonly queueMax: number;
  readonly requestsPerMinute: number;
  readonly jsonMaxBytes: number;
  readonly trainingJsonMaxBytes: number;
  readonly uploadMaxBytes: number;
  readonly uploadsParallelMax: number;
  readonly uploadsMaxBytes: number;
  readonly uploadsKeptMaxBytes: number;
  readonly uploadsKeptMs: number;
  readonly uploadsKeptLeastMs: number;
  readonly eventHeartbeatMs: number;
  readonly eventPauseMs: number;
  readonly inversionsParallelMax: number;
  readonly inversionsWaitingMax: number;
  readonly vectorsParallelMax: number;
  readonly vectorsWaitingMax: number;
  readonly familiesParallelMax: number;
  readonly familiesWaitingMax: number;
  readonly attemptDeadlineMs: number;
  readonly batchAwaitMs: number;
  readonly batchPauseMs: number;
}

export interface AppDeps {
  readonly queue: JobQueue<Generation>;
  readonly upscales: JobQueue<Upscale>;
  readonly catalogue: {
    packs(): readonly PackInfo[];
    /** Whether a pack is part of the release, not the user's. */
    isShipped(id: string): boolean;
  };
  readonly inference: () => InferenceStatus;
  /** Newest first. */
  readonly workers: () => Promise<readonly WorkerInfo[]>;
  /** What keeps jobs and files from being kept, in words; undefined = nothing. */
  readonly storageFault: () => Promise<string | undefined>;
  /** Free room on the disk of the data folder. */
  readonly freeBytes?: () => Promise<number | undefined>;
  readonly trainings: JobQueue<Training, TrainingRequest>;
  /** PNG of an evaluation; undefined when there is none. @throws AppError queue_unavailable, store_unavailable */
  readonly readPreview: (training: string, step: number, index: number) => Promise<Uint8Array | undefined>;
  /** PNGs of generations by digest. */
  readonly results: { read(sha256: string): Promise<Uint8Array | undefined> };
  /** PNGs of upscales by digest. */
  readonly upscaled: { read(sha256: string): Promise<Uint8Array | undefined> };
  /** Read by a request through ./route.ts's `whileHeld`. */
  readonly uploads: Pick<KeptUploads, "keep" | "whileHeld" | "remove">;
  /** @throws AppError unsupported_media, image_rejected */
  readonly probeImage: (
    bytes: Uint8Array,
  ) => Promise<{ readonly widthPx: number; readonly heightPx: number; readonly mediaType: string }>;
  /** @throws AppError image_rejected for an SVG text that is not drawn, naming `field` */
  readonly checkDrawing: (svg: string, field: string) => void;
  /** z, v and likelihood of an upload. @throws AppError image_unknown, image_rejected, or the inference child's own code */
  readonly invert: (
    request: InversionRequest,
    signal: AbortSignal,
    standing: Standing,
  ) => Promise<Omit<Inversion, "request" | "packDigest">>;
  /** Drawings that a caption may start from. @throws AppError of the inference child, such as `caption_unknown` */
  readonly findDrawings: (
    request: DrawingsRequest,
    signal: AbortSignal,
    standing: Standing,
  ) => Promise<{ readonly drawings: FittingDrawing[] }>;
  /** An image file traced. @throws AppError image_rejected for one with nothing in it */
  readonly vectorise: (bytes: Uint8Array, options: Omit<VectorRequest, "image">) => Promise<Vector>;
  /** @throws AppError image_rejected, or the inference child's own code */
  readonly drawFamily: (
    request: FamilyRequest & { readonly seed: number },
    signal: AbortSignal,
    standing: Standing,
  ) => Promise<Family>;
  readonly token: string;
  /** Further tokens; absent = none. */
  readonly tokens?: Tokens;
  readonly version: string;
  /** Host names besides localhost that requests may name. */
  readonly hosts?: readonly string[];
  /** Overrides of shared/limits.ts, for tests. */
  readonly limits?: Partial<HttpLimits>;
  /** Folder of the built playground. */
  readonly playgroundDir?: string;
  /** Aborts when the server begins to stop: not ready, no new work. */
  readonly stopping: AbortSignal;
  /** Aborts later, when running jobs had their time: ends the event streams that are left. */
  readonly streamsEnd: AbortSignal;
  readonly metrics: Metrics;
  /** Makes a span of every request, where a collector is named. */
  readonly trace?: MiddlewareHandler | undefined;
  readonly log: Record<"debug" | "info" | "error", (fields: object, message: string) => void>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Requests of a token that are counted elsewhere too; absent = in this process alone. */
  readonly spend?: Spend | undefined;
}
