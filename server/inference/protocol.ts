/**
 * The words between the worker's process and its inference child, and the interface that the jobs room programs against.
 * Messages are structured-clone values over Node's IPC channel with `serialization: "advanced"`, so typed arrays pass as they are.
 */
import type { Inversion, InversionRequest, OutOfDistribution, ResolvedRequest, Stage } from "../../shared/contract.ts";
import type { AppError } from "../../shared/problem.ts";
import type { ResolvedUpscale } from "../../shared/upscaling.ts";
import type { Pixels } from "../engine/interfaces.ts";
import type { UpscaleHandlers } from "../upscaling/upscale-queue.ts";

/** An image that a request names, decoded and fitted: premultiplied RGBA planes [4, sizePx, sizePx] in [0, 1], transparent around. */
export interface ConditionImage {
  readonly planes: Float32Array;
  readonly sizePx: number;
}

/** By the digest of the upload, or `svg:` and the digest of an inline SVG's text. */
export type ConditionImages = ReadonlyMap<string, ConditionImage>;

/** What the child finds of an image; the parent adds request and pack. */
export type InversionResult = Omit<Inversion, "request" | "packDigest">;

/** One finished image: PNG-ready straight RGBA (not premultiplied), 8 bits. */
export interface ImageResult {
  readonly index: number;
  readonly seed: number;
  readonly logLikelihood: number;
  readonly natsPerDimension: number;
  readonly conditionGain: number;
  readonly typicalityPercentile?: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** [height, width, 4] sRGB 0 to 255, straight alpha. */
  readonly rgba: Uint8Array;
}

export interface GenerateProgress {
  readonly stage: Stage;
  readonly completed: number;
  readonly total: number;
}

/** What is known of a request's conditions before anything is drawn. */
export interface ConditionFindings {
  /** Given conditions that lie outside what was learned. */
  readonly outOfDistribution: readonly OutOfDistribution[];
  /** Labels that its captions named. */
  readonly namedLabels: readonly string[];
}

export interface GenerateHandlers {
  readonly signal?: AbortSignal;
  onProgress?(progress: GenerateProgress): void;
  /** Called at most once, before the first image, when there is something to tell. */
  onFindings?(findings: ConditionFindings): void;
  /** Called once an image, in index order within a request. */
  onImage(image: ImageResult): void | Promise<void>;
}

/** What the child says once its packs are verified, loaded and warmed up. */
export interface ReadyInfo {
  readonly provider: string;
  /** Pack ids → digests that the child really loaded. */
  readonly packs: ReadonlyArray<{ readonly id: string; readonly digest: string }>;
  /** A user's packs that are broken or name what another one names: the others serve without them. */
  readonly leftOut?: ReadonlyArray<{ readonly folder: string; readonly reason: string }>;
  readonly startMs: number;
  readonly pid: number;
  /** Resident memory of the child after warming up. */
  readonly rssBytes?: number;
}

/**
 * The inference client: owns one child process, respawns it after a crash, joins concurrent requests into batches
 * inside the child. Implemented by server/inference/client.ts.
 */
export interface InferenceClient {
  /** Resolves when the child is ready. @throws AppError of the child's start-up fault (`pack_corrupt`, `provider_unavailable` …). */
  start(): Promise<ReadyInfo>;
  /** Undefined while no child is ready (starting, crashed and respawning). */
  readonly ready: ReadyInfo | undefined;
  /** Why the last start failed, while no child is ready: another one is tried all the same. */
  readonly fault?: AppError | undefined;
  /**
   * Makes all images of a request; `images` holds every image that the request names.
   * @throws AppError `cancelled`, `deadline_exceeded`, `inference_crashed`, `inference_unavailable`, or the engine's own code
   */
  generate(request: ResolvedRequest, handlers: GenerateHandlers, images?: ConditionImages): Promise<void>;
  /** z, v and likelihood of an image. @throws as `generate` */
  invert(request: InversionRequest, images: ConditionImages, signal?: AbortSignal): Promise<InversionResult>;
  /** Enlarges a decoded image. @throws as `generate`, and `upscale_too_large`, `pack_unavailable` without an upscaler */
  upscale(request: ResolvedUpscale, image: Pixels, handlers: UpscaleHandlers): Promise<void>;
  /** Replaces the child by one that loads the packs as they are now; requests wait for it. Resolves when it is ready. */
  reload(): Promise<ReadyInfo>;
  /** Ends the child; running requests reject with `cancelled`. */
  close(): Promise<void>;
}
