/** Work that no queue holds, counted so that a stop can wait for it. */

export class InFlight {
  readonly #running = new Set<Promise<unknown>>();

  /** Runs the work and counts it meanwhile. */
  async add<T>(work: () => Promise<T>): Promise<T> {
    const running = work();
    this.#running.add(running);
    return running.finally(() => this.#running.delete(running));
  }

  /** Resolves when nothing runs any more, also nothing that what ran let in; at the latest after `graceMs`. */
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
      // Whoever waited for the place of one that ended begins by now.
      await new Promise((resolve) => setImmediate(resolve));
    }
    clearTimeout(timer);
  }
}
