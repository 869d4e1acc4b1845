/**
 * A running count of the bytes of uploads. Room is taken before a byte is written and given back when nothing was, so that uploads
 * that come together stay within the bound, and files are looked through now and then alone: with thousands a look takes a second.
 */
import { AppError } from "../../../shared/problem.ts";
import { type KeptBounds, mostBytesOf } from "./blob-store.ts";

/** Files are looked through again after so many milliseconds, so that old ones go. */
const lookedForMs = 24 * 60 * 60 * 1000;
/** Share of the bound that is written between two looks where a look leaves more than the bound, or others write too. */
const shareBetween = 0.05;
/** What a look makes room for when the store is full, as shares of what it may hold: at least, and at most for those that wait. */
const [roomLeast, roomMost] = [0.1, 0.5] as const;
/** Where a look found no room, the next one waits so long, in milliseconds. */
const fullMs = 1000;

/**
 * Looks through all files and removes those that may go.
 * @param roomBytes what is to fit beside those that stay
 * @returns bytes of the files that are left
 */
export type Look = (roomBytes: number) => Promise<number>;

export class KeptBytes {
  readonly #isShared: boolean;
  /** Of all files, and of what is being written; undefined = not counted. At most too many: what a look may count twice. */
  #bytes: number | undefined;
  /** Of what is being written. */
  #open = 0;
  /** These writes. */
  readonly #writes = new Set<Promise<unknown>>();
  /** Of what the running look may not see. */
  #unseen = 0;
  /** Of what waits for room. */
  #waiting = 0;
  #looking: Promise<void> | undefined;
  /** Whether the running look is for those that wait. */
  #isMakingRoom = false;
  #lookedAt = 0;
  /** From so many bytes on, or so late, the next look is due. Milliseconds since 1970. */
  #due = { bytes: 0, at: 0 };
  /** Whether the last look counted nothing twice: another one would find no more room. */
  #isExact = false;
  /** Until then a look would find no room; in milliseconds since 1970. */
  #fullUntil = 0;

  /** @param isShared whether other processes write too, whose files are known after a look alone */
  constructor(isShared = false) {
    this.#isShared = isShared;
  }

  /** Counts what was written without room. */
  add(bytes: number): void {
    if (this.#bytes !== undefined) this.#bytes += bytes;
    this.#unseen += bytes;
  }

  /** Counts what was removed. */
  drop(bytes: number): void {
    if (this.#bytes !== undefined) this.#bytes = Math.max(0, this.#bytes - bytes);
  }

  /**
   * Writes a file that there is room for, then removes what may go if that is due.
   * @throws AppError storage_full where too much is needed; what `write` and `look` throw
   */
  async keep(bytes: number, bounds: KeptBounds, look: Look, write: () => Promise<unknown>): Promise<void> {
    const { writing } = await this.#begin(bytes, bounds, look, write);
    try {
      await writing;
    } catch (error) {
      this.drop(bytes);
      this.#unseen -= bytes;
      throw error;
    } finally {
      this.#open -= bytes;
      this.#writes.delete(writing);
    }
    if (this.#isDue(bounds)) await this.#look(bounds, look, 0);
  }

  /** Looks where more than the bound may be there, and once a day. */
  async shrink(bounds: KeptBounds, look: Look): Promise<void> {
    const isRecent = Date.now() - this.#lookedAt < lookedForMs;
    if (isRecent && this.#bytes !== undefined && this.#bytes <= bounds.maxBytes) return;
    await this.#look(bounds, look, 0);
  }

  /** Begins a write when there is room for it. */
  async #begin(
    bytes: number,
    bounds: KeptBounds,
    look: Look,
    write: () => Promise<unknown>,
  ): Promise<{ readonly writing: Promise<unknown> }> {
    const most = mostBytesOf(bounds);
    const isFull = (): boolean => this.#bytes === undefined || this.#bytes + bytes > most;
    this.#waiting += bytes;
    try {
      while ((isFull() || this.#isMakingRoom) && Date.now() >= this.#fullUntil) {
        // The room that a look makes is for those who waited before, who go first. Its fault is told to who began it.
        if (this.#looking) await this.#looking.catch(() => undefined);
        // What is written now may go only then.
        else if (this.#open > 0 && this.#open + bytes > most) await Promise.race(this.#writes).catch(() => undefined);
        else {
          await this.#look(bounds, look, Math.max(bytes, roomLeast * most, Math.min(this.#waiting, roomMost * most)));
          if (!isFull()) break;
          if (this.#isExact) this.#fullUntil = Date.now() + fullMs;
        }
      }
    } finally {
      this.#waiting -= bytes;
    }
    if (isFull()) {
      throw new AppError(
        "storage_full",
        `expected at most ${most} bytes of uploads, got more that requests and waiting or running jobs need; wait for them, or cancel some`,
        { retryAfterSeconds: 5 },
      );
    }
    this.add(bytes);
    this.#open += bytes;
    const writing = write();
    this.#writes.add(writing);
    return { writing };
  }

  #isDue({ maxBytes }: KeptBounds): boolean {
    if (this.#bytes === undefined || Date.now() >= this.#due.at) return true;
    return this.#bytes > (this.#isShared ? this.#due.bytes : Math.max(maxBytes, this.#due.bytes));
  }

  /** One at a time: who comes meanwhile gets the same. */
  #look(bounds: KeptBounds, look: Look, roomBytes: number): Promise<void> {
    if (this.#looking) return this.#looking;
    this.#isMakingRoom = roomBytes > 0;
    this.#looking = this.#count(bounds, look, roomBytes).finally(() => {
      this.#looking = undefined;
      this.#isMakingRoom = false;
    });
    return this.#looking;
  }

  async #count({ maxBytes, leastAgeMs = 0 }: KeptBounds, look: Look, roomBytes: number): Promise<void> {
    // What is written while files are counted is counted twice rather than never.
    this.#unseen = this.#open;
    this.#lookedAt = Date.now();
    try {
      const left = await look(this.#open + roomBytes);
      this.#bytes = left + this.#unseen;
      this.#isExact = this.#unseen === 0;
      // What is young now is not for long.
      const nextMs = left > maxBytes ? Math.min(leastAgeMs, lookedForMs) : lookedForMs;
      this.#due = { bytes: left + shareBetween * maxBytes, at: Date.now() + Math.max(fullMs, nextMs) };
    } catch (error) {
      // Not known: the next one counts again.
      this.#bytes = undefined;
      throw error;
    }
  }
}
