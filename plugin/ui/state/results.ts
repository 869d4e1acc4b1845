/** What a run gives: its steps, and sets of images with where each goes. */
import type { Generation } from "../../../shared/contract/generations/generation.ts";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import type { Upscale } from "../../../shared/contract/upscaling.ts";
import type { UpscaleProvenance, UpscaleSource } from "../../../shared/messages/upscale-messages.ts";
import type { VectorContent } from "../../../shared/messages/vector-messages.ts";
import type { Failure, FailureCode } from "../client/failure.ts";
import type { Job } from "../run/jobs.ts";

/** Where an image goes when it is applied. */
export type Destination =
  | { readonly kind: "artboard" }
  | { readonly kind: "layer"; readonly nodeId: string }
  | { readonly kind: "fills"; readonly fills: readonly UpscaleSource[]; readonly provenance: UpscaleProvenance }
  /** To look at only. */
  | { readonly kind: "none" };

export interface ResultImage {
  readonly key: string;
  readonly seed: number;
  readonly bytes: Uint8Array;
  readonly url: string;
  readonly isKept: boolean;
  readonly destination: Destination;
  /** Of a drawn image, absent for an enlarged one. */
  readonly drawn?: {
    /** 1 = the most likely of its set; absent where the images of a set are of different things. */
    readonly rank?: number;
    readonly natsPerDimension?: number;
    /** Share of known drawings that are less typical, 0 to 100. */
    readonly typicalityPercentile: number | undefined;
    readonly provenance: Provenance;
  };
  /** It goes on the canvas as layers. */
  readonly vector?: VectorContent;
  /** Of its layer; absent: the set's title with a number. */
  readonly name?: string;
  /** The layer that shows it, while it is on the canvas. */
  readonly placedId?: string;
}
export interface ResultSet {
  /** Place in the run: results are shown in the order of their jobs. */
  readonly index: number;
  readonly title: string;
  readonly images: readonly ResultImage[];
  /** The generation on the server, by which a restart finds it again. */
  readonly generationId?: string;
  /** Fields of the condition beyond what the pack learned, and labels that the caption named. */
  readonly doubts: readonly string[];
  readonly namedLabels: readonly string[];
  /** Words of the caption for which no drawing was found. */
  readonly unfoundWords?: readonly string[];
  /** Outlines beyond the most that a vector has: its picture was a photograph, or noise. */
  readonly leftOutCount?: number;
  /** Names of a family that could not be drawn, and why. */
  readonly leftOutNames?: readonly { readonly name: string; readonly code: FailureCode }[];
  /** It has as many colours as a vector may have: there may have been more. */
  readonly hasMostColours?: boolean;
}

/** What a run is doing now; the stages of the server plus those of the client around them. */
export type Step =
  | { readonly stage: "sending" }
  | { readonly stage: "uploading" }
  | { readonly stage: "drawing-family"; readonly completed: number; readonly total: number }
  | { readonly stage: "retrying"; readonly code: FailureCode; readonly seconds: number }
  | { readonly stage: "fetching"; readonly completed: number; readonly total: number }
  | { readonly stage: "server"; readonly progress: Generation["progress"] }
  | { readonly stage: "upscaling"; readonly progress: Upscale["progress"] };

export interface RunState {
  readonly id: number;
  readonly title: string;
  /** Jobs that are finished, of all. */
  readonly done: number;
  readonly total: number;
  /** Of the job that moved last. */
  readonly step: Step;
  readonly imageCount: number;
}

/** A job that ended without images, and why; the others of its run went on. */
export interface RefusedJob {
  readonly job: Job;
  readonly failure: Failure;
}
