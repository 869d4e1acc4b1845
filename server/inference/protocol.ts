/**
 * The words between the worker's process and its inference child, and the interface that the jobs room programs against.
 * Messages are structured-clone values over Node's IPC channel with `serialization: "advanced"`, so typed arrays pass as they are.
 */
import type { ResolvedRequest, Stage } from "../../shared/contract.ts";

/** One finished image: PNG-ready straight RGBA (not premultiplied), 8 bits. */
export interface ImageResult {
  readonly index: number;
  readonly seed: number;
  readonly logLikelihood: number;
  readonly natsPerDimension: number;
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

export interface GenerateHandlers {
  readonly signal?: AbortSignal;
  onProgress?(progress: GenerateProgress): void;
  /** Called once an image, in index order within a request. */
  onImage(image: ImageResult): void | Promise<void>;
}

/** What the child says once its packs are verified, loaded and warmed up. */
export interface ReadyInfo {
  readonly provider: string;
  /** Pack ids → digests that the child really loaded. */
  readonly packs: ReadonlyArray<{ readonly id: string; readonly digest: string }>;
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
  /**
   * Makes all images of a request.
   * @throws AppError `cancelled`, `deadline_exceeded`, `inference_crashed`, `inference_unavailable`, or the engine's own code
   */
  generate(request: ResolvedRequest, handlers: GenerateHandlers): Promise<void>;
  /** Ends the child; running requests reject with `cancelled`. */
  close(): Promise<void>;
}
