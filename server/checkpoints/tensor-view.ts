/** From descriptions of tensors to readable ones: checks each against its storage, and reads the part of the storage that it covers. */
import { limits } from "../../shared/limits.ts";
import { type CheckpointTensor, checkpointFault } from "./checkpoint.ts";
import { elementBytes, toFloat32 } from "./element-types.ts";
import type { StorageReference, TensorReference } from "./pickle-values.ts";

/** Where the bytes of storages lie. `read` gives `length` bytes from `start` on, in a buffer of their own. */
export interface StorageBytes {
  /** Bytes of a storage. @throws AppError `pack_corrupt` when the file has none of that key */
  sizeOf(storage: StorageReference): number;
  read(storage: StorageReference, start: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** @throws AppError `pack_corrupt` when the tensor does not lie in its storage, or is too large */
export function openTensor(tensor: TensorReference, storages: StorageBytes, where: string): CheckpointTensor {
  const { storage, offset, shape, strides } = tensor;
  const width = elementBytes[storage.type];
  const elements = shape.reduce((product, size) => product * size, 1);
  if (shape.length !== strides.length)
    throw checkpointFault(where, `${shape.length} strides for [${shape}]`, `${strides.length}`);
  if (elements * Math.max(width, 4) > limits.checkpointTensorMaxBytes)
    throw checkpointFault(where, `a tensor of at most ${limits.checkpointTensorMaxBytes} bytes`, `[${shape}]`);
  // Beyond its last element: a view of steps reads a longer run than it has elements.
  const span = elements === 0 ? 0 : 1 + shape.reduce((sum, size, axis) => sum + (size - 1) * strides[axis]!, 0);
  if (span * Math.max(width, 4) > limits.checkpointTensorMaxBytes)
    throw checkpointFault(
      where,
      `a view of at most ${limits.checkpointTensorMaxBytes} bytes`,
      `one over ${span} elements`,
    );
  if (storage.elements * width !== storages.sizeOf(storage))
    throw checkpointFault(where, `${storage.elements * width} bytes`, `${storages.sizeOf(storage)}`);
  if (offset + span > storage.elements)
    throw checkpointFault(where, `a view of ${storage.elements} elements`, `one that ends at ${offset + span}`);
  if (elements > storage.elements)
    throw checkpointFault(where, `at most the ${storage.elements} elements that are stored`, `[${shape}]`);
  return {
    shape,
    type: storage.type,
    async read() {
      const run = toFloat32(await storages.read(storage, offset * width, span * width), storage.type);
      return isContiguous(shape, strides) ? run : gather(run, shape, strides, elements);
    },
  };
}

function isContiguous(shape: readonly number[], strides: readonly number[]): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    if (shape[axis] !== 1 && strides[axis] !== expected) return false;
    expected *= shape[axis]!;
  }
  return true;
}

/** Row-major copy of a view of steps, as transposed weights are saved. */
function gather(
  run: Float32Array,
  shape: readonly number[],
  strides: readonly number[],
  elements: number,
): Float32Array {
  const values = new Float32Array(elements);
  const index = shape.map(() => 0);
  let from = 0;
  for (let at = 0; at < elements; at += 1) {
    values[at] = run[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      index[axis]! += 1;
      from += strides[axis]!;
      if (index[axis]! < shape[axis]!) break;
      from -= index[axis]! * strides[axis]!;
      index[axis] = 0;
    }
  }
  return values;
}
