/**
 * What every conditioning expert of a pack offers, and how one is opened: the engine's interface, with a second way for
 * whole training sets. Experts are opened by their manifest entry through registry.ts.
 */
import type { ConditioningExpert, ConditionValue } from "../engine/interfaces.ts";
import type { Provider } from "../onnx/runtime.ts";
import type { SharedFiles } from "./shared-files.ts";

/** `encode` runs one value at a time, so that a vector never depends on its neighbours, and keeps what it encoded. */
export interface Expert extends ConditioningExpert {
  /**
   * Vectors of training images as conditions, [values, dims]. Unlike `encode`, several share a run (equal within 1e-5),
   * and an image stands for what a user would make of it: the sketch expert reads its edges.
   */
  encodeForTraining(values: readonly ConditionValue[]): Promise<Float32Array>;
}

/** What one expert's file implements: without `encodeForTraining`, examples are encoded as any value. */
export type ExpertCore = ConditioningExpert & Partial<Pick<Expert, "encodeForTraining">>;

export interface ExpertOptions {
  readonly provider?: Provider;
  readonly threads?: number;
  /** Files that other experts and packs have opened; absent = nothing is shared. */
  readonly shared?: SharedFiles;
  /** Leaves out a target's decoder, which takes an eighth of the time that opening a pack's experts does. */
  readonly encodesOnly?: boolean;
}
