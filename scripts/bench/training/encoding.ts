/**
 * How fast a training folder becomes a training set: PNG files are read, checked and encoded by every expert of a pack like
 * `tau train DIR --name NAME` does, including opening the experts, in fresh processes (encode-folders.ts); and the cost of each
 * part alone.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Session } from "../../../server/onnx/session.ts";
import type { BasePack } from "../../../server/packs/base-pack.ts";
import { openImageSet } from "../../../server/training/dataset/image-set.ts";
import { prepareFolder } from "../../../server/training/dataset/prepare-folder.ts";
import { groupsOf } from "../../../server/training/encode/encode-images.ts";
import { EncodePool } from "../../../server/training/encode/encode-pool.ts";
import { encodeSet } from "../../../server/training/encode/encode-set.ts";
import { type ExpertsSource, openSetExperts, type SetCondition } from "../../../server/training/encode/pack-experts.ts";
import { type Cost, costOf } from "../cost.ts";
import { median } from "../measure.ts";
import { writePictureFolder } from "./picture-folder.ts";

/** Number of timed processes. */
const processes = 5;

export interface EncodingBench {
  readonly images: number;
  /** Including opening the experts, in fresh processes like `tau train`: median, least and most of five. */
  readonly whole: Cost & { readonly leastMs: number; readonly mostMs: number };
  /**
   * Another folder in the same processes, whose code is compiled and whose memory is allocated by then; experts and threads are
   * opened and started again.
   */
  readonly again: Cost;
  readonly parts: ReadonlyArray<Cost & { readonly what: string }>;
  /** Time of the networks alone on one thread, milliseconds an image: the upper bound of images a second is cores / this. */
  readonly networksMs: number;
}

/** @param pack the experts of its translation encode */
export async function benchEncoding(
  { folder: pack, draft, files }: Pick<BasePack, "folder" | "draft" | "files">,
  images = 600,
): Promise<EncodingBench> {
  const root = await mkdtemp(join(tmpdir(), "tau-bench-encoding-"));
  try {
    const source = { pack, draft, files };
    const sizePx = draft.target.imageSizePx;
    const [folder, other] = [join(root, "pictures"), join(root, "others")];
    await writePictureFolder(folder, images, 2);
    await writePictureFolder(other, images, 3);
    const runs: Cost[][] = [];
    for (let run = 0; run < processes; run += 1) {
      const sets = [folder, join(root, `set ${run}`), other, join(root, `set again ${run}`)];
      runs.push(await inOwnProcess(pack, images, sets));
    }
    const [wholes, agains] = [0, 1].map((at) => runs.map((costs) => costs[at]!)) as [Cost[], Cost[]];
    const times = wholes.map(({ ms }) => ms);
    const whole = { ...medianOf(wholes), leastMs: Math.min(...times), mostMs: Math.max(...times) };
    const again = medianOf(agains);
    const parts = await costOfParts(images, folder, root, source, sizePx);
    const networksMs = await networksAlone(folder, root, source, sizePx);
    return { images, whole, again, parts, networksMs };
  } finally {
    await rm(root, { recursive: true });
  }
}

const medianOf = (costs: readonly Cost[]): Cost => ({
  ms: median(costs.map(({ ms }) => ms)),
  cpuMs: median(costs.map(({ cpuMs }) => cpuMs)),
});

/** @param places folders with `images` images to encode, each followed by the folder of its set */
async function inOwnProcess(pack: string, images: number, places: readonly string[]): Promise<Cost[]> {
  const args = ["--import", "tsx", "scripts/bench/training/encode-folders.ts", pack, `${images}`, ...places];
  return JSON.parse((await promisify(execFile)(process.execPath, args)).stdout) as Cost[];
}

async function costOfParts(images: number, folder: string, root: string, source: ExpertsSource, sizePx: number) {
  const set = join(root, "parts");
  const experts = await openSetExperts(source, { threads: 1 });
  const parts: Array<Cost & { readonly what: string }> = [];
  const add = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    parts.push({ what, ...(await costOf(images, work)) });
  };
  await add("reading and validating", () => prepareFolder({ folder, set, sizePx }));
  const opened = await openImageSet(set, sizePx);
  // Latents come from the cache after the first call.
  const encode = async (conditions: readonly SetCondition[]): Promise<void> => {
    const some = { ...experts, conditions };
    const pool = EncodePool.of(some, { threads: 0, rows: images });
    await encodeSet({ folder: set, images: opened, pool, drawnRepeats: 1 }).finally(() => pool.close());
  };
  await add("target encoder", () => encode([]));
  for (const group of groupsOf(experts.conditions))
    await add(group.map(({ name }) => name).join(", "), () => encode(group));
  await opened.close();
  return parts;
}

/** Time inside the runtime while this thread encodes a folder alone, with experts of one thread. */
async function networksAlone(folder: string, root: string, source: ExpertsSource, sizePx: number): Promise<number> {
  const set = join(root, "alone");
  await prepareFolder({ folder, set, sizePx });
  const images = await openImageSet(set, sizePx);
  const experts = await openSetExperts(source, { threads: 1, encodesOnly: true });
  const run = Session.prototype.run;
  let spentMs = 0;
  Session.prototype.run = async function (...args) {
    const started = performance.now();
    const outputs = await run.apply(this, args);
    spentMs += performance.now() - started;
    return outputs;
  };
  try {
    await encodeSet({ folder: set, images, experts, drawnRepeats: 1 });
    return spentMs / images.count;
  } finally {
    Session.prototype.run = run;
    await images.close();
  }
}
