/** Random numbers that depend on a text alone, so that a style is the same on every machine and in every order of drawing. */
import { createHash } from "node:crypto";

/** Draws of one stream. */
export interface Draw {
  /** In [0, 1). */
  unit(): number;
  /** In [from, to). */
  between(from: number, to: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** One of the keys, as often as its weight says. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T;
}

/** A number in [0, 1) from a text: the first four bytes of SHA-256. */
export const hashUnit = (text: string): number => createHash("sha256").update(text).digest().readUInt32BE(0) / 2 ** 32;

/** The stream of a text (mulberry32, seeded by SHA-256). */
export function drawFrom(text: string): Draw {
  let state = createHash("sha256").update(text).digest().readUInt32BE(4);
  const unit = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const pick = <T,>(items: readonly T[]): T => items[Math.floor(unit() * items.length)]!;
  return {
    unit,
    between: (from, to) => from + (to - from) * unit(),
    chance: (probability) => unit() < probability,
    pick,
    weighted: <T extends string>(weights: Readonly<Record<T, number>>): T => {
      const keys = Object.keys(weights) as T[];
      let left = unit() * keys.reduce((sum, key) => sum + weights[key], 0);
      for (const key of keys) {
        left -= weights[key];
        if (left < 0) return key;
      }
      return keys.at(-1)!;
    },
  };
}
