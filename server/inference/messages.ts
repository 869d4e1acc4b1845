/** Messages between the inference client and its child, over Node's IPC channel with structured clones. */

import type { DrawingsRequest, FittingDrawing } from "../../shared/contract/generations/drawings.ts";
import type { ResolvedRequest } from "../../shared/contract/generations/generation-request.ts";
import type { InversionRequest } from "../../shared/contract/generations/inversion.ts";
import type { ResolvedUpscale } from "../../shared/contract/upscaling.ts";
import type { Picture } from "../engine/interfaces.ts";
import type { SerializedError } from "../platform/processes/serialized-error.ts";
import type { UpscaleResult } from "../upscaling/upscale-queue.ts";
import type { SentImage } from "./held-images.ts";
import type {
  ConditionFindings,
  GenerateProgress,
  ImageResult,
  InferenceCounts,
  InversionResult,
  ReadyInfo,
} from "./protocol.ts";

/** The child's configuration, sent first. */
export interface ChildConfig {
  readonly packsFolder: string;
  /** Folder of user packs; need not exist. */
  readonly userPacksFolder: string | undefined;
  /** Ids of the packs to load; undefined = all. */
  readonly packIds: readonly string[] | undefined;
  /** Whether what is costly to open waits until a request needs it, as suits one command; else all is open and warm when the child is ready. */
  readonly onDemand: boolean;
  readonly provider: string;
  readonly threads: number;
}

/** A request of a job to the child. */
export type JobRequest =
  | { readonly type: "generate"; readonly request: ResolvedRequest; readonly images: readonly SentImage[] }
  | { readonly type: "invert"; readonly request: InversionRequest; readonly images: readonly SentImage[] }
  | { readonly type: "drawings"; readonly request: DrawingsRequest; readonly images: readonly SentImage[] }
  | { readonly type: "upscale"; readonly request: ResolvedUpscale; readonly image: Picture };

export type ToChild =
  | { readonly type: "start"; readonly config: ChildConfig }
  | { readonly type: "order"; readonly job: number; readonly order: JobRequest }
  | { readonly type: "cancel"; readonly job: number };

/** An event of a job from the child; `done` or `failed` is the last one. */
export type JobEvent =
  | { readonly type: "progress"; readonly job: number; readonly progress: GenerateProgress }
  | { readonly type: "findings"; readonly job: number; readonly findings: ConditionFindings }
  | { readonly type: "image"; readonly job: number; readonly image: ImageResult }
  | { readonly type: "inversion"; readonly job: number; readonly inversion: InversionResult }
  | { readonly type: "drawings"; readonly job: number; readonly drawings: readonly FittingDrawing[] }
  | { readonly type: "tiles"; readonly job: number; readonly tiles: { completed: number; total: number } }
  | { readonly type: "picture"; readonly job: number; readonly picture: UpscaleResult }
  /** With the child's own time for it, others beside it included. */
  | { readonly type: "done"; readonly job: number; readonly tookMs: number }
  | { readonly type: "failed"; readonly job: number; readonly fault: SerializedError };

/** Since the last such message. */
export type Drawn = Omit<InferenceCounts, "starts">;

export type FromChild =
  | { readonly type: "ready"; readonly info: ReadyInfo }
  /** Sent every second when the child is ready; a child that hangs does not send it. */
  | { readonly type: "alive"; readonly drawn: Drawn }
  /** The child could not start and exits. */
  | { readonly type: "start-failed"; readonly fault: SerializedError }
  | JobEvent;
