/**
 * Which workers a queue server has. Each worker writes its packs, its provider and its kinds of jobs every few seconds. One that has been
 * silent for longer is gone. Its packs stay known for a day, so that jobs for it may wait.
 */
import { z } from "zod";
import { type PackInfo, PackInfoSchema } from "../../../shared/contract/meta.ts";
import { type WorkerInfo, WorkerInfoSchema } from "../../../shared/contract/workers.ts";
import { limits } from "../../../shared/limits.ts";
import type { Connection } from "./connection.ts";

/** What a worker says of itself. */
export type Announcement = Omit<WorkerInfo, "seenAt" | "isLive" | "packs"> & { readonly packs: readonly PackInfo[] };

const EntrySchema = WorkerInfoSchema.omit({ isLive: true, seenAt: true }).extend({ seenAt: z.number() });

const keysOf = (prefix: string) => ({ workers: `${prefix}:workers`, packs: `${prefix}:packs` });

/** Says that a worker is there, or goes. @param seenAt milliseconds since 1970; 0 = it goes */
export async function announce(
  client: Connection,
  prefix: string,
  { packs, ...about }: Announcement,
  seenAt: number,
): Promise<void> {
  const keys = keysOf(prefix);
  const named = packs.map(({ id, version, digest }) => ({ id, version, digest }));
  for (const pack of packs) await client.hset(keys.packs, pack.digest, JSON.stringify(pack));
  await client.hset(keys.workers, about.id, JSON.stringify({ ...about, packs: named, seenAt }));
}

export interface Known {
  /** Newest first. */
  readonly workers: readonly WorkerInfo[];
  /** Of live workers, or of those that were there last when none is; of two versions the newer worker's. */
  readonly packs: readonly PackInfo[];
}

/** @param now milliseconds since 1970 */
export async function readKnown(client: Connection, prefix: string, now: number): Promise<Known> {
  const keys = keysOf(prefix);
  const [entries, packs] = await Promise.all([client.hgetall(keys.workers), client.hgetall(keys.packs)]);
  const workers: WorkerInfo[] = [];
  for (const [id, text] of Object.entries(entries)) {
    const entry = EntrySchema.parse(JSON.parse(text));
    if (now - Math.max(entry.seenAt, Date.parse(entry.startedAt)) > limits.workerKnownMs)
      await client.hdel(keys.workers, id);
    else {
      const isLive = now - entry.seenAt < limits.workerSilenceMs;
      workers.push({ ...entry, seenAt: new Date(entry.seenAt).toISOString(), isLive });
    }
  }
  workers.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
  const live = workers.filter(({ isLive }) => isLive);
  const offered = new Map<string, PackInfo>();
  for (const pack of (live.length > 0 ? live : workers).flatMap((worker) => worker.packs)) {
    const text = packs[pack.digest];
    if (text !== undefined && !offered.has(pack.id)) offered.set(pack.id, PackInfoSchema.parse(JSON.parse(text)));
  }
  return { workers, packs: [...offered.values()] };
}
