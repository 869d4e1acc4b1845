/**
 * A worker's word that it is there, every few seconds, and its goodbye. All of it goes by one connection, which keeps the order, so that
 * nothing said before overtakes the goodbye; nothing is said after it.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { PackInfo } from "../../../shared/contract/meta.ts";
import { limits } from "../../../shared/limits.ts";
import type { Connection } from "../../jobs/bull/connection.ts";
import { type Announcement, announce } from "../../jobs/bull/worker-registry.ts";
import type { Log } from "../../platform/log.ts";
import { keyPrefix } from "./open-shared.ts";

export interface Heartbeat {
  /** Says now that the worker is there, if it is ready and has not gone; waits for a queue server that is away. */
  beat(): Promise<void>;
  /** Says so no more by itself. */
  stop(): void;
  /** Takes the worker off the list of live ones; at most `limits.queueCommandMs`, and no time while the queue server is away. */
  leave(): Promise<void>;
}

export interface HeartbeatParts {
  /** One that waits while the server is away (`Connections.working`). */
  readonly client: Connection;
  readonly isReady: () => boolean;
  /** What the worker says of itself now. */
  readonly about: () => Announcement;
  readonly log: Pick<Log, "warn">;
}

export function startHeartbeat({ client, isReady, about, log }: HeartbeatParts): Heartbeat {
  const announced = new Map<string, PackInfo>();
  let hasGone = false;
  const beat = async (): Promise<void> => {
    if (!isReady() || hasGone) return;
    await announce(client, keyPrefix, about(), { seenAt: Date.now(), announced, isOver: () => hasGone });
  };
  const timer = setInterval(
    () => void beat().catch((err: unknown) => log.warn({ err }, "the worker could not be announced")),
    limits.workerAnnounceMs,
  );
  const stop = (): void => clearInterval(timer);
  return {
    beat,
    stop,
    leave: async () => {
      stop();
      hasGone = true;
      // Who is silent counts as gone soon.
      if (client.status !== "ready") return;
      const said = announce(client, keyPrefix, about(), { seenAt: 0, announced }).catch(() => undefined);
      await Promise.race([said, sleep(limits.queueCommandMs, undefined, { ref: false })]);
    },
  };
}
