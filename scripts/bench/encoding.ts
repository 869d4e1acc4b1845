/**
 * How fast a training folder becomes a training set: PNG files are read, validated and encoded by every expert of a pack, as
 * `tau train DIR --name NAME` does it, from opening the experts on, in one run that nothing was compiled for before; and what each part costs alone.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Session } from "../../server/onnx/session.ts";
import type { BasePack } from "../../server/training/base-pack.ts";
import { encodeFolder } from "../../server/training/encode-folder.ts";
import { groupsOf } from "../../server/training/encode-images.ts";
import { encodeSet } from "../../server/training/encode-set.ts";
import { openImageSet } from "../../server/training/image-set.ts";
import {
  type ExpertsSource,
  openSetExperts,
  type SetCondition,
  type SetExperts,
} from "../../server/training/pack-experts.ts";
import { prepareFolder } from "../../server/training/prepare-folder.ts";
import { writePictureFolder } from "./picture-folder.ts";

export interface Cost {
  /** Wall clock, milliseconds an image. */
  readonly ms: number;
  /** Processor time of all threads, milliseconds an image. */
  readonly cpuMs: number;
}

export interface EncodingBench {
  readonly images: number;
  /** From opening the experts on, by a process that did nothing like it before, as `tau train` is. */
  readonly whole: Cost;
  /** Another folder by the same process: this thread's code is compiled then, and its memory there; experts and threads are opened and started anew. */
  readonly again: Cost;
  readonly parts: ReadonlyArray<Cost & { readonly what: string }>;
  /** What the networks alone take of one thread, milliseconds an image: no more images a second than cores / that can be encoded. */
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
    const whole = await costOf(images, () => encodeWhole(folder, join(root, "set"), source, sizePx));
    const again = await costOf(images, () => encodeWhole(other, join(root, "set again"), source, sizePx));
    const parts = await costOfParts(images, folder, root, source, sizePx);
    const networksMs = await networksAlone(folder, root, source, sizePx);
    return { images, whole, again, parts, networksMs };
  } finally {
    await rm(root, { recursive: true });
  }
}

async function encodeWhole(folder: string, set: string, source: ExpertsSource, sizePx: number): Promise<void> {
  const openExperts = (threads: number): Promise<SetExperts> => openSetExperts(source, { threads });
  await encodeFolder({ folder, set, sizePx, source, threads: 0, openExperts });
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
  // Latents are read from the cache after the first.
  const encode = (conditions: readonly SetCondition[]): Promise<unknown> =>
    encodeSet({ folder: set, images: opened, experts: { ...experts, conditions }, drawnRepeats: 1, threads: 0 });
  await add("target encoder", () => encode([]));
  for (const group of groupsOf(experts.conditions))
    await add(group.map(({ name }) => name).join(", "), () => encode(group));
  await opened.close();
  return parts;
}

/** Time in the runtime's runs while this thread encodes a folder alone, by experts of one thread. */
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
    await encodeSet({ folder: set, images, experts, drawnRepeats: 1, threads: 1 });
    return spentMs / images.count;
  } finally {
    Session.prototype.run = run;
    await images.close();
  }
}

async function costOf(images: number, work: () => Promise<unknown>): Promise<Cost> {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return { ms: (performance.now() - started) / images, cpuMs: (user + system) / 1000 / images };
}
