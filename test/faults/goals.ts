/** All goals, in the order of their tables in docs/reliability.md. */
import { chaos } from "./chaos.ts";
import { clockJumps, diskFull, readOnly, tornFiles, twoServers } from "./disks.ts";
import type { Goal } from "./goal.ts";
import { childHangs, childKilled, serverKilled, stopped } from "./kills.ts";
import { drippingClients, fairness, flood, providerAbsent } from "./loads.ts";
import { memoryTaken } from "./memory.ts";
import { networkLongLost, networkLost, queueKilled, queueStopped, workerKilled } from "./queues.ts";
import { arrivals, overhead, polls } from "./quiet.ts";

/** `npm test` tries each once. */
export const faults: readonly Goal[] = [
  serverKilled,
  childKilled,
  childHangs,
  stopped,
  memoryTaken,
  diskFull,
  readOnly,
  tornFiles,
  twoServers,
  clockJumps,
  providerAbsent,
  flood,
  fairness,
  drippingClients,
  workerKilled,
  queueKilled,
  queueStopped,
  networkLost,
  networkLongLost,
];

/** Their marks are times of a quiet machine, or they last minutes. */
export const loads: readonly Goal[] = [polls, arrivals, overhead, chaos];
