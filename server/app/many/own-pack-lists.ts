/**
 * The lists of packs that workers trained, on the queue server: a hash with a field for each name. Whoever writes one replaces only
 * what it has read, so that of two workers that publish a name at the same time none overwrites the other unseen.
 */
import { z } from "zod";
import { TrainingNameSchema } from "../../../shared/contract/training.ts";
import { AppError } from "../../../shared/problem.ts";
import type { Connection } from "../../jobs/bull/connection.ts";
import { Script } from "../../jobs/bull/script.ts";
import { PackPathSchema } from "../../manifest/pack-path.ts";

const ListSchema = z.object({
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  /** Of the manifest. */
  digest: z.string(),
  /** All, the manifest too. */
  files: z.array(z.object({ path: PackPathSchema, sha256: z.string() })),
});
export type List = z.infer<typeof ListSchema>;

/** What stands in place of a list that an operator took back. */
const removed = "removed";

export interface Entry {
  /** As it is on the queue server. */
  readonly text: string;
  /** Absent when the pack was taken back, or the text can't be read. */
  readonly list?: List;
  readonly fault?: AppError;
}

const keyOf = (prefix: string): string => `${prefix}:own-packs`;

/** Sets a field unless it changed since it was read; empty = it was not there. */
const setUnchanged = new Script(`
local now = redis.call("HGET", KEYS[1], ARGV[1]) or ""
if now ~= ARGV[2] then return 0 end
redis.call("HSET", KEYS[1], ARGV[1], ARGV[3])
return 1
`);

/** By name. What no pack can be called is left out: it would be a path. */
export async function readEntries(client: Connection, prefix: string): Promise<ReadonlyMap<string, Entry>> {
  const texts = Object.entries(await client.hgetall(keyOf(prefix)));
  return new Map(
    texts.flatMap(([name, text]) => (TrainingNameSchema.safeParse(name).success ? [[name, entryOf(name, text)]] : [])),
  );
}

/** @returns false when the name's entry is not `before` any more */
export async function listPack(
  client: Connection,
  prefix: string,
  { name, list, before = "" }: { readonly name: string; readonly list: List; readonly before: string | undefined },
): Promise<boolean> {
  return (await setUnchanged.run(client, keyOf(prefix), name, before, JSON.stringify(list))) === 1;
}

/** Digests of the files of all packs that are shared. @throws AppError pack_corrupt for a list that can't be read */
export async function sharedPackFiles(client: Connection, prefix: string): Promise<ReadonlySet<string>> {
  const digests = new Set<string>();
  for (const { list, fault } of (await readEntries(client, prefix)).values()) {
    // Its files are unknown, and would be removed.
    if (fault) throw fault;
    for (const { sha256 } of list?.files ?? []) digests.add(sha256);
  }
  return digests;
}

function entryOf(name: string, text: string): Entry {
  if (text === removed) return { text };
  try {
    return { text, list: ListSchema.parse(JSON.parse(text)) };
  } catch (cause) {
    const message = `pack ${name} of another worker: expected a list of its files, got ${text.length} characters that are none`;
    return { text, fault: new AppError("pack_corrupt", message, { cause }) };
  }
}
