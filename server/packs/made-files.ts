/**
 * The files that training makes for a pack: flow, calibration, retrieval index and records. Each has a name derived from its
 * content, so it can be beside the old version's until the manifest names it (server/packs/publish.ts).
 */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { TranslationEntry } from "../manifest/manifest.ts";
import { writeFileAtomically } from "../platform/files/atomic-file.ts";
import { sha256Of } from "../platform/sha256.ts";
import { type IndexContent, writeIndexFile } from "../retrieval/index-file.ts";
import { type FittedCalibration, writeCalibration } from "./calibration-file.ts";

export interface MadeFiles {
  /** The flow's file. */
  readonly flow?: Uint8Array | undefined;
  /** The calibration of the flow. */
  readonly calibration?: FittedCalibration | undefined;
  /** The retrieval index. */
  readonly index?: IndexContent | undefined;
  /** Records of the training by file name, in `recordsFolder`; serving does not need them. */
  readonly records?: ReadonlyMap<string, Uint8Array | string>;
}

/** Packs are not secret: all users who may read the folder may read its files. */
export const fileMode = 0o644;

/** Folder of a version's records in its pack. */
export const recordsFolder = (version: string): string => `training/${version}`;

/** Writes the files and returns their part of the translation's manifest entry. @throws AppError `storage_full` */
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

/** Whether a path in a pack belongs to a translation's made files, complete or partly written. */
export const isMadeFor = (translation: string, place: string): boolean =>
  ["flow", "calibration", "retrieval"].some((folder) => {
    const stem = `${folder}/${translation}-`;
    return place.startsWith(stem) && /^[0-9a-f]{8}\.(onnx|safetensors)$/.test(place.slice(stem.length));
  });

/** Whether the path is what an interrupted atomic-file.ts or tensor-file.ts leaves. */
export const isPartialWrite = (place: string): boolean => /\.([0-9a-f]{12}\.tmp|writing)$/.test(place);

/** Digest of the whole index, because an entry's latent means nothing without the labels and styles of its base. */
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
