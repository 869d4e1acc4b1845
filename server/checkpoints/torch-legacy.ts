/**
 * PyTorch's checkpoints before 1.6, as most published weights are: five pickles (magic number, version, machine, value, keys of storages), then each
 * storage as its length in elements and its values. The pickles come first and are small; storages are found by adding up lengths.
 */
import { type FileHandle, open } from "node:fs/promises";
import { limits } from "../../shared/limits.ts";
import { type Checkpoint, checkpointFault } from "./checkpoint.ts";
import { elementBytes } from "./element-types.ts";
import { readBytes } from "./file-bytes.ts";
import { namedTensors } from "./flatten.ts";
import { readPickle } from "./pickle.ts";
import { isKind, type PickleValue, type StorageReference } from "./pickle-values.ts";
import { openTensor, type StorageBytes } from "./tensor-view.ts";
import { torchHost } from "./torch-globals.ts";

/** `torch.serialization.MAGIC_NUMBER`. */
const magicNumber = 0x1950a86a20f9469cfc6cn;
const protocolVersion = 1001;

/** The first bytes of a pickle of the magic number: protocol 2, a number of ten bytes. */
export const legacyStart = Buffer.from([0x80, 0x02, 0x8a, 0x0a]);

/** @throws AppError `pack_corrupt` saying what does not fit, and where */
export async function openTorchLegacy(path: string): Promise<Checkpoint> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const head = await readBytes(file, 0, Math.min(size, limits.checkpointHeaderMaxBytes), path);
    const host = recordingHost(path);
    let at = 0;
    const next = (): PickleValue => {
      const { value, length } = readPickle(head.subarray(at), path, host);
      at += length;
      return value;
    };
    if (next() !== magicNumber) throw checkpointFault(path, "the magic number of a PyTorch checkpoint", "another");
    const version = next();
    if (version !== protocolVersion) throw checkpointFault(path, `version ${protocolVersion}`, String(version));
    const machine = next();
    if (isKind(machine, "dict") && machine.entries.some(([key, value]) => key === "little_endian" && value === false))
      throw checkpointFault(path, "little-endian tensors", "big-endian ones");
    const value = next();
    const keys = next();
    const places = await placesOf(file, at, size, keysOf(keys, path), host.storages, path);
    const storages = bytesOf(file, places, path);
    const tensors = [...namedTensors(value, path)].map(
      ([name, tensor]) => [name, openTensor(tensor, storages, `${path}: ${name}`)] as const,
    );
    return { path, format: "PyTorch legacy", tensors: new Map(tensors), close: () => file.close() };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Remembers every storage that is mentioned: lengths are in elements, and only the pickle knows how large those are. */
function recordingHost(path: string) {
  const plain = torchHost(path);
  const storages = new Map<string, StorageReference>();
  return {
    ...plain,
    storages,
    resolve(id: PickleValue): PickleValue {
      const storage = plain.resolve(id);
      if (isKind(storage, "storage")) storages.set(storage.key, storage);
      return storage;
    },
  };
}

function keysOf(value: PickleValue, path: string): string[] {
  const items = isKind(value, "list") ? value.items : undefined;
  if (!items?.every((item) => typeof item === "string"))
    throw checkpointFault(path, "keys of storages", "other values");
  return items as string[];
}

interface Place {
  readonly start: number;
  readonly bytes: number;
}

async function placesOf(
  file: FileHandle,
  from: number,
  size: number,
  keys: readonly string[],
  known: ReadonlyMap<string, StorageReference>,
  path: string,
): Promise<Map<string, Place>> {
  const places = new Map<string, Place>();
  let at = from;
  for (const key of keys) {
    const storage = known.get(key);
    if (!storage) throw checkpointFault(path, "storages of the pickle", `another one, ${key}`);
    const elements = Number(Buffer.from(await readBytes(file, at, 8, path)).readBigUInt64LE());
    const bytes = elements * elementBytes[storage.type];
    if (elements !== storage.elements || at + 8 + bytes > size)
      throw checkpointFault(
        `${path}: storage ${key}`,
        `${storage.elements} elements`,
        `${elements}, ${size - at - 8} bytes`,
      );
    places.set(key, { start: at + 8, bytes });
    at += 8 + bytes;
  }
  return places;
}

function bytesOf(file: FileHandle, places: ReadonlyMap<string, Place>, path: string): StorageBytes {
  const placeOf = ({ key }: StorageReference): Place => {
    const place = places.get(key);
    if (place) return place;
    throw checkpointFault(path, `a storage ${key}`, "none");
  };
  return {
    sizeOf: (storage) => placeOf(storage).bytes,
    read: (storage, start, length) => readBytes(file, placeOf(storage).start + start, length, path),
  };
}
