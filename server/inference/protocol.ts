/**
 * The protocol between a worker's process and its inference child, and the interface that jobs use. Messages are
 * structured-clone values over Node's IPC channel with `serialization: "advanced"`, which keeps typed arrays.
 */

import type { DrawingsRequest, FittingDrawing } from "../../shared/contract/generations/drawings.ts";
import type { OutOfDistribution, Stage } from "../../shared/contract/generations/generation.ts";
import type { ResolvedRequest } from "../../shared/contract/generations/generation-request.ts";
import type { Inversion, InversionRequest } from "../../shared/contract/generations/inversion.ts";
import type { Source } from "../../shared/contract/generations/sources.ts";
import type { ResolvedUpscale } from "../../shared/contract/upscaling.ts";
import type { AppError } from "../../shared/problem.ts";
import type { Picture, TracedPixels } from "../engine/interfaces.ts";
import type { UpscaleHandlers } from "../upscaling/upscale-queue.ts";

/**
 * An image of a request, decoded and fitted: premultiplied RGBA planes [4, sizePx, sizePx] in [0, 1], with a transparent
 * border.
 */
export interface ConditionImage {
  readonly planes: Float32Array;
  readonly sizePx: number;
}

/** Images by the digest of the upload, or `svg:` and the digest of an inline SVG's text: one key and size, one picture (held-images.ts). */
export type ConditionImages = ReadonlyMap<string, ConditionImage>;

/** The child's result of an inversion; the parent adds request and pack. */
export type InversionResult = Omit<Inversion, "request" | "packDigest">;

/** One finished image: unpremultiplied RGBA, 8 bits. */
export interface ImageResult {
  readonly index: number;
  readonly seed: number;
  readonly logLikelihood: number;
  readonly natsPerDimension: number;
  readonly conditionGain: number;
  readonly typicalityPercentile?: number;
  /** Retrieved drawings that it started from. */
  readonly sources?: Source[];
  readonly widthPx: number;
  readonly heightPx: number;
  /** [height, width, 4] sRGB, 0 to 255, unpremultiplied. */
  readonly rgba: Uint8Array;
  /** With `format: "svg"`, where the target knows layers: the same picture, enlarged before its edges were drawn. What is traced. */
  readonly enlarged?: TracedPixels;
}

export interface GenerateProgress {
  readonly stage: Stage;
  readonly completed: number;
  readonly total: number;
}

/** Findings about a request's conditions before anything is drawn. */
export interface ConditionFindings {
  /** Given conditions that are out of the training distribution. */
  readonly outOfDistribution: readonly OutOfDistribution[];
  /** Labels that its captions name. */
  readonly namedLabels: readonly string[];
  /** Words of its caption, in English, for which no drawing was found; absent where none was looked for. */
  readonly unfoundWords?: readonly string[];
}

export interface GenerateHandlers {
  readonly signal?: AbortSignal;
  onProgress?(progress: GenerateProgress): void;
  /** Called at most once, before the first image, if there are findings. */
  onFindings?(findings: ConditionFindings): void;
  /** Called at the end with the child's own time for the request, others beside it included. */
  onDone?(tookMs: number): void;
  /** Called for each image, in index order within a request. */
  onImage(image: ImageResult): void | Promise<void>;
}

/** The child's report when its packs are verified, loaded and warmed up. */
export interface ReadyInfo {
  readonly provider: string;
  /** Why a GPU that was chosen, and not required, gave way to the processor. */
  readonly providerRefused?: string;
  /** Ids and digests of the packs that the child loaded. */
  readonly packs: ReadonlyArray<{ readonly id: string; readonly digest: string }>;
  /** User packs that are broken or share a name with another one; the others are served without them. */
  readonly leftOut?: ReadonlyArray<{ readonly folder: string; readonly reason: string }>;
  readonly startMs: number;
  readonly pid: number;
  /** Resident memory of the child after warming up. */
  readonly rssBytes?: number;
}

/** Over all children so far. */
export interface InferenceCounts {
  /** Children that became ready. */
  readonly starts: number;
  /** Runs of a flow, and candidates that were drawn in them: of several, an image is the best. */
  readonly runs: number;
  readonly rows: number;
}

/**
 * The inference client: owns one child process, respawns it after a crash, and joins concurrent requests into batches inside
 * the child. Implemented by server/inference/client.ts.
 */
export interface InferenceClient {
  /** Resolves when the child is ready. @throws AppError of the child's start (`pack_corrupt`, `provider_unavailable` …) */
  start(): Promise<ReadyInfo>;
  /** Undefined while no child is ready (starting, or respawning after a crash). */
  readonly ready: ReadyInfo | undefined;
  readonly counts?: InferenceCounts;
  /** Why the last start failed, while no child is ready: another one is tried all the same. */
  readonly fault?: AppError | undefined;
  /**
   * Generates all images of a request; `images` holds every image that it names.
   * @throws AppError `cancelled`, `deadline_exceeded`, `inference_crashed`, `inference_unavailable`, or the engine's own code
   */
  generate(request: ResolvedRequest, handlers: GenerateHandlers, images?: ConditionImages): Promise<void>;
  /** z, v and likelihood of an image. @throws as `generate` */
  invert(request: InversionRequest, images: ConditionImages, signal?: AbortSignal): Promise<InversionResult>;
  /** Drawings of a library that a caption may start from. @throws as `generate` */
  drawings(request: DrawingsRequest, images: ConditionImages, signal?: AbortSignal): Promise<FittingDrawing[]>;
  /** Enlarges a decoded image. @throws as `generate`, and `upscale_too_large`, `pack_unavailable` without an upscaler */
  upscale(request: ResolvedUpscale, image: Picture, handlers: UpscaleHandlers): Promise<void>;
  /** Replaces the child by one that loads the packs as they are now; requests wait for it. Resolves when it is ready. */
  reload(): Promise<ReadyInfo>;
  /** Ends the child; running requests reject with `cancelled`. */
  close(): Promise<void>;
}
