/**
 * What a training makes for a pack: flow, calibration, retrieval index and records. Each is written under a name of its own content, so that
 * it lies beside the old version's until the manifest names it (server/packs/publish.ts).
 */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { TranslationEntry } from "../manifest/manifest.ts";
import { writeFileAtomically } from "../platform/atomic-file.ts";
import { sha256Of } from "../platform/sha256.ts";
import { type IndexContent, writeIndexFile } from "../retrieval/index-file.ts";
import { type FittedCalibration, writeCalibration } from "./calibration-file.ts";

export interface MadeFiles {
  /** The flow's file. */
  readonly flow?: Uint8Array | undefined;
  /** Of the flow. */
  readonly calibration?: FittedCalibration | undefined;
  /** Drawings that new ones start from. */
  readonly index?: IndexContent | undefined;
  /** Files that tell of the training, by name: they lie in `recordsFolder` and are not needed to serve. */
  readonly records?: ReadonlyMap<string, Uint8Array | string>;
}

/** A pack holds nothing secret: whoever may read the folder may read its files. */
export const fileMode = 0o644;

/** Where a version's records lie in its pack. */
export const recordsFolder = (version: string): string => `training/${version}`;

/** Writes what was made; gives what the translation's manifest entry says of it. @throws AppError `storage_full` */
export async function writeMadeFiles(
  folder: string,
  translation: string,
  version: string,
  { flow, calibration, index, records = new Map() }: MadeFiles,
): Promise<Partial<Pick<TranslationEntry, "flow" | "calibration" | "retrieval">>> {
  const put = async (place: string, data: Uint8Array | string): Promise<void> => {
    await mkdir(dirname(join(folder, place)), { recursive: true });
    await writeFileAtomically(join(folder, place), data, fileMode);
  };
  const flowPlace = flow && `flow/${translation}-${sha256Of(flow).slice(0, 8)}.onnx`;
  if (flowPlace !== undefined) await put(flowPlace, flow!);
  const entry = calibration && (await writeCalibration(folder, translation, calibration));
  const indexPlace = index && `retrieval/${translation}-${digestOfIndex(index).slice(0, 8)}.safetensors`;
  if (indexPlace !== undefined) {
    await mkdir(dirname(join(folder, indexPlace)), { recursive: true });
    await writeIndexFile(join(folder, indexPlace), index!);
  }
  for (const [name, data] of records) await put(`${recordsFolder(version)}/${name}`, data);
  return {
    ...(flowPlace !== undefined && { flow: flowPlace }),
    ...(entry && { calibration: entry }),
    ...(indexPlace !== undefined && { retrieval: indexPlace }),
  };
}

/** Whether a place in a pack is one that a translation's made files get, whole or half-written. */
export const isMadeFor = (translation: string, place: string): boolean =>
  ["flow", "calibration", "retrieval"].some((folder) => {
    const stem = `${folder}/${translation}-`;
    return place.startsWith(stem) && /^[0-9a-f]{8}\.(onnx|safetensors)$/.test(place.slice(stem.length));
  });

/** What atomic-file.ts and tensor-file.ts leave where they are interrupted. */
export const isPartialWrite = (place: string): boolean => /\.([0-9a-f]{12}\.tmp|writing)$/.test(place);

/** Of all that it holds: an entry's latent means nothing without the labels and styles of its base. */
function digestOfIndex(index: IndexContent): string {
  const hash = createHash("sha256");
  const add = (value: unknown): unknown => {
    if (value instanceof Float32Array || value instanceof Int8Array) return hash.update(value);
    if (value instanceof Map) return [...value].flat().forEach(add);
    if (typeof value === "object" && value !== null) return Object.entries(value).flat().forEach(add);
    return hash.update(`${value} `);
  };
  add(index);
  return hash.digest("hex");
}
