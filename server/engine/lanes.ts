/** Work on several items at once, where something else than this thread does it. Pure. */

/**
 * Works through items in so many lanes, each of which takes the next item as soon as it is done with one. After a fault no lane takes
 * another, and all have ended before it is thrown.
 */
export async function inLanes<T>(items: Iterable<T>, lanes: number, work: (item: T) => Promise<void>): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let hasFailed = false;
  const lane = async (): Promise<void> => {
    try {
      for (let next = iterator.next(); !next.done && !hasFailed; next = iterator.next()) await work(next.value);
    } catch (error) {
      hasFailed = true;
      throw error;
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
