/** Work that failed is left alone for a while, which doubles with each failure up to a longest. */
interface Failed {
  readonly times: number;
  /** Milliseconds since 1970. */
  readonly until: number;
}

export class Retries {
  readonly #failed = new Map<string, Failed>();
  readonly #firstMs: number;
  readonly #longestMs: number;

  constructor(firstMs: number, longestMs: number) {
    this.#firstMs = firstMs;
    this.#longestMs = longestMs;
  }

  /** @returns what the work says; false when it is left alone @throws what the work throws */
  async run(key: string, work: () => Promise<boolean>): Promise<boolean> {
    const { times = 0, until = 0 } = this.#failed.get(key) ?? {};
    if (Date.now() < until) return false;
    try {
      const result = await work();
      this.#failed.delete(key);
      return result;
    } catch (error) {
      const pauseMs = Math.min(this.#firstMs * 2 ** times, this.#longestMs);
      this.#failed.set(key, { times: times + 1, until: Date.now() + pauseMs });
      throw error;
    }
  }
}
