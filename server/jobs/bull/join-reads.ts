/** Joins reads that are requested in one turn of the event loop into one command: places in line change for all that wait at once. */

import { isOfConnection } from "./connection.ts";

/** Of one command: while the queue server reads them it does nothing else. */
const joinedMax = 100;

interface Wanted<T> {
  readonly id: string;
  resolve(found: T): void;
  reject(error: unknown): void;
}

/** @param readAll answers in the order of the ids */
export function joinReads<T>(readAll: (ids: readonly string[]) => Promise<readonly T[]>): (id: string) => Promise<T> {
  let wanted: Wanted<T>[] = [];
  const readNow = async (some: readonly Wanted<T>[]): Promise<void> => {
    try {
      const found = await readAll(some.map(({ id }) => id));
      for (const [index, { resolve }] of some.entries()) resolve(found[index]!);
    } catch (error) {
      // A record that can't be read is the fault of its own reader alone; a server that is away would be asked a hundred times.
      if (some.length > 1 && !isOfConnection(error)) for (const one of some) void readNow([one]);
      else for (const { reject } of some) reject(error);
    }
  };
  const flush = (): void => {
    const all = wanted;
    wanted = [];
    for (let at = 0; at < all.length; at += joinedMax) void readNow(all.slice(at, at + joinedMax));
  };
  return (id) =>
    new Promise((resolve, reject) => {
      if (wanted.length === 0) setImmediate(flush);
      wanted.push({ id, resolve, reject });
    });
}
