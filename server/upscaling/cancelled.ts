/** The end of an upscale that is cancelled, said the same wherever it is noticed: between tiles, hypotheses, or in the line. */
import { AppError } from "../../shared/problem.ts";

/** @throws AppError `cancelled` */
export function refuseCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new AppError("cancelled", "upscale: cancelled before all pictures were made");
}
