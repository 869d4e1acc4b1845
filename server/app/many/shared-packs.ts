/**
 * Packs that were trained by one worker, for all of them: the files in the store by digest, their list on the queue server
 * (own-pack-lists.ts). The later version of a name counts, of two equal ones the one that was published last: a worker that has it
 * gives it, the others fetch it and serve it without a restart. A publication below the listed version becomes the one above it.
 * What was fetched is served only when it is the pack that the list says and every file has the digest of its manifest. A fault of
 * one pack keeps no other from coming.
 */
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";
import { type BlobStore, keepBlob } from "../../jobs/blobs/blob-store.ts";
import type { Connection } from "../../jobs/bull/connection.ts";
import { manifestFile, type ReadManifest, readManifest } from "../../manifest/read-manifest.ts";
import { nextVersion, renumberOwnPack } from "../../packs/own-pack.ts";
import { ownPackAt } from "../../packs/pack-name.ts";
import { whilePublishing } from "../../packs/publish.ts";
import type { Served } from "../../packs/served-catalogue.ts";
import { verifyPack } from "../../packs/verify.ts";
import { filesBelow } from "../../platform/files/files-below.ts";
import { linkOrCopy } from "../../platform/files/link-or-copy.ts";
import type { Log } from "../../platform/log.ts";
import { sha256OfFile } from "../../platform/sha256.ts";
import { type Entry, type List, listPack, readEntries } from "./own-pack-lists.ts";
import { Retries } from "./retries.ts";

interface SharedPacksOptions {
  readonly client: Connection;
  /** Of all keys. */
  readonly prefix: string;
  readonly store: BlobStore;
  /** Folder of this worker's own packs. */
  readonly home: string;
  readonly served: Served;
  readonly log: Pick<Log, "error" | "info">;
  /** Tests have others. */
  readonly timings?: { readonly retryMs?: number; readonly checkMs?: number };
}

export class SharedPacks {
  readonly #options: SharedPacksOptions;
  readonly #retries: Retries;
  /** Digests of own packs as the last exchange left them; another one was published here since. Undefined before the first. */
  #settled: Map<string, string> | undefined;
  #checkedAt = Number.NEGATIVE_INFINITY;
  /** A pack is another version in its folder than the one that is served. */
  #hasRaised = false;

  constructor(options: SharedPacksOptions) {
    this.#options = options;
    this.#retries = new Retries(options.timings?.retryMs ?? limits.workerAnnounceMs, limits.packRetryMaxMs);
  }

  /**
   * Gives packs of which this worker has the latest version, and fetches those of which another has. Faults of one pack are logged.
   * @returns whether one came, or was raised, which is to be served now @throws the client's error when the lists can't be read
   */
  async exchange(): Promise<boolean> {
    const { client, prefix, home, served, timings } = this.#options;
    const entries = await readEntries(client, prefix);
    const names = existsSync(home) ? (await readdir(home)).filter((name) => !name.startsWith(".")) : [];
    const own = new Map<string, ReadManifest>();
    for (const name of names) {
      // A folder of something else is the catalogue's to complain of.
      const read = await ownPackAt(join(home, name), name).catch(() => undefined);
      if (read) own.set(name, read);
    }
    const settled = this.#settled;
    this.#settled ??= new Map([...own].map(([name, { digest }]) => [name, digest]));
    // What was removed and is trained again, to the same bytes, is new.
    for (const name of [...this.#settled.keys()]) if (!own.has(name)) this.#settled.delete(name);
    const isCheckDue = Date.now() - this.#checkedAt >= (timings?.checkMs ?? limits.packCheckMs);
    if (isCheckDue) this.#checkedAt = Date.now();
    const kept = new Set<string>();
    for (const [name, mine] of own) {
      const entry = entries.get(name);
      const isListed = entry?.list?.digest === mine.digest;
      const isNew = settled !== undefined && settled.get(name) !== mine.digest;
      if (!isListed && !isToGive(mine, entry, isNew)) continue;
      kept.add(name);
      if (isListed) this.#settled.set(name, mine.digest);
      if (!isListed || isCheckDue)
        await this.#attempt(name, `give ${mine.digest}`, () => this.#give(name, mine, entry));
    }
    let hasCome = this.#hasRaised;
    this.#hasRaised = false;
    for (const [name, { list, fault }] of entries) {
      if (fault) await this.#attempt(name, "read", () => Promise.reject(fault));
      if (!list || kept.has(name) || served.isShipped(name) || names.includes(name) !== own.has(name)) continue;
      const replaced = own.get(name)?.digest;
      if (await this.#attempt(name, `fetch ${list.digest}`, () => this.#fetch(name, list, replaced))) hasCome = true;
    }
    return hasCome;
  }

  /** True when it was done; what failed is logged, and tried again after a while that grows. */
  async #attempt(name: string, what: string, run: () => Promise<boolean>): Promise<boolean> {
    try {
      return await this.#retries.run(`${name} ${what}`, run);
    } catch (err) {
      this.#options.log.error({ err, pack: name }, "a pack could not be exchanged with other workers");
      return false;
    }
  }

  /** Puts what the store has not, and lists the pack. False when another was listed or published meanwhile. */
  async #give(name: string, own: ReadManifest, entry: Entry | undefined): Promise<boolean> {
    const { client, prefix, home, store } = this.#options;
    const folder = join(home, name);
    const above = await this.#raise(folder, own, entry?.list?.version);
    if (!above) return false;
    const { manifest, digest } = above;
    const files: List["files"][number][] = [];
    for (const path of await filesBelow(folder)) {
      files.push({ path, sha256: await keepBlob(store, await readFile(join(folder, path))) });
    }
    if (!files.some(({ path, sha256 }) => path === manifestFile && sha256 === digest)) return false;
    const list = { version: manifest.version, digest, files };
    if (!(await listPack(client, prefix, { name, list, before: entry?.text }))) return false;
    this.#settled?.set(name, digest);
    return true;
  }

  /** A publication with a version above the listed one; undefined when another is made here meanwhile. */
  async #raise(folder: string, own: ReadManifest, listed: string | undefined): Promise<ReadManifest | undefined> {
    const { version, id } = own.manifest;
    if (listed === undefined || !isLater(listed, version)) return own;
    const raised = await ifFree(folder, async () => {
      if ((await readManifest(folder)).digest !== own.digest) return undefined;
      return renumberOwnPack(folder, own, nextVersion(listed));
    });
    if (!raised) return undefined;
    this.#hasRaised = true;
    this.#options.log.info({ pack: id, version, listed, now: raised.manifest.version }, "a publication was raised");
    return raised;
  }

  /** False when the name is being published here, or was meanwhile: a publication never waits for a fetch, which is tried again. */
  async #fetch(name: string, list: List, replaced: string | undefined): Promise<boolean> {
    const { home, store } = this.#options;
    const folder = join(home, name);
    const here = await this.#filesHere();
    await mkdir(home, { recursive: true });
    const start = `.${name}-`;
    for (const left of await readdir(home))
      if (left.startsWith(start) && /^[0-9a-f]{8}-(fetched|old)$/.test(left.slice(start.length)))
        await rm(join(home, left), { recursive: true, force: true });
    const made = join(home, `${start}${randomBytes(4).toString("hex")}`);
    // Not as a publication calls its folder: that removes what another left behind.
    const [fetched, old] = [`${made}-fetched`, `${made}-old`];
    try {
      for (const { path, sha256 } of list.files) {
        const to = join(fetched, path);
        await mkdir(dirname(to), { recursive: true });
        if (await placeFrom(here.get(sha256), sha256, to)) continue;
        if (await store.place(sha256, to)) continue;
        // A damaged file would pass for one that need not be given.
        await store.delete(sha256);
        throw isMissing(name, path, sha256);
      }
      const read = await readManifest(fetched);
      requireListed(name, list, read);
      await verifyPack(fetched, read.manifest);
      const place = async (): Promise<boolean> => {
        const now = existsSync(folder) ? (await readManifest(folder)).digest : undefined;
        if (now !== replaced) return false;
        if (now !== undefined) await rename(folder, old);
        await rename(fetched, folder);
        return true;
      };
      const hasCome = (await ifFree(folder, place)) ?? false;
      if (hasCome) {
        this.#settled?.set(name, list.digest);
        this.#options.log.info({ pack: name, version: list.version, replaced }, "a pack of another worker was fetched");
      }
      await rm(old, { recursive: true, force: true });
      return hasCome;
    } finally {
      await rm(fetched, { recursive: true, force: true });
    }
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

/** Whether a worker's own pack is the one that all are to have. A name that was taken back takes only a new publication. */
function isToGive(
  { manifest }: ReadManifest,
  entry: Pick<Entry, "list" | "fault"> | undefined,
  isNew: boolean,
): boolean {
  if (!entry) return true;
  const { list, fault } = entry;
  if (!list) return isNew && !fault;
  return isNew || isLater(manifest.version, list.version);
}

/** Runs under the lock of a publication; undefined where another has it. */
const ifFree = <T>(folder: string, run: () => Promise<T>): Promise<T | undefined> =>
  whilePublishing(folder, run, 0).catch((error: unknown) => {
    if (error instanceof AppError && error.code === "config_invalid") return undefined;
    throw error;
  });

/** @throws AppError pack_corrupt */
function requireListed(name: string, list: List, { manifest, digest }: ReadManifest): void {
  const expected = `${name}@${list.version}, manifest ${list.digest}`;
  const received = `${manifest.id}@${manifest.version}, manifest ${digest}`;
  if (received !== expected)
    throw new AppError("pack_corrupt", `pack ${name} of another worker: expected ${expected}, got ${received}`, {
      expected,
      received,
    });
}

const isMissing = (name: string, path: string, sha256: string): AppError =>
  new AppError(
    "pack_unavailable",
    `pack ${name}, ${path}: expected a file of SHA-256 ${sha256} in the store, got none, or a damaged one; a worker that has the pack gives it again`,
    { field: path },
  );

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
