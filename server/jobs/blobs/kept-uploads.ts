/**
 * How long uploads are kept: for some minutes after their last use, for long within a size, and as long as a request or a waiting or
 * running job names them. All that removes uploads does so here.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { limits } from "../../../shared/limits.ts";
import { sha256Of } from "../../platform/sha256.ts";
import type { JobQueue } from "../job-queue.ts";
import { type BlobStore, type KeptBounds, shrinkBlobs, type UnlessNeeded } from "./blob-store.ts";
import { KeptBytes } from "./kept-bytes.ts";
import type { UploadHolds } from "./upload-holds.ts";

export const uploadBoundsOf = (
  kept: Readonly<Record<"uploadsKeptMaxBytes" | "uploadsKeptMs" | "uploadsKeptLeastMs", number>>,
): KeptBounds => ({
  maxBytes: kept.uploadsKeptMaxBytes,
  maxAgeMs: kept.uploadsKeptMs,
  leastAgeMs: kept.uploadsKeptLeastMs,
});

export const uploadBounds = uploadBoundsOf(limits);

/** Between two tries to read what is being removed, in milliseconds: at first, and at most. */
const [pauseMs, pauseMsMax] = [20, 250];

export interface UploadStore extends Pick<BlobStore, "touch" | "read"> {
  /** Stores bytes that there is room for, removes what is too much, and returns their SHA-256. @throws AppError storage_full */
  keep(bytes: Uint8Array, bounds: KeptBounds, unlessNeeded: UnlessNeeded): Promise<string>;
  /** True when the bytes were here; they are gone then. */
  remove(digest: string): Promise<boolean>;
  shrink(bounds: KeptBounds, unlessNeeded: UnlessNeeded): Promise<void>;
}

/** Uploads of one request. */
export interface HeldUploads extends Pick<UploadStore, "read"> {
  /** Has what is here of them stay until the request's work ends. */
  hold(digests: readonly string[]): Promise<void>;
  /** True when the bytes are here; they are held, and count as used just now. */
  touch(digest: string): Promise<boolean>;
}

export class KeptUploads {
  readonly #store: UploadStore;
  readonly #holds: UploadHolds;
  readonly #queues: ReadonlyArray<Pick<JobQueue<never, never>, "needsUpload">>;

  /** @param queues whose jobs read uploads */
  constructor(
    store: UploadStore,
    holds: UploadHolds,
    queues: ReadonlyArray<Pick<JobQueue<never, never>, "needsUpload">>,
  ) {
    this.#store = store;
    this.#holds = holds;
    this.#queues = queues;
  }

  /**
   * Stores bytes within bounds, and returns their SHA-256; what is too much then goes, but for these.
   * @throws AppError storage_full, also where too much is needed, queue_unavailable, store_unavailable
   */
  keep(bytes: Uint8Array, bounds: KeptBounds): Promise<string> {
    return this.#store.keep(bytes, bounds, this.#unlessNeededBut(sha256Of(bytes)));
  }

  /**
   * What the work holds or touches stays until it ends.
   * @throws AppError queue_unavailable, storage_full, where it holds or touches one
   * @param requireWaiting throws where nobody waits for it any more; asked while a removal goes on
   */
  whileHeld<T>(work: (uploads: HeldUploads) => Promise<T>, requireWaiting?: () => void): Promise<T> {
    return this.#holds.during("reading", (enter) => {
      const hold = async (digests: readonly string[]): Promise<void> => {
        // A removal is short, and may yet find that a job needs it.
        for (let ms = pauseMs; !(await enter(digests)); ms = Math.min(2 * ms, pauseMsMax)) {
          requireWaiting?.();
          await sleep(ms);
        }
      };
      const touch = async (digest: string): Promise<boolean> => {
        await hold([digest]);
        return this.#store.touch(digest);
      };
      return work({ hold, touch, read: (digest) => this.#store.read(digest) });
    });
  }

  /** @returns whether the bytes were here and are gone; undefined = they are needed, and stay */
  remove(digest: string): Promise<boolean | undefined> {
    return this.#unlessNeeded(digest, () => this.#store.remove(digest));
  }

  shrink(bounds: KeptBounds): Promise<void> {
    return this.#store.shrink(bounds, this.#unlessNeededBut());
  }

  /** @param except stays too */
  #unlessNeededBut(except?: string): UnlessNeeded {
    return async (digest, remove) => (digest === except ? undefined : this.#unlessNeeded(digest, remove));
  }

  #unlessNeeded(digest: string, remove: () => Promise<boolean>): Promise<boolean | undefined> {
    return this.#holds.during("removing", async (enter) => {
      if (!(await enter([digest]))) return undefined;
      // Asked only now: a request that left meanwhile has its job in a queue.
      const needed = await Promise.all(this.#queues.map((jobs) => jobs.needsUpload(digest)));
      return needed.includes(true) ? undefined : remove();
    });
  }
}

/**
 * Uploads in files that several processes share. Each process counts what it writes, and what the others wrote when it looks through
 * all: after every twentieth part of the bound, by which each may exceed the most.
 */
export function sharedUploads(blobs: BlobStore): UploadStore {
  const count = new KeptBytes(true);
  return {
    keep: async (bytes, bounds, unlessNeeded) => {
      const digest = sha256Of(bytes);
      const isKept = (await blobs.read(digest)) !== undefined && (await blobs.touch(digest));
      if (isKept) return digest;
      const look = (roomBytes: number): Promise<number> => shrinkBlobs(blobs, bounds, unlessNeeded, roomBytes);
      await count.keep(bytes.byteLength, bounds, look, () => blobs.put(bytes));
      return digest;
    },
    touch: (digest) => blobs.touch(digest),
    read: (digest) => blobs.read(digest),
    remove: async (digest) => {
      const isHere = (await blobs.usedAt(digest)) !== undefined;
      if (isHere) await blobs.delete(digest);
      return isHere;
    },
    shrink: async (...of) => void (await shrinkBlobs(blobs, ...of)),
  };
}
