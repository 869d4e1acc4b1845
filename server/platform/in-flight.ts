/** Counts running work that is in no queue, so that a stop can wait for it. */

export class InFlight {
  readonly #running = new Set<Promise<unknown>>();

  /** Runs the work and counts it until it ends. */
  async add<T>(work: () => Promise<T>): Promise<T> {
    const running = work();
    this.#running.add(running);
    return running.finally(() => this.#running.delete(running));
  }

  /** Resolves when no work is left, including work that running work started; after `graceMs` at the latest. */
  async drain(graceMs: number): Promise<void> {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = new Promise<void>((resolve) => {
      timer = setTimeout(() => {
        isOver = true;
        resolve();
      }, graceMs);
    });
    while (this.#running.size > 0 && !isOver) {
      await Promise.race([Promise.allSettled(this.#running), over]);
      // Lets work that waited for a finished one begin.
      await new Promise((resolve) => setImmediate(resolve));
    }
    clearTimeout(timer);
  }
}
