/** The choice among other drawings: for what, what was found, and what is being drawn from one of them. */
import type { FittingDrawing } from "../../../shared/contract/generations/drawings.ts";
import type { Provenance } from "../../../shared/contract/generations/provenance.ts";
import type { SkippedLayer } from "../../../shared/messages/layer-messages.ts";
import type { Failure } from "../client/failure.ts";
import type { DrawJob } from "../run/jobs.ts";
import type { Step } from "./results.ts";

/** What gets another drawing: a result, by its key, or a layer. */
export type PickedFor =
  | { readonly kind: "result"; readonly key: string }
  | { readonly kind: "layer"; readonly nodeId: string };

/** What gets another drawing, how it was made, and what it is called. */
export type Pickable = Pick<DrawJob, "title" | "vector" | "sizesPx"> & {
  readonly of: PickedFor;
  readonly made: Provenance;
};

export interface Picking extends Pickable {
  /** Drawings of these are looked for: first the image's own. */
  readonly words: string;
  /** Absent until the first answer. */
  readonly found?: readonly FittingDrawing[];
  readonly isSearching: boolean;
  /** The drawing that the image is being drawn from. */
  readonly drawing?: { readonly id: string; readonly step: Step };
  readonly failure?: Failure;
  /** It was changed where it lies on the canvas. */
  readonly isPut?: boolean;
  /** It lies on the canvas and could not be changed. */
  readonly skipped?: readonly SkippedLayer[];
}
