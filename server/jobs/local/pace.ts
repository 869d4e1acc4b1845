/** How fast jobs go, so that who is refused learns when to come again: a moving mean of the time that workers have a job. */

/** Weight of the newest job in the mean. */
const weight = 0.2;
/** Longer than this nobody is sent away. */
const waitMaxSeconds = 600;

export class Pace {
  readonly #nowMs: () => number;
  readonly #begun = new Map<string, number>();
  #meanMs: number | undefined;

  /** @param nowMs a clock that only goes on */
  constructor(nowMs: () => number = () => performance.now()) {
    this.#nowMs = nowMs;
  }

  begin(id: string): void {
    this.#begun.set(id, this.#nowMs());
  }

  end(id: string): void {
    const begun = this.#begun.get(id);
    if (begun === undefined) return;
    this.#begun.delete(id);
    const tookMs = this.#nowMs() - begun;
    this.#meanMs = this.#meanMs === undefined ? tookMs : (1 - weight) * this.#meanMs + weight * tookMs;
  }

  /** Whole seconds, at least 1, in which so many jobs begin where so many run at once; undefined before the first has ended. */
  secondsFor(jobs: number, parallel: number): number | undefined {
    if (this.#meanMs === undefined) return undefined;
    const seconds = (jobs * this.#meanMs) / Math.max(1, parallel) / 1000;
    return Math.min(waitMaxSeconds, Math.max(1, Math.ceil(seconds)));
  }
}
