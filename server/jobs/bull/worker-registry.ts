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

/**
 * Says that a worker is there, or goes. A pack is announced once, and again where the server lost it: one with a long vocabulary has
 * hundreds of kilobytes, which a server that syncs would write to its disk every time.
 * @param seenAt milliseconds since 1970; 0 = it goes
 * @param announced packs by digest that this worker announced before; those of now are added
 * @param isOver asked right before the worker's own entry is written; one that is over leaves it as it is
 */
export async function announce(
  client: Connection,
  prefix: string,
  { packs, ...about }: Announcement,
  {
    seenAt,
    announced,
    isOver = () => false,
  }: { readonly seenAt: number; readonly announced: Map<string, PackInfo>; readonly isOver?: () => boolean },
): Promise<void> {
  const keys = keysOf(prefix);
  const named = packs.map(({ id, version, digest }) => ({ id, version, digest }));
  const there = new Set(announced.size === 0 ? [] : await client.hkeys(keys.packs));
  for (const pack of packs) {
    if (announced.get(pack.digest) === pack && there.has(pack.digest)) continue;
    await client.hset(keys.packs, pack.digest, JSON.stringify(pack));
    announced.set(pack.digest, pack);
  }
  if (!isOver()) await client.hset(keys.workers, about.id, JSON.stringify({ ...about, packs: named, seenAt }));
}

/** Packs as they were read, by digest, with the text that they were read from. */
export type ReadPacks = Map<string, { readonly text: string; readonly pack: PackInfo }>;

export interface Known {
  /** Newest first. */
  readonly workers: readonly WorkerInfo[];
  /** Of live workers, or of those that were there last when none is; of two versions the newer worker's. */
  readonly packs: readonly PackInfo[];
}

/**
 * @param now milliseconds since 1970
 * @param read what was read before, of which the same text is not read again; it becomes what is read now
 */
export async function readKnown(
  client: Connection,
  prefix: string,
  now: number,
  read: ReadPacks = new Map(),
): Promise<Known> {
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
  const before = new Map(read);
  read.clear();
  for (const { id, digest } of (live.length > 0 ? live : workers).flatMap((worker) => worker.packs)) {
    const text = packs[digest];
    if (text === undefined || offered.has(id)) continue;
    const former = before.get(digest);
    const pack = former?.text === text ? former.pack : PackInfoSchema.parse(JSON.parse(text));
    read.set(digest, { text, pack });
    offered.set(id, pack);
  }
  return { workers, packs: [...offered.values()] };
}
