/** Processes several items at a time with asynchronous work. Pure. */

/**
 * Processes items with a number of concurrent workers; each takes the next item when it is done. After an error no worker takes
 * another item, and all have ended before the first error is thrown.
 * @param work receives the item and the number of its worker, from 0 on
 */
export async function mapConcurrent<T>(
  items: Iterable<T>,
  concurrency: number,
  work: (item: T, worker: number) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  const runWorker = async (worker: number): Promise<void> => {
    try {
      for (let next = iterator.next(); !next.done && !failure; next = iterator.next()) await work(next.value, worker);
    } catch (error) {
      failure ??= { error };
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, worker) => runWorker(worker)));
  if (failure) throw failure.error;
}
