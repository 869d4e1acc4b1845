/** Ends jobs for which no live worker has the packs: they wait for one for a while, not for ever. Each HTTP process does. */

import type { WorkKind } from "../../../shared/contract/workers.ts";
import { limits } from "../../../shared/limits.ts";
import type { Log } from "../../platform/log.ts";
import type { KnownWorkers } from "./known-workers.ts";
import type { Shared } from "./open-shared.ts";

/** @param awaitMs how long a job waits for a worker that could take it */
export function startEndingUnserved(
  { queue, upscales, trainings, calls }: Shared,
  known: Pick<KnownWorkers, "isServed">,
  awaitMs: number,
  log: Pick<Log, "error" | "warn">,
): { stop(): void } {
  const queues: ReadonlyArray<[WorkKind, Pick<Shared["queue"], "endUnserved">]> = [
    ["generations", queue],
    ["upscales", upscales],
    ["trainings", trainings],
    ["calls", calls],
  ];
  const look = async (): Promise<void> => {
    for (const [kind, each] of queues) {
      const count = await each.endUnserved((packs) => known.isServed(kind, packs), awaitMs);
      if (count > 0) log.warn({ kind, count }, "jobs ended because no worker has their packs");
    }
  };
  const timer = setInterval(
    () => void look().catch((error: unknown) => log.error({ err: error }, "jobs without a worker could not be ended")),
    Math.min(limits.workerSilenceMs, awaitMs / 2),
  );
  return { stop: () => clearInterval(timer) };
}
