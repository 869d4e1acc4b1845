/**
 * The interface of a pack's conditioning experts: the engine's interface and a second method for training sets. registry.ts
 * opens experts by their manifest entry.
 */
import type { ConditioningExpert, ConditionValue } from "../engine/interfaces.ts";
import type { Provider } from "../onnx/runtime.ts";
import type { SharedFiles } from "./shared-files.ts";

/** `encode` runs one value at a time, so that a vector never depends on its neighbours, and caches the result. */
export interface Expert extends ConditioningExpert {
  /**
   * Vectors of training images as conditions, [values, dims]. Unlike in `encode`, several may share a run (equal within 1e-5),
   * and an image represents user input: the sketch expert reads its edges.
   */
  encodeForTraining(values: readonly ConditionValue[]): Promise<Float32Array>;
}

/** The part that an expert's file implements. Without `encodeForTraining`, training images are encoded like any value. */
export type ExpertCore = ConditioningExpert & Partial<Pick<Expert, "encodeForTraining">>;

export interface ExpertOptions {
  readonly provider?: Provider;
  readonly threads?: number;
  /** Files shared with other experts and packs; absent = nothing is shared. */
  readonly shared?: SharedFiles;
  /** Skips a target's decoder, which takes an eighth of the time to open a pack's experts. */
  readonly encodesOnly?: boolean;
  /** Opens a graph when it is first needed, and warms up nothing: for one command. A graph that does not match its entry is refused then. */
  readonly onDemand?: boolean;
}
