/** Work on several items at once, where something else than this thread does it. Pure. */

/**
 * Works through items in so many lanes, each of which takes the next item as soon as it is done with one. After a fault no lane takes
 * another, and all have ended before the first fault is thrown.
 * @param work is told which lane it is in, from 0 on
 */
export async function mapConcurrent<T>(
  items: Iterable<T>,
  concurrency: number,
  work: (item: T, lane: number) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let fault: { readonly error: unknown } | undefined;
  const inLane = async (lane: number): Promise<void> => {
    try {
      for (let next = iterator.next(); !next.done && !fault; next = iterator.next()) await work(next.value, lane);
    } catch (error) {
      fault ??= { error };
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, lane) => inLane(lane)));
  if (fault) throw fault.error;
}
