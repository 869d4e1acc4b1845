/**
 * Who has an upload now: requests that read it, or who removes it. While one side has it the other can't enter, so that what a request
 * names stays until its job is kept, or until the work that a client waits for ends.
 */
export type Side = "reading" | "removing";

/** Takes uploads for a side; false while the other side has one of them. @throws AppError queue_unavailable, storage_full */
export type Enter = (digests: readonly string[]) => Promise<boolean>;

export interface UploadHolds {
  /** Runs work of one side, and leaves at its end all that it entered. */
  during<T>(side: Side, work: (enter: Enter) => Promise<T>): Promise<T>;
}

export const otherOf = (side: Side): Side => (side === "reading" ? "removing" : "reading");

/** Of one process. */
export class LocalHolds implements UploadHolds {
  /** By digest, how much work of a side has it. */
  readonly #counts: Readonly<Record<Side, Map<string, number>>> = { reading: new Map(), removing: new Map() };

  async during<T>(side: Side, work: (enter: Enter) => Promise<T>): Promise<T> {
    const [own, other] = [this.#counts[side], this.#counts[otherOf(side)]];
    const entered = new Set<string>();
    try {
      return await work(async (digests) => {
        for (const digest of digests) {
          if (other.has(digest)) return false;
          if (!entered.has(digest)) own.set(digest, (own.get(digest) ?? 0) + 1);
          entered.add(digest);
        }
        return true;
      });
    } finally {
      for (const digest of entered) {
        const left = own.get(digest)! - 1;
        if (left > 0) own.set(digest, left);
        else own.delete(digest);
      }
    }
  }
}
