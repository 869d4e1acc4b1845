/** Work side by side that ends together: whatever fails first stops the rest, and nothing is left running behind its back. */

type Task<T> = (signal: AbortSignal) => Promise<T>;

/**
 * The tasks' results, in their order.
 * @throws what the first one that failed threw, once all have ended
 */
export async function together<T extends readonly unknown[]>(
  signal: AbortSignal | undefined,
  tasks: { readonly [index in keyof T]: Task<T[index]> },
): Promise<T> {
  const stop = new AbortController();
  const shared = AbortSignal.any([stop.signal, ...(signal ? [signal] : [])]);
  const settled = await Promise.allSettled(
    tasks.map(async (task) => {
      try {
        return await task(shared);
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    }),
  );
  // The first to fail gave the reason, which those that it stopped throw as well.
  if (stop.signal.aborted) throw stop.signal.reason;
  return settled.map((result) => (result as PromiseFulfilledResult<unknown>).value) as unknown as T;
}
