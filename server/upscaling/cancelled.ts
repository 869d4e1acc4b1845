/** The common error of a cancelled upscale, whether it is noticed during a tile, between hypotheses, or in the queue. */
import { AppError } from "../../shared/problem.ts";

const cancelled = (): AppError => new AppError("cancelled", "upscale: cancelled before all pictures were made");

/** @throws AppError `cancelled` */
export function refuseCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}

/**
 * What `work` gives, unless `signal` is aborted first. The work goes on until it notices that itself.
 * @throws AppError `cancelled`
 */
export async function unlessCancelled<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop = (): void => {};
  const abort = new Promise<never>((_, reject) => {
    const listen = (): void => reject(cancelled());
    if (signal.aborted) listen();
    signal.addEventListener("abort", listen);
    stop = () => signal.removeEventListener("abort", listen);
  });
  try {
    return await Promise.race([work, abort]);
  } finally {
    stop();
  }
}
