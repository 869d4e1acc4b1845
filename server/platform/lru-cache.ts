/** A cache of the most recently used entries, up to a maximum number. */

export class LruCache<T> {
  readonly #entries = new Map<string, T>();
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  /** Returns an entry and marks it as the most recently used one. */
  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined ? undefined : this.set(key, entry);
  }

  /** Adds an entry and returns it; drops the least recently used one when there are too many. */
  set(key: string, entry: T): T {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#maxEntries) this.#entries.delete(this.#entries.keys().next().value!);
    return entry;
  }

  /** Returns the entry, or adds the result of `make`. */
  once(key: string, make: () => T): T {
    return this.get(key) ?? this.set(key, make());
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}

/** One of what takes a while to make: whoever asks meanwhile gets the same, and what failed is made anew. */
export class PromiseCache<T> extends LruCache<Promise<T>> {
  override once(key: string, make: () => Promise<T>): Promise<T> {
    return super.once(key, () => {
      const made = make();
      made.catch(() => this.delete(key));
      return made;
    });
  }
}
