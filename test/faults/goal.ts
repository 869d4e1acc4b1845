/** What a fault test is: a goal with its pass mark, which measures itself once and says what it found. */

/** A random number generator with a seed that is printed, so that a failure can be had again. */
export type Random = () => number;

export interface Measured {
  readonly isPassed: boolean;
  /** What was seen, for the table. */
  readonly figure: string;
}

export interface Goal {
  /** As in the table of docs/reliability.md. */
  readonly id: string;
  readonly fault: string;
  readonly mark: string;
  /** Why it can't be tried here, where it can't. */
  skip?(): string | undefined;
  /** Tries it `times` times. @throws Error where the server did something that no mark allows */
  run(times: number, random: Random): Promise<Measured>;
}

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const worst = (values: readonly number[]): number => Math.max(0, ...values);
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
