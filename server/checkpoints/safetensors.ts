/** Checkpoints in the safetensors layout (github.com/huggingface/safetensors): header length, JSON header, data. */
import { open } from "node:fs/promises";
import { limits } from "../../shared/limits.ts";
import { readTensorHeader } from "../platform/files/tensor-file.ts";
import { type Checkpoint, checkpointFault } from "./checkpoint.ts";
import { elementBytes, typeOfSafetensors } from "./element-types.ts";
import { readBytes } from "./file-bytes.ts";
import { openTensor, type StorageBytes } from "./tensor-view.ts";

/** @throws AppError `pack_corrupt` saying what does not fit, and where */
export async function openSafetensors(path: string): Promise<Checkpoint> {
  const file = await open(path, "r");
  try {
    const { entries, dataStart } = await readTensorHeader(file, path).catch((cause: unknown) => {
      throw checkpointFault(path, "a safetensors file", cause instanceof Error ? cause.message : String(cause), cause);
    });
    const names = Object.keys(entries);
    if (names.length === 0 || names.length > limits.checkpointTensorsMax)
      throw checkpointFault(path, `1 to ${limits.checkpointTensorsMax} tensors`, String(names.length));
    const tensors = names.map((name) => {
      const { dtype, shape, data_offsets: offsets } = entries[name]!;
      const where = `${path}: ${name}`;
      const type = Object.hasOwn(typeOfSafetensors, dtype) ? typeOfSafetensors[dtype] : undefined;
      if (!type) throw checkpointFault(where, `one of ${Object.keys(typeOfSafetensors).join(", ")}`, dtype);
      const bytes = offsets[1] - offsets[0];
      const storage = { kind: "storage", key: name, type, elements: bytes / elementBytes[type] } as const;
      const storages: StorageBytes = {
        sizeOf: () => bytes,
        read: (_, start, length) => readBytes(file, dataStart + offsets[0] + start, length, where),
      };
      const tensor = { kind: "tensor", storage, offset: 0, shape, strides: stridesOf(shape) } as const;
      const elements = shape.reduce((product, size) => product * size, 1);
      if (elements !== storage.elements)
        throw checkpointFault(where, `${elements * elementBytes[type]} bytes for [${shape}]`, `${bytes}`);
      return [name, openTensor(tensor, storages, where)] as const;
    });
    return { path, format: "safetensors", tensors: new Map(tensors), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

const stridesOf = (shape: readonly number[]): number[] =>
  shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
