/**
 * Packs that were trained by one worker, for all of them: the files in the store by digest, their list on the queue server. The later
 * version of a name counts: a worker that has it gives it, the others fetch it and serve it without a restart. What was fetched is
 * served only when every file has the digest of its manifest.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import type { BlobStore } from "../../jobs/blobs/blob-store.ts";
import type { Connection } from "../../jobs/bull/connection.ts";
import { PackPathSchema } from "../../manifest/pack-path.ts";
import { type ReadManifest, readManifest } from "../../manifest/read-manifest.ts";
import { ownPackAt } from "../../packs/pack-name.ts";
import { whilePublishing } from "../../packs/publish.ts";
import type { Served } from "../../packs/served-catalogue.ts";
import { verifyPack } from "../../packs/verify.ts";
import { filesBelow } from "../../platform/files/files-below.ts";
import { linkOrCopy } from "../../platform/files/link-or-copy.ts";
import { sha256Of, sha256OfFile } from "../../platform/sha256.ts";

const ListSchema = z.object({
  version: z.string(),
  /** Of the manifest. */
  digest: z.string(),
  /** All, the manifest too. */
  files: z.array(z.object({ path: PackPathSchema, sha256: z.string() })),
});
type List = z.infer<typeof ListSchema>;

interface SharedPacksOptions {
  readonly client: Connection;
  /** Of all keys. */
  readonly prefix: string;
  readonly store: BlobStore;
  /** Folder of this worker's own packs. */
  readonly home: string;
  readonly served: Served;
}

export class SharedPacks {
  readonly #options: SharedPacksOptions;
  readonly #key: string;

  constructor(options: SharedPacksOptions) {
    this.#options = options;
    this.#key = keyOf(options.prefix);
  }

  /**
   * Gives packs of which this worker has the latest version, and fetches those of which another has.
   * @returns whether one came, which is to be served now @throws AppError storage_full, store_unavailable, pack_corrupt
   */
  async exchange(): Promise<boolean> {
    const { client, home, served } = this.#options;
    const shared = await readLists(client, this.#key);
    const names = existsSync(home) ? (await readdir(home)).filter((name) => !name.startsWith(".")) : [];
    const own = new Map<string, ReadManifest>();
    for (const name of names) {
      // A folder of something else is the catalogue's to complain of.
      const read = await ownPackAt(join(home, name), name).catch(() => undefined);
      if (read) own.set(name, read);
    }
    for (const [name, { manifest, digest }] of own) {
      const list = shared.get(name);
      if (!list || isLater(manifest.version, list.version)) await this.#give(name, manifest.version, digest);
    }
    let hasCome = false;
    for (const [name, list] of shared) {
      const mine = own.get(name);
      const isWanted = !mine || (mine.digest !== list.digest && !isLater(mine.manifest.version, list.version));
      if (!isWanted || served.isShipped(name) || names.includes(name) !== own.has(name)) continue;
      await this.#fetch(name, list);
      hasCome = true;
    }
    return hasCome;
  }

  async #give(name: string, version: string, digest: string): Promise<void> {
    const { client, home, store } = this.#options;
    const folder = join(home, name);
    const files: List["files"] = [];
    for (const path of await filesBelow(folder)) {
      const bytes = await readFile(join(folder, path));
      const sha256 = sha256Of(bytes);
      if (!(await store.touch(sha256))) await store.put(bytes);
      files.push({ path, sha256 });
    }
    await client.hset(this.#key, name, JSON.stringify({ version, digest, files } satisfies List));
  }

  async #fetch(name: string, { files }: List): Promise<void> {
    const { home, store } = this.#options;
    const folder = join(home, name);
    const here = await this.#filesHere();
    await whilePublishing(folder, async () => {
      for (const left of await readdir(home))
        if (left.startsWith(`.${name}-`)) await rm(join(home, left), { recursive: true, force: true });
      const made = join(home, `.${name}-${randomBytes(4).toString("hex")}`);
      try {
        for (const { path, sha256 } of files) {
          const to = join(made, path);
          await mkdir(dirname(to), { recursive: true });
          if (!(await placeFrom(here.get(sha256), sha256, to))) await store.place(sha256, to);
        }
        await verifyPack(made, (await readManifest(made)).manifest);
        const old = `${made}-old`;
        if (existsSync(folder)) await rename(folder, old);
        await rename(made, folder);
        await rm(old, { recursive: true, force: true });
      } finally {
        await rm(made, { recursive: true, force: true });
      }
    });
  }

  /** Paths of the files of packs that are here, by digest: a trained pack has most of its base's. */
  async #filesHere(): Promise<ReadonlyMap<string, string>> {
    const { served } = this.#options;
    const here = new Map<string, string>();
    for (const { id } of served.packs()) {
      const { folder } = served.packOf(id);
      // One that an upgrade has just replaced lends nothing; the store has all files.
      const read = await readManifest(folder).catch(() => undefined);
      for (const { path, sha256 } of read?.manifest.files ?? []) here.set(sha256, join(folder, path));
    }
    return here;
  }
}

/** Digests of the files of all packs that are shared. */
export async function sharedPackFiles(client: Connection, prefix: string): Promise<ReadonlySet<string>> {
  const lists = await readLists(client, keyOf(prefix));
  return new Set([...lists.values()].flatMap(({ files }) => files.map(({ sha256 }) => sha256)));
}

const keyOf = (prefix: string): string => `${prefix}:own-packs`;

async function readLists(client: Connection, key: string): Promise<Map<string, List>> {
  const texts = Object.entries(await client.hgetall(key));
  return new Map(texts.map(([name, text]) => [name, ListSchema.parse(JSON.parse(text))]));
}

/** True when a file of this machine could be used, whose bytes are those of the digest. */
async function placeFrom(path: string | undefined, sha256: string, to: string): Promise<boolean> {
  if (path === undefined || (await sha256OfFile(path).catch(() => "")) !== sha256) return false;
  await linkOrCopy(path, to);
  return true;
}

/** Versions are three numbers. */
function isLater(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(".").map(Number)) as [number[], number[]];
  const at = a.findIndex((part, index) => part !== b[index]);
  return at >= 0 && a[at]! > b[at]!;
}
