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

  /** The PNG, or undefined when there is none. */
  async read(training: string, step: number, index: number): Promise<Uint8Array | undefined> {
    const digest = await this.#client.hget(`${this.#key}:${training}`, `${step}-${index}`);
    return digest ? this.#store.read(digest) : undefined;
  }
}
