/**
 * The messages about upscaling between main and UI: the image fills of the selection with their original bytes, and
 * enlarged pictures on their way back into the same fills. Part of shared/messages/messages.ts, without zod like it.
 */
import type { UpscaleFactor, UpscaleScale } from "../contract/upscale-scales.ts";

/** Plugin data key of a layer with upscaled fills; holds `UpscaleRecord[]` as JSON, oldest first. */
export const upscalesKey = "tau.upscales";

/** One fill of one layer. */
interface FillPlace {
  readonly nodeId: string;
  /** Index within the layer's `fills`. */
  readonly paintIndex: number;
}

/** An image fill that can be enlarged. Its original bytes came before, in the `upscale-image` message of its hash. */
export interface UpscaleSource extends FillPlace {
  readonly nodeName: string;
  /** Figma's hash of the original; goes back with the result, so that a fill which changed meanwhile is noticed. */
  readonly imageHash: string;
  /** Of the original, whatever the crop. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** The largest factor that fits Figma's limit: with 2, ×4 is not on offer. */
  readonly largestScale: UpscaleScale;
}

/**
 * `mixed`: letters of a text have different fills. `missing`: Figma has no image, or can't download it. `too-large`: not
 * even ×2 fits Figma's limit. `too-many-bytes`: the file is larger than the server accepts.
 */
export type SkipReason = "no-image" | "video" | "missing" | "locked" | "mixed" | "too-large" | "too-many-bytes";

/** Why a selected layer, or one of its fills, is no source. */
export interface SkippedFill {
  readonly nodeId: string;
  readonly nodeName: string;
  /** Absent when the whole layer is meant. */
  readonly paintIndex?: number;
  readonly reason: SkipReason;
  /** With `too-large` and `too-many-bytes`. */
  readonly widthPx?: number;
  readonly heightPx?: number;
}

/** What makes the picture again from the original. */
export interface UpscaleProvenance {
  readonly format: 1;
  readonly scale: UpscaleFactor;
  readonly detail: number;
  /** Absent on fills that were enlarged before pictures were cleaned. */
  readonly clean?: number;
  /** `false` where small text was left as all else. */
  readonly letters?: boolean;
  /** Of this picture alone, not of the first of its set. */
  readonly seed: number;
  readonly packDigest: string;
}

/** What a layer remembers of an upscaled fill; the original's hash is the way back. */
export interface UpscaleRecord extends UpscaleProvenance {
  readonly originalHash: string;
  readonly upscaledHash: string;
}

/** An enlarged picture and the fill that it is for. */
export interface UpscaledFill extends FillPlace {
  /** Key of the `image` message that carried the bytes. */
  readonly key: string;
  /** Of the original, from its `UpscaleSource`. */
  readonly imageHash: string;
  readonly provenance: UpscaleProvenance;
}

/** `gone`: the layer was deleted. `changed`: the fill shows another image now. `image`: the picture was refused. */
export type RefusalReason = "gone" | "locked" | "changed" | "image";

/** A result that was not applied, and has changed nothing. */
export interface RefusedUpscale extends FillPlace {
  readonly reason: RefusalReason;
  readonly detail: string;
}

export type UpscaleUiMessage =
  /** Requests the image fills of what is selected now. */
  | { readonly type: "read-upscale-sources"; readonly readId: number }
  | { readonly type: "apply-upscales"; readonly applyId: number; readonly upscales: readonly UpscaledFill[] };

export type UpscaleMainMessage =
  /** Original bytes: one message for each image, however many fills show it. */
  | { readonly type: "upscale-image"; readonly readId: number; readonly hash: string; readonly bytes: Uint8Array }
  /** The end of the answer, after all images. */
  | {
      readonly type: "upscale-sources";
      readonly readId: number;
      readonly sources: readonly UpscaleSource[];
      readonly skipped: readonly SkippedFill[];
      /** Selected layers beyond those that are read at once. */
      readonly unreadLayerCount: number;
    }
  /** `appliedCount` fills changed, as one undo step; none when it is 0. */
  | {
      readonly type: "upscales-applied";
      readonly applyId: number;
      readonly appliedCount: number;
      readonly refused: readonly RefusedUpscale[];
    };
