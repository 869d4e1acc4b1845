/** The common error of a cancelled upscale, whether it is noticed between tiles, between hypotheses, or in the queue. */
import { AppError } from "../../shared/problem.ts";

/** @throws AppError `cancelled` */
export function refuseCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError("cancelled", "upscale: cancelled before all pictures were made");
}
