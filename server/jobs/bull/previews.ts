/** Samples of trainings that any process can read: the PNG in the store of files, its digest on the queue server. */
import type { BlobStore } from "../blobs/blob-store.ts";
import type { Connection } from "./connection.ts";

export class Previews {
  readonly #client: Connection;
  readonly #key: string;
  readonly #store: BlobStore;

  constructor(client: Connection, prefix: string, store: BlobStore) {
    this.#client = client;
    this.#key = `${prefix}:previews`;
    this.#store = store;
  }

  /** @throws AppError storage_full, store_unavailable */
  async save(training: string, step: number, index: number, png: Uint8Array): Promise<void> {
    await this.#client.hset(`${this.#key}:${training}`, `${step}-${index}`, await this.#store.put(png));
  }

  /**
   * Forgets those of trainings that are gone.
   * @returns digests that the others name
   */
  async sweep(isKept: (training: string) => Promise<boolean>): Promise<ReadonlySet<string>> {
    const named = new Set<string>();
    const start = `${this.#key}:`;
    for (let cursor: string | undefined; cursor !== "0"; ) {
      const [next, keys] = await this.#client.scan(cursor ?? "0", "MATCH", `${start}*`, "COUNT", 1000);
      for (const key of keys)
        if (await isKept(key.slice(start.length)))
          for (const digest of await this.#client.hvals(key)) named.add(digest);
        else await this.#client.del(key);
      cursor = next;
    }
    return named;
  }

  /** The PNG, or undefined when there is none. */
  async read(training: string, step: number, index: number): Promise<Uint8Array | undefined> {
    const digest = await this.#client.hget(`${this.#key}:${training}`, `${step}-${index}`);
    return digest ? this.#store.read(digest) : undefined;
  }
}
