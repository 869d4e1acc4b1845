/**
 * The port through which processes on several machines share files by digest: a shared folder or an S3-style store. But for
 * uploads that someone deletes, nothing is removed at once, because another process may be about to name it: a sweep removes what no job
 * names and no one used for a while.
 */
import { sha256Of } from "../../platform/sha256.ts";

export interface Blob {
  readonly digest: string;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly usedAt: number;
}

export interface BlobStore {
  /** Stores bytes and returns their SHA-256; they then count as used just now. @throws AppError storage_full */
  put(bytes: Uint8Array): Promise<string>;
  /** The bytes of a digest, or undefined when they are not here, or damaged. */
  read(digest: string): Promise<Uint8Array | undefined>;
  /** True when the bytes are here; they then count as used just now. */
  touch(digest: string): Promise<boolean>;
  /** Brings the bytes of a digest to a path of this machine. False when they are not here, or damaged. */
  place(digest: string, path: string): Promise<boolean>;
  list(): Promise<Blob[]>;
  /** When the bytes of a digest were used last, in milliseconds since 1970; undefined when they are not here. */
  usedAt(digest: string): Promise<number | undefined>;
  delete(digest: string): Promise<void>;
}

export const isDigest = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);

/** Stores bytes, sending those alone that are not there, and returns their SHA-256. @throws AppError storage_full */
export async function keepBlob(store: BlobStore, bytes: Uint8Array): Promise<string> {
  const digest = sha256Of(bytes);
  return (await store.touch(digest)) ? digest : store.put(bytes);
}

/** Removes files that no one names and that were not used since `before` (milliseconds since 1970). */
export async function sweepBlobs(
  store: BlobStore,
  before: number,
  isUsed: (digest: string) => Promise<boolean>,
): Promise<void> {
  for (const { digest, usedAt } of await store.list()) {
    if (usedAt >= before || (await isUsed(digest))) continue;
    // Someone may have touched it since the list was made, and is about to name it.
    const latest = await store.usedAt(digest);
    if (latest !== undefined && latest < before) await store.delete(digest);
  }
}

/** How much is kept, and for how many milliseconds after it was used last. */
export interface KeptBounds {
  readonly maxBytes: number;
  readonly maxAgeMs: number;
  /** What was used within this time stays beyond `maxBytes`, up to twice as much. Absent = 0. */
  readonly leastAgeMs?: number;
}

/** Bytes that are never exceeded: what is young or needed may fill twice the bound. */
export const mostBytesOf = ({ maxBytes }: Pick<KeptBounds, "maxBytes">): number => 2 * maxBytes;

/** What a look through all files goes by. */
export interface LookedThrough {
  /** Bytes of all files. */
  readonly total: number;
  /** What is to be left of them, but for those that are young. */
  readonly leftBytes: number;
  /** What is to fit beside all of them. */
  readonly roomBytes: number;
}

/**
 * Whether the longest unused file may go.
 * @param usedAt milliseconds since 1970
 */
export function mayGo(
  usedAt: number,
  { total, leftBytes, roomBytes }: LookedThrough,
  { maxBytes, maxAgeMs, leastAgeMs = 0 }: KeptBounds,
): boolean {
  const now = Date.now();
  const isTooMuch = total + roomBytes > mostBytesOf({ maxBytes });
  // Who was just told that it is here is about to name it; but nobody may fill the disk that way.
  if (isTooMuch || Math.floor(usedAt) > now - leastAgeMs) return isTooMuch;
  return total > leftBytes || usedAt < now - maxAgeMs;
}

/** Removes a file that nobody needs, and keeps others from beginning to meanwhile. @returns what `remove` did; undefined = it is needed */
export type UnlessNeeded = (digest: string, remove: () => Promise<boolean>) => Promise<boolean | undefined>;

/**
 * Removes files that were unused for too long, then the longest unused until at most `maxBytes` are left, of young ones twice as much;
 * never what is needed.
 * @param roomBytes what is to fit beside those that stay
 * @returns bytes that are left
 */
export async function shrinkBlobs(
  store: BlobStore,
  bounds: KeptBounds,
  unlessNeeded: UnlessNeeded,
  roomBytes = 0,
): Promise<number> {
  const blobs = await store.list();
  let total = blobs.reduce((sum, { bytes }) => sum + bytes, 0);
  for (const { digest, bytes, usedAt } of blobs.sort((a, b) => a.usedAt - b.usedAt)) {
    if (!mayGo(usedAt, { total, leftBytes: bounds.maxBytes, roomBytes }, bounds)) break;
    const isRemoved = await unlessNeeded(digest, async () => {
      // Someone may have used it since the list was made.
      const latest = await store.usedAt(digest);
      if (latest !== undefined && latest > usedAt) return false;
      await store.delete(digest);
      return true;
    });
    if (isRemoved) total -= bytes;
  }
  return total;
}
