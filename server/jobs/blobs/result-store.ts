/**
 * Content-addressed files: the name is the SHA-256 of the bytes, so storing twice is storing once and a repeated job can't
 * overwrite another's result. Holds the PNGs of generations (`results`) and of upscales (`upscaled`), and the uploaded images (`uploads`).
 */
import { statSync, unlinkSync } from "node:fs";
import { mkdir, readdir, readFile, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { asStorageError, writeFileAtomically } from "../../platform/files/atomic-file.ts";
import { linkOrCopy } from "../../platform/files/link-or-copy.ts";
import { mapConcurrent } from "../../platform/map-concurrent.ts";
import { sha256Of } from "../../platform/sha256.ts";
import { yieldToEventLoop } from "../../platform/yield-to-event-loop.ts";
import { type KeptBounds, mayGo, type UnlessNeeded } from "./blob-store.ts";
import { KeptBytes } from "./kept-bytes.ts";

/** Files that a sweep looks at without a pause. */
const sweepBatch = 100;
/** Files whose sizes are asked for at a time. */
const statsParallel = 16;
/** What a shrink leaves, so that the next upload doesn't need another. */
const keptShare = 0.9;

const isDigest = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);

export class ResultStore {
  readonly #folder: string;
  /** Writes of the same digest at the same time share one. */
  readonly #writing = new Map<string, Promise<void>>();
  readonly #count = new KeptBytes();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Of a folder that is there and that others may be writing to. */
  static of(folder: string): ResultStore {
    return new ResultStore(folder);
  }

  /** Creates the folder and sweeps what a crash left half written. */
  static async open(folder: string): Promise<ResultStore> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const name of await readdir(folder)) if (name.endsWith(".tmp")) await rm(join(folder, name), { force: true });
    return new ResultStore(folder);
  }

  /** Stores bytes and returns their digest; a damaged file of that digest is written anew. @throws AppError storage_full */
  async put(bytes: Uint8Array): Promise<string> {
    const digest = sha256Of(bytes);
    await this.#unlessKept(digest, async () => {
      await writeFileAtomically(join(this.#folder, digest), bytes);
      this.#count.add(bytes.byteLength);
    });
    return digest;
  }

  /**
   * Stores bytes that there is room for within bounds, then shrinks if that is due.
   * @throws AppError storage_full, also where too much is needed; what `unlessNeeded` throws
   */
  async keep(bytes: Uint8Array, bounds: KeptBounds, unlessNeeded: UnlessNeeded): Promise<string> {
    const digest = sha256Of(bytes);
    const look = (roomBytes: number): Promise<number> => this.#removeUnused(bounds, unlessNeeded, roomBytes);
    const write = (): Promise<void> => writeFileAtomically(join(this.#folder, digest), bytes);
    await this.#unlessKept(digest, () => this.#count.keep(bytes.byteLength, bounds, look, write));
    return digest;
  }

  /** Runs a write of bytes that are not here, or damaged. */
  #unlessKept(digest: string, write: () => Promise<void>): Promise<void> {
    const running = this.#writing.get(digest);
    if (running) return running;
    const writing = this.read(digest)
      .then(async (kept) => {
        const isKept = kept !== undefined && (await this.touch(digest));
        if (!isKept) await write();
      })
      .finally(() => this.#writing.delete(digest));
    this.#writing.set(digest, writing);
    return writing;
  }

  /** The bytes of a digest, or undefined when they are not here, or damaged. */
  async read(digest: string): Promise<Uint8Array | undefined> {
    if (!isDigest(digest)) return undefined;
    const bytes = await readFile(join(this.#folder, digest)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined;
      throw error;
    });
    return bytes && sha256Of(bytes) === digest ? bytes : undefined;
  }

  /** True when the bytes are here; they then count as used just now. */
  async touch(digest: string): Promise<boolean> {
    const now = new Date();
    return (
      isDigest(digest) &&
      utimes(join(this.#folder, digest), now, now).then(
        () => true,
        () => false,
      )
    );
  }

  /** Brings the bytes of a digest to a path outside the store. False when they are not here, or damaged. */
  async place(digest: string, path: string): Promise<boolean> {
    if (!(await this.read(digest))) return false;
    return linkOrCopy(join(this.#folder, digest), path).then(
      () => true,
      (error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return false;
        throw asStorageError(error);
      },
    );
  }

  /** True when the bytes of a digest were here; they are gone then. */
  async remove(digest: string): Promise<boolean> {
    return this.forget(digest);
  }

  /**
   * Synchronous on purpose: no other job can begin to use the digest between the caller's check and the unlink.
   * @returns whether there was something to remove
   */
  forget(digest: string): boolean {
    if (!isDigest(digest)) return false;
    const path = join(this.#folder, digest);
    try {
      const { size } = statSync(path);
      unlinkSync(path);
      this.#count.drop(size);
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      return false;
    }
  }

  /**
   * Removes files that no one names: what a crash between storing and recording left behind. Runs beside everything else: between
   * a look and its removal nothing can happen.
   */
  async sweep(isUsed: (digest: string) => boolean): Promise<void> {
    for (const [index, name] of (await readdir(this.#folder)).entries()) {
      if (isDigest(name) && !isUsed(name)) this.forget(name);
      if (index % sweepBatch === 0) await yieldToEventLoop();
    }
  }

  /**
   * Removes files that were unused for too long. Where there are more than `maxBytes`, the longest unused go until nine tenths of
   * that are left, of young ones twice as much. What is needed stays. Files are counted once a day, and when new ones may have made too
   * many.
   */
  async shrink(bounds: KeptBounds, unlessNeeded: UnlessNeeded): Promise<void> {
    await this.#count.shrink(bounds, (roomBytes) => this.#removeUnused(bounds, unlessNeeded, roomBytes));
  }

  /** @returns bytes that are left */
  async #removeUnused(bounds: KeptBounds, unlessNeeded: UnlessNeeded, roomBytes: number): Promise<number> {
    const { maxBytes } = bounds;
    const names = (await readdir(this.#folder)).filter(isDigest);
    const files: Array<{ name: string; bytes: number; usedAt: number }> = [];
    await mapConcurrent(names, statsParallel, async (name) => {
      const about = await stat(join(this.#folder, name)).catch(() => undefined);
      if (about) files.push({ name, bytes: about.size, usedAt: about.mtimeMs });
    });
    let total = files.reduce((sum, file) => sum + file.bytes, 0);
    const leftBytes = total > maxBytes ? keptShare * maxBytes : maxBytes;
    for (const file of files.sort((a, b) => a.usedAt - b.usedAt)) {
      if (!mayGo(file.usedAt, { total, leftBytes, roomBytes }, bounds)) break;
      const isRemoved = await unlessNeeded(file.name, async () => {
        if (this.#isUsedSince(file.name, file.usedAt)) return false;
        this.forget(file.name);
        return true;
      });
      if (isRemoved) total -= file.bytes;
    }
    return total;
  }

  /** Synchronous, as `forget` is. @param time in milliseconds since 1970 */
  #isUsedSince(digest: string, time: number): boolean {
    return (statSync(join(this.#folder, digest), { throwIfNoEntry: false })?.mtimeMs ?? time) > time;
  }
}
