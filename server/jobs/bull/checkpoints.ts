/**
 * What a running training has worked out so far, so that another worker goes on with it: its files in the store by digest, their list
 * on the queue server. A list names files of one training alone; whoever wrote it last wrote what any worker can go on from, because
 * steps depend on nothing but the training.
 */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { filesBelow } from "../../platform/files/files-below.ts";
import { type BlobStore, keepBlob } from "../blobs/blob-store.ts";
import type { Connection } from "./connection.ts";

/** A path below the folder. */
const PathSchema = z.string().refine((path) => path.split("/").every((part) => /^(?!\.\.?$)[^\\\0]+$/.test(part)));
const ListSchema = z.object({
  /** The process that wrote it. */
  by: z.string(),
  files: z.array(z.object({ path: PathSchema, sha256: z.string() })),
});
type List = z.infer<typeof ListSchema>;

/** Name of the file without which there is nothing to go on from. */
const checkpointFile = "checkpoint.safetensors";

/** What this process has kept of a training; a mark is a file's path, size and time of change. */
interface Kept {
  /** Digests of the files in the store by mark: most stay the same from one checkpoint to the next. */
  readonly digests: Map<string, string>;
  /** Marks of the list on the queue server. */
  listed: ReadonlySet<string>;
}

export class Checkpoints {
  readonly #client: Connection;
  readonly #key: string;
  readonly #store: BlobStore;
  readonly #self = randomUUID();
  readonly #kept = new Map<string, Kept>();

  constructor(client: Connection, prefix: string, store: BlobStore) {
    this.#client = client;
    this.#key = `${prefix}:checkpoints`;
    this.#store = store;
  }

  /**
   * Keeps the files of a training's work folder, if it has a checkpoint that is not kept yet.
   * @returns whether it was kept @throws AppError storage_full, store_unavailable
   */
  async save(training: string, folder: string): Promise<boolean> {
    const paths = (await filesBelow(folder)).filter((path) => path !== "lock");
    const marks = await Promise.all(paths.map((path) => markOf(join(folder, path))));
    const marked = paths.flatMap((path, index) => (marks[index] === undefined ? [] : [{ path, mark: marks[index] }]));
    const kept: Kept = this.#kept.get(training) ?? { digests: new Map(), listed: new Set() };
    this.#kept.set(training, kept);
    const isNew = ({ path, mark }: (typeof marked)[number]): boolean =>
      path.endsWith(checkpointFile) && !kept.listed.has(mark);
    if (!marked.some(isNew)) return false;
    const files: List["files"] = [];
    for (const { path, mark } of marked)
      files.push({ path, sha256: await this.#keep(join(folder, path), mark, kept.digests) });
    await this.#client.hset(this.#key, training, JSON.stringify({ by: this.#self, files } satisfies List));
    // Only now: what a fault of the store or the queue server cut short is tried again.
    kept.listed = new Set(marked.map(({ mark }) => mark));
    return true;
  }

  /**
   * Makes a training's work folder as another process kept it; one that this process kept last stays as it is.
   * @returns whether there is something to go on from @throws AppError storage_full, store_unavailable
   */
  async restore(training: string, folder: string): Promise<boolean> {
    const text = await this.#client.hget(this.#key, training);
    if (text === null) return false;
    const { by, files } = ListSchema.parse(JSON.parse(text));
    if (by === this.#self && existsSync(folder)) return true;
    const half = `${folder}.half`;
    await rm(half, { recursive: true, force: true });
    for (const { path, sha256 } of files) {
      const to = join(half, path);
      await mkdir(dirname(to), { recursive: true, mode: 0o700 });
      // Checks the digest.
      if (!(await this.#store.place(sha256, to))) {
        await rm(half, { recursive: true, force: true });
        return false;
      }
      // Encoded images that are older than the examples would be made again.
      const now = new Date();
      await utimes(to, now, now);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(half, folder);
    return true;
  }

  async remove(training: string): Promise<void> {
    this.#kept.delete(training);
    await this.#client.hdel(this.#key, training);
  }

  /**
   * Forgets those of trainings that are not open any more.
   * @returns digests that the others name
   */
  async sweep(isOpen: (training: string) => Promise<boolean>): Promise<ReadonlySet<string>> {
    const named = new Set<string>();
    for (const [training, text] of Object.entries(await this.#client.hgetall(this.#key)))
      if (await isOpen(training)) for (const { sha256 } of ListSchema.parse(JSON.parse(text)).files) named.add(sha256);
      else await this.remove(training);
    return named;
  }

  async #keep(path: string, mark: string, digests: Kept["digests"]): Promise<string> {
    const known = digests.get(mark);
    if (known !== undefined && (await this.#store.touch(known))) return known;
    const sha256 = await keepBlob(this.#store, await readFile(path));
    digests.set(mark, sha256);
    return sha256;
  }
}

/** Another one for each content that a path has had; undefined for a file that the training has just removed. */
async function markOf(path: string): Promise<string | undefined> {
  const about = await stat(path).catch(() => undefined);
  return about && `${path} ${about.size} ${about.mtimeMs} ${about.ino}`;
}
