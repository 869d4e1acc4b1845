/**
 * PyTorch's zip checkpoints, all that torch.save writes since 1.6: `<name>/data.pkl` describes the tensors, `<name>/data/<key>` holds each
 * storage, uncompressed unless someone packed the file anew. The one importer of yauzl. Checksums are not read, because PyTorch
 * can omit them.
 */
import { type Entry, openPromise, type ZipFile } from "yauzl";
import { limits } from "../../shared/limits.ts";
import { type Checkpoint, checkpointFault } from "./checkpoint.ts";
import { namedTensors } from "./flatten.ts";
import { readPickle } from "./pickle.ts";
import type { StorageReference } from "./pickle-values.ts";
import { openTensor, type StorageBytes } from "./tensor-view.ts";
import { torchHost } from "./torch-globals.ts";

/** @throws AppError `pack_corrupt` saying what does not fit, and where */
export async function openTorchZip(path: string): Promise<Checkpoint> {
  const archive = await Archive.open(path);
  try {
    const pickles = [...archive.entries.keys()].filter((name) => name.endsWith("/data.pkl"));
    const [pickle, ...more] = pickles;
    if (pickle === undefined || more.length > 0)
      throw checkpointFault(path, "a PyTorch checkpoint with one data.pkl", `a zip archive with ${pickles.length}`);
    const folder = pickle.slice(0, -"data.pkl".length);
    const order = archive.entries.has(`${folder}byteorder`)
      ? Buffer.from(await archive.read(`${folder}byteorder`)).toString("latin1")
      : "little";
    if (order !== "little") throw checkpointFault(path, "little-endian tensors", `byteorder "${order.slice(0, 20)}"`);
    if (archive.sizeOf(pickle) > limits.checkpointHeaderMaxBytes)
      throw checkpointFault(
        path,
        `at most ${limits.checkpointHeaderMaxBytes} bytes of data.pkl`,
        `${archive.sizeOf(pickle)}`,
      );
    const { value } = readPickle(await archive.read(pickle), path, torchHost(path));
    const nameOf = ({ key }: StorageReference): string => `${folder}data/${key}`;
    const storages: StorageBytes = {
      sizeOf: (storage) => archive.sizeOf(nameOf(storage)),
      read: (storage, start, length) => archive.read(nameOf(storage), start, length),
    };
    const tensors = [...namedTensors(value, path)].map(
      ([name, tensor]) => [name, openTensor(tensor, storages, `${path}: ${name}`)] as const,
    );
    return { path, format: "PyTorch zip", tensors: new Map(tensors), close: async () => archive.close() };
  } catch (error) {
    archive.close();
    throw error;
  }
}

class Archive {
  readonly entries = new Map<string, Entry>();
  readonly #path: string;
  readonly #zip: ZipFile;

  private constructor(path: string, zip: ZipFile) {
    this.#path = path;
    this.#zip = zip;
  }

  static async open(path: string): Promise<Archive> {
    const zip = await openPromise(path, { autoClose: false }).catch((cause: unknown) => {
      throw checkpointFault(path, "a zip archive", reasonOf(cause), cause);
    });
    const archive = new Archive(path, zip);
    try {
      for await (const entry of zip.eachEntry()) archive.#add(entry);
    } catch (cause) {
      archive.close();
      throw cause instanceof Error && cause.name === "AppError"
        ? cause
        : checkpointFault(path, "a zip archive", reasonOf(cause), cause);
    }
    return archive;
  }

  #add(entry: Entry): void {
    const { fileName, compressedSize, uncompressedSize } = entry;
    const where = `${this.#path}: ${fileName}`;
    if (this.entries.size >= limits.checkpointTensorsMax)
      throw checkpointFault(this.#path, `at most ${limits.checkpointTensorsMax} entries`, `${this.#zip.entryCount}`);
    if (this.entries.has(fileName)) throw checkpointFault(where, "one entry of that name", "two");
    if (!entry.canDecodeFileData()) throw checkpointFault(where, "a stored or deflated entry", "another compression");
    if (uncompressedSize > limits.checkpointRatioMax * Math.max(compressedSize, 1))
      throw checkpointFault(
        where,
        `at most ${limits.checkpointRatioMax} times its ${compressedSize} compressed bytes`,
        `${uncompressedSize}`,
      );
    this.entries.set(fileName, entry);
  }

  #entry(name: string): Entry {
    const entry = this.entries.get(name);
    if (entry) return entry;
    throw checkpointFault(this.#path, `an entry ${name}`, "none");
  }

  sizeOf(name: string): number {
    return this.#entry(name).uncompressedSize;
  }

  /** `length` bytes of an entry; all of it unless said. */
  async read(name: string, start = 0, length = this.sizeOf(name) - start): Promise<Uint8Array<ArrayBuffer>> {
    const entry = this.#entry(name);
    const bytes = new Uint8Array(length);
    if (length === 0) return bytes;
    const isStored = entry.compressionMethod === 0;
    const range = isStored ? { start, end: start + length } : {};
    let at = isStored ? start : 0;
    try {
      for await (const chunk of await this.#zip.openReadStreamPromise(entry, range)) {
        const part = chunk as Buffer;
        // A deflated entry comes from its beginning.
        const from = Math.max(0, start - at);
        const till = Math.min(part.length, start + length - at);
        if (from < till) bytes.set(part.subarray(from, till), at + from - start);
        at += part.length;
        if (at >= start + length) break;
      }
    } catch (cause) {
      throw checkpointFault(`${this.#path}: ${name}`, `${length} readable bytes`, reasonOf(cause), cause);
    }
    if (at < start + length) throw checkpointFault(`${this.#path}: ${name}`, `${start + length} bytes`, `${at}`);
    return bytes;
  }

  close(): void {
    this.#zip.close();
  }
}

const reasonOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause)).slice(0, 200);
