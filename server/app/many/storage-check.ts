/**
 * Whether an HTTP process reaches what a job needs to be kept: the queue server and the store each take a write. Looked at once in a
 * few seconds at most, however often it is asked.
 */
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { limits } from "../../../shared/limits.ts";
import type { Shared } from "./open-shared.ts";

/** @param keptMs how long an answer is used @returns what to ask: what is wrong, in words, or undefined */
export function createStorageCheck(
  { connections, uploads }: Pick<Shared, "connections" | "uploads">,
  prefix: string,
  keptMs: number,
): () => Promise<string | undefined> {
  const look = async (): Promise<string | undefined> => {
    const [queueFault, storeFault] = await Promise.all([
      faultOf("the queue server", () => connections.asking.set(`${prefix}:ready`, "1", "PX", limits.readinessCheckMs)),
      faultOf("the store of files", async () => uploads.delete(await uploads.put(randomBytes(16)))),
    ]);
    return queueFault ?? storeFault;
  };
  let last: Promise<string | undefined> | undefined;
  let until = 0;
  return () => {
    if (!last || performance.now() > until) {
      last = look();
      until = performance.now() + keptMs;
    }
    return last;
  };
}

/** What keeps a write from being done in time, in words. */
async function faultOf(name: string, write: () => Promise<unknown>): Promise<string | undefined> {
  const tooLate = sleep(limits.readinessCheckMs, `${name} did not take a write in ${limits.readinessCheckMs} ms`, {
    ref: false,
  });
  const written = write().then(
    () => undefined,
    () => `${name} takes no writes`,
  );
  return Promise.race([written, tooLate]);
}
