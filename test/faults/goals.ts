/** All goals, in the order of the table. */
import { clockJumps, diskFull, readOnly, tornFiles, twoServers } from "./disks.ts";
import type { Goal } from "./goal.ts";
import { childHangs, childKilled, serverKilled, stopped } from "./kills.ts";
import { drippingClients, fairness, flood, providerAbsent } from "./loads.ts";
import { memoryTaken } from "./memory.ts";
import { networkLost, queueKilled, queueStopped, workerKilled } from "./queues.ts";

export const goals: readonly Goal[] = [
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
];
