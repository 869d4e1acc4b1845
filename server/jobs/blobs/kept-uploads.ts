/**
 * How long uploads are kept: for some minutes after their last use, for long within a size, and as long as a request or a waiting or
 * running job names them. All that removes uploads does so here.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { limits } from "../../../shared/limits.ts";
import type { JobQueue } from "../job-queue.ts";
import { type BlobStore, type KeptBounds, shrinkBlobs, type UnlessNeeded } from "./blob-store.ts";
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

export interface UploadStore extends Pick<BlobStore, "put" | "touch" | "read"> {
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

  /** @throws AppError storage_full */
  put(bytes: Uint8Array): Promise<string> {
    return this.#store.put(bytes);
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

  /** @param except stays too */
  shrink(bounds: KeptBounds, except?: string): Promise<void> {
    return this.#store.shrink(bounds, async (digest, remove) =>
      digest === except ? undefined : this.#unlessNeeded(digest, remove),
    );
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

/** Uploads in files that several processes share. @param shrinkEvery so many calls of `shrink` look through them once */
export function sharedUploads(blobs: BlobStore, shrinkEvery = 1): UploadStore {
  let count = 0;
  return {
    put: (bytes) => blobs.put(bytes),
    touch: (digest) => blobs.touch(digest),
    read: (digest) => blobs.read(digest),
    remove: async (digest) => {
      const isHere = (await blobs.usedAt(digest)) !== undefined;
      if (isHere) await blobs.delete(digest);
      return isHere;
    },
    shrink: async (...of) => {
      if (count++ % shrinkEvery === 0) await shrinkBlobs(blobs, ...of);
    },
  };
}
