/** Samples of trainings that any process can read: the PNG in the store of files, its digest on the queue server. */
import type { BlobStore } from "../blobs/blob-store.ts";
import { type Connection, type Connections, withQueueErrors } from "./connection.ts";

export class Previews {
  /** Of requests that read. */
  readonly #asking: Connection;
  /** Of who saves and sweeps. */
  readonly #working: Connection;
  readonly #key: string;
  readonly #store: BlobStore;

  constructor({ asking, working }: Pick<Connections, "asking" | "working">, prefix: string, store: BlobStore) {
    this.#asking = asking;
    this.#working = working;
    this.#key = `${prefix}:previews`;
    this.#store = store;
  }

  /** Waits for a queue server that is away. @throws AppError storage_full, store_unavailable */
  async save(training: string, step: number, index: number, png: Uint8Array): Promise<void> {
    await this.#working.hset(`${this.#key}:${training}`, `${step}-${index}`, await this.#store.put(png));
  }

  /**
   * Forgets those of trainings that are gone. Waits for a queue server that is away.
   * @returns digests that the others name
   */
  async sweep(isKept: (training: string) => Promise<boolean>): Promise<ReadonlySet<string>> {
    const named = new Set<string>();
    const start = `${this.#key}:`;
    for (let cursor: string | undefined; cursor !== "0"; ) {
      const [next, keys] = await this.#working.scan(cursor ?? "0", "MATCH", `${start}*`, "COUNT", 1000);
      for (const key of keys)
        if (await isKept(key.slice(start.length)))
          for (const digest of await this.#working.hvals(key)) named.add(digest);
        else await this.#working.del(key);
      cursor = next;
    }
    return named;
  }

  /** The PNG, or undefined when there is none. @throws AppError queue_unavailable, store_unavailable */
  async read(training: string, step: number, index: number): Promise<Uint8Array | undefined> {
    const digest = await withQueueErrors(() => this.#asking.hget(`${this.#key}:${training}`, `${step}-${index}`));
    return digest ? this.#store.read(digest) : undefined;
  }
}
