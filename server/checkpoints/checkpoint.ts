/**
 * A checkpoint: named tensors of a network that someone else trained, in any of the file formats of this folder. Tensors are
 * described when the file is opened and read one by one, so that memory holds no more than one of them.
 */
import { AppError } from "../../shared/problem.ts";
import type { ElementType } from "./element-types.ts";

export interface CheckpointTensor {
  readonly shape: readonly number[];
  readonly type: ElementType;
  /** All values, row-major, as float32; whole numbers beyond 2²⁴ are rounded. @throws AppError `pack_corrupt` */
  read(): Promise<Float32Array>;
}

export interface Checkpoint {
  readonly path: string;
  readonly format: "PyTorch zip" | "PyTorch legacy" | "safetensors";
  /** By dotted path: `state_dict.conv1.weight`. */
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  close(): Promise<void>;
}

/** The fault of a checkpoint: what was expected, what came, where. */
export function checkpointFault(where: string, expected: string, received: string, cause?: unknown): AppError {
  return new AppError("pack_corrupt", `${where}: expected ${expected}, got ${received}`, {
    expected,
    received,
    ...(cause === undefined ? {} : { cause }),
  });
}
