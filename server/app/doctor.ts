/**
 * Looks at all that a server needs on this machine, and says of each what is wrong and what to do: Node, binaries, packs, provider,
 * port, queue server and store, data folder, jobs and images. Changes nothing but in `repair`, which needs the data folder for itself.
 */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { listen } from "../http/listen.ts";
import { chooseProvider } from "../inference/provider.ts";
import { ResultStore } from "../jobs/blobs/result-store.ts";
import { openS3Blobs } from "../jobs/blobs/s3-blobs.ts";
import { connect } from "../jobs/bull/connection.ts";
import { inspectJobs, repairJobs } from "../jobs/repair/repair-jobs.ts";
import { runtime } from "../onnx/runtime.ts";
import { Catalogue } from "../packs/catalogue.ts";
import { freeBytesOf } from "../platform/files/free-bytes.ts";
import { sha256OfFile } from "../platform/sha256.ts";
import type { Config, SharedConfig } from "./config.ts";
import { lockDataFolder } from "./data-lock.ts";

export interface Finding {
  readonly what: string;
  /** `fault` keeps the server from its work, `note` is good to know. */
  readonly grade: "well" | "note" | "fault";
  readonly found: string;
  /** What to do. */
  readonly cure?: string;
}

/** Free bytes below which a server will soon refuse work. */
const roomMinBytes = 1024 * 1024 * 1024;
const nodeMin = [20, 19] as const;

const well = (what: string, found: string): Finding => ({ what, grade: "well", found });
const fault = (what: string, found: string, cure: string): Finding => ({ what, grade: "fault", found, cure });
const note = (what: string, found: string, cure: string): Finding => ({ what, grade: "note", found, cure });
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** One finding after another, as each is known. */
export async function* examine(config: Config): AsyncGenerator<Finding> {
  yield checkNode();
  yield checkRuntime();
  yield await checkImages();
  yield* await checkPacks(config);
  yield await checkProvider(config);
  yield await checkPort(config);
  if (config.shared) {
    yield await checkQueue(config.shared.queueUrl);
    yield await checkSharedStore(config.shared.store);
  }
  yield* await checkFolder(config);
}

function checkNode(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isNew = major > nodeMin[0] || (major === nodeMin[0] && minor >= nodeMin[1]);
  if (isNew) return well("node", process.versions.node);
  return fault("node", process.versions.node, `install Node ${nodeMin.join(".")} or later`);
}

function checkRuntime(): Finding {
  if (runtime.processor === "cpu")
    return well("runtime", `onnxruntime-node for ${process.platform} on ${process.arch}`);
  const cure = "run npm ci again on this machine; where there is no binary, Tau is several times slower";
  return note("runtime", "onnxruntime-web (WebAssembly)", cure);
}

async function checkImages(): Promise<Finding> {
  try {
    const { encodePng } = await import("../images/codec.ts");
    await encodePng(new Uint8Array(4), 1, 1);
    return well("images", "sharp reads and writes");
  } catch (error) {
    return fault("images", messageOf(error).split("\n")[0]!, "run npm ci again on this machine");
  }
}

async function checkPacks({ packsDir, userPacksDir }: Config): Promise<Finding[]> {
  try {
    const catalogue = await Catalogue.open(packsDir, userPacksDir);
    await catalogue.verify();
    const names = catalogue.entries.map(({ manifest: { id, version } }) => `${id}@${version}`);
    return [
      well("packs", `${names.join(", ")}, every file as its manifest says`),
      ...catalogue.faults.map(({ folder, error }) =>
        note("packs", `${folder} is left out: ${error.message}`, "train it again, or delete the folder"),
      ),
    ];
  } catch (error) {
    return [fault("packs", messageOf(error), `restore ${packsDir} (git checkout), or name another with --packs`)];
  }
}

async function checkProvider({ provider }: Config): Promise<Finding> {
  try {
    return well("provider", `${await chooseProvider(provider)} (requested: ${provider})`);
  } catch (error) {
    return fault("provider", messageOf(error), 'see "GPU" in docs/operations.md, or use --provider auto');
  }
}

async function checkPort({ port, listen: requested }: Config): Promise<Finding> {
  try {
    await (await listen(() => new Response(null, { status: 503 }), port, limits, requested)).close(0);
    return well("port", `${port} is free`);
  } catch (error) {
    const isTau = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2000) }).then(
      async (answer) => /"status"/.test(await answer.text()),
      () => false,
    );
    if (isTau) return well("port", `${port} has a Tau server that answers`);
    return fault("port", messageOf(error), "stop the other program, or choose another port with --port or TAU_PORT");
  }
}

async function checkQueue(url: string): Promise<Finding> {
  try {
    const connections = await connect(url, () => undefined);
    const append = await connections.asking.info("persistence");
    connections.close();
    if (/^aof_enabled:1/m.test(append))
      return well("queue", "the queue server answers and keeps every command on its disk");
    return note("queue", "the queue server answers, but keeps no append-only file", "start it with --appendonly yes");
  } catch (error) {
    return fault("queue", messageOf(error), "start Valkey or Redis, or correct TAU_QUEUE_URL");
  }
}

async function checkSharedStore(store: SharedConfig["store"]): Promise<Finding> {
  try {
    if ("folder" in store) {
      const { folder } = store;
      if (!(await isThere(folder)))
        return fault("store", `${folder} is not there`, "mount it, make it, or correct TAU_STORE_URL");
      await access(folder, constants.W_OK);
      if (!(await isThere(join(folder, "uploads"))))
        return note("store", `${folder} takes writes, but has no files yet`, "if it had some before, mount it");
      const uploads = ResultStore.of(join(folder, "uploads"));
      uploads.forget(await uploads.put(randomBytes(16)));
    } else {
      const uploads = openS3Blobs(store, "uploads");
      await uploads.delete(await uploads.put(randomBytes(16)));
    }
    return well("store", "the store of files takes writes");
  } catch (error) {
    return fault("store", messageOf(error), "mount it for writing, start it, or correct TAU_STORE_URL and its keys");
  }
}

async function checkFolder({ dataDir }: Config): Promise<Finding[]> {
  const about = await stat(dataDir).catch(() => undefined);
  if (!about) return [well("folder", `${dataDir} is not there yet; the first start makes it`)];
  const findings: Finding[] = [];
  const isWritable = await access(dataDir, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (isWritable) findings.push(well("folder", dataDir));
  else
    findings.push(
      fault("folder", `${dataDir} can't be written`, "mount the disk for writing, or give it to this user"),
    );
  const freeBytes = await freeBytesOf(dataDir);
  const free = `${(freeBytes / 1e9).toFixed(1)} GB free`;
  if (freeBytes >= roomMinBytes) findings.push(well("room", free));
  else findings.push(note("room", free, "make room, or move the data folder and name it with --data"));
  const token = await stat(join(dataDir, "token")).catch(() => undefined);
  if (token && (token.mode & 0o077) !== 0)
    findings.push(fault("token", "others may read it", `chmod 600 ${join(dataDir, "token")}`));
  if (isWritable && (await isThere(join(dataDir, "tau.db")))) findings.push(await checkJobs(dataDir));
  for (const name of imageFolders) findings.push(...(await checkStore(dataDir, name)));
  return findings;
}

const repairHint = "stop the server, back up the data folder, and run tau doctor --repair";
const imageFolders = ["results", "upscaled", "uploads"] as const;
const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function checkJobs(dataDir: string): Promise<Finding> {
  const { faults, jobs, unreadable } = await inspectJobs(dataDir);
  if (faults.length > 0) return fault("jobs", `tau.db is damaged: ${faults[0]}`, repairHint);
  if (unreadable.length > 0)
    return fault("jobs", `${unreadable.length} of ${jobs} can't be read, ${unreadable[0]} for one`, repairHint);
  return well("jobs", `${jobs}, all readable`);
}

async function checkStore(dataDir: string, name: string): Promise<Finding[]> {
  const damaged = await damagedIn(join(dataDir, name));
  if (damaged.length === 0) return [];
  return [fault(name, `${damaged.length} damaged images, ${damaged[0]} for one`, repairHint)];
}

/** Files whose bytes are not those that their name says. */
async function damagedIn(folder: string): Promise<string[]> {
  if (!(await isThere(folder))) return [];
  const damaged: string[] = [];
  for (const name of await readdir(folder))
    if (/^[0-9a-f]{64}$/.test(name) && (await sha256OfFile(join(folder, name))) !== name) damaged.push(name);
  return damaged;
}

/**
 * Mends the data folder of a stopped server: builds the database anew from what can be read, and moves damaged images away.
 * @returns what was done, a line each
 * @throws AppError config_invalid when a server uses the folder
 */
export async function repair({ dataDir }: Config): Promise<string[]> {
  if (!(await isThere(dataDir)))
    throw new AppError("config_invalid", `data: expected a folder, got none at ${dataDir}`);
  const unlock = lockDataFolder(dataDir);
  try {
    const done: string[] = [];
    const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
    const { keptAs, leftOutIn, jobs, unreadable } = await repairJobs(dataDir, stamp);
    if (keptAs)
      done.push(`jobs: ${jobs - unreadable.length} taken over into a new tau.db; the former one is ${keptAs}`);
    if (leftOutIn) done.push(`jobs: ${unreadable.length} left out; their rows are in ${leftOutIn}`);
    for (const name of imageFolders)
      for (const digest of await damagedIn(join(dataDir, name))) {
        await rm(join(dataDir, name, `${digest}.damaged`), { force: true });
        await rename(join(dataDir, name, digest), join(dataDir, name, `${digest}.damaged`));
        done.push(`${name}: ${digest} is now ${digest}.damaged; the same request draws it again`);
      }
    return done.length > 0 ? done : ["nothing was damaged"];
  } finally {
    unlock();
  }
}
