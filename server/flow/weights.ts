/**
 * A flow's weights: fresh ones from a seed, whitening fitted to latents, and the ONNX file of a pack. The file is the inverse
 * graph for a batch of one, so any ONNX runtime can sample from it; its initialisers are the weights of all graphs.
 */

import { AppError } from "../../shared/problem.ts";
import type { Graph } from "../onnx/graph.ts";
import { sizeOf } from "../onnx/graph.ts";
import { readModelFile, toModelBytes } from "../onnx/model-file.ts";
import { type FlowArchitecture, parseArchitecture } from "./architecture.ts";
import { inverseGraph, lossGraph } from "./flow-graphs.ts";
import { TrainingRandom } from "./random.ts";
import type { Whitening } from "./whitening.ts";

export interface FlowWeights {
  readonly architecture: FlowArchitecture;
  /** By parameter name, row-major float32. */
  readonly tensors: ReadonlyMap<string, Float32Array>;
}

/** Fresh weights: normal with each parameter's standard deviation, and the given whitening. */
export function initialWeights(architecture: FlowArchitecture, whitening: Whitening, seed: number): FlowWeights {
  const random = new TrainingRandom(seed, 0, "weights");
  const tensors = new Map<string, Float32Array>();
  for (const { value, initialStd, isFrozen } of allParameters(architecture)) {
    const data = new Float32Array(sizeOf(value.shape));
    if (isFrozen) data.set(whiteningTensor(whitening, value.name));
    else if (initialStd > 0) random.fillNormal(data, initialStd);
    tensors.set(value.name, data);
  }
  return { architecture, tensors };
}

/** Parameters in the order of declaration; every graph of a flow declares the same ones. */
const allParameters = (architecture: FlowArchitecture): Graph["parameters"] =>
  lossGraph(architecture, 1, false).graph.parameters;

function whiteningTensor(whitening: Whitening, name: string): ArrayLike<number> {
  if (name === "whitening.mean") return whitening.mean;
  if (name === "whitening.matrix") return whitening.matrix;
  if (name === "whitening.inverse") return whitening.inverse;
  if (name === "whitening.logDet") return [whitening.logDet];
  throw new AppError("tensor_mismatch", `weights: expected a known frozen parameter, got "${name}"`);
}

const architectureKey = "tau.flow.architecture";

/**
 * Serialises a flow, by default in float16, which costs less than a thousandth of a nat per dimension (see the pack's metrics).
 */
export function writeFlowFile(
  { architecture, tensors }: FlowWeights,
  precision: "float32" | "float16" = "float16",
): Uint8Array {
  return toModelBytes(
    inverseGraph(architecture, 1),
    { kind: "weights", weights: tensors, precision },
    { [architectureKey]: JSON.stringify(architecture) },
  );
}

/** @throws AppError `pack_corrupt` when the bytes are no flow or lack a weight of its architecture */
export function readFlowFile(bytes: Uint8Array, label: string): FlowWeights {
  const { metadata, weights } = readModelFile(bytes, label);
  const architecture = parseArchitecture(metadata[architectureKey], label);
  for (const { value } of allParameters(architecture)) {
    const got = weights.get(value.name)?.length;
    if (got !== sizeOf(value.shape))
      throw new AppError(
        "pack_corrupt",
        `${label}: weight ${value.name}: expected ${sizeOf(value.shape)} values, got ${got ?? "none"}`,
      );
  }
  return { architecture, tensors: weights };
}
