/** The most recently used entries of a map, up to a number: what is kept because it may be asked for again. */

export class LruCache<T> {
  readonly #entries = new Map<string, T>();
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /** The entry, which thereby becomes the newest. */
  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined ? undefined : this.set(key, entry);
  }

  /** Keeps an entry and returns it; the one that was longest unused goes when there are too many. */
  set(key: string, entry: T): T {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#maxEntries) this.#entries.delete(this.#entries.keys().next().value!);
    return entry;
  }

  /** The entry, else what `make` makes. */
  once(key: string, make: () => T): T {
    return this.get(key) ?? this.set(key, make());
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
