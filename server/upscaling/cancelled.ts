/** The common error of a cancelled upscale, whether it is noticed during a tile, between hypotheses, or in the queue. */
import { AppError } from "../../shared/problem.ts";

const cancelled = (): AppError => new AppError("cancelled", "upscale: cancelled before all pictures were made");

/** @throws AppError `cancelled` */
export function refuseCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}

/**
 * What `work` gives, unless `signal` is aborted first. Then the work goes on in its thread, and nobody waits for it.
 * @throws AppError `cancelled`
 */
export async function unlessCancelled<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  refuseCancelled(signal);
  let stop = (): void => {};
  const abort = new Promise<never>((_, reject) => {
    const listen = (): void => reject(cancelled());
    signal?.addEventListener("abort", listen);
    stop = () => signal?.removeEventListener("abort", listen);
  });
  try {
    return await Promise.race([work, abort]);
  } finally {
    stop();
  }
}
