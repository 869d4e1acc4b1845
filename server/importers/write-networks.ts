/**
 * Writes networks as ONNX files with one file of weights that they share. Weights are read, folded and written one by one; each file appears
 * under its name when it is whole.
 */
import { open, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import type { Network } from "../onnx/network.ts";
import { asStorageError, writeFileAtomically } from "../platform/files/atomic-file.ts";

/** Large weights begin at pages, so that a runtime can map them into memory. */
const [pageBytes, largeBytes] = [4096, 1024 * 1024];

export interface NetworkFile {
  /** Name of the ONNX file in the folder. */
  readonly file: string;
  readonly network: Network;
}

/**
 * @returns bytes of the weights
 * @throws AppError `tensor_mismatch` when a weight has another length than its shape says, `storage_full` when the disk is full
 */
export async function writeNetworks(
  folder: string,
  weightsFile: string,
  networks: readonly NetworkFile[],
  onWeight?: (done: number, total: number) => void,
): Promise<number> {
  const weights = new Map(networks.flatMap(({ network }) => network.weights.map((weight) => [weight.name, weight])));
  const offsets = new Map<string, number>();
  const path = join(folder, weightsFile);
  const file = await open(`${path}.writing`, "w");
  let at = 0;
  try {
    for (const { name, shape, load } of weights.values()) {
      const values = await load();
      const expected = shape.reduce((product, size) => product * size, 1);
      if (values.length !== expected)
        throw new AppError(
          "tensor_mismatch",
          `weight ${name}: expected ${expected} values for [${shape}], got ${values.length}`,
        );
      if (values.byteLength >= largeBytes) at = pageBytes * Math.ceil(at / pageBytes);
      offsets.set(name, at);
      await writeAt(file, values, at);
      at += values.byteLength;
      onWeight?.(offsets.size, weights.size);
    }
    await file.sync();
    await file.close();
    await rename(`${path}.writing`, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(`${path}.writing`, { force: true });
    throw asStorageError(error);
  }
  for (const { file: name, network } of networks)
    await writeFileAtomically(join(folder, name), network.toBytes(weightsFile, offsets), 0o644);
  return at;
}

async function writeAt(file: Awaited<ReturnType<typeof open>>, values: Float32Array, position: number): Promise<void> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, Math.min(2 ** 26, bytes.length - at), position + at);
    at += bytesWritten;
  }
}
