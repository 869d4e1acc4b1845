/**
 * Turns a checkpoint into experts: opens it, lets the importer of its kind build networks, and writes a folder with the ONNX files, their
 * weights and `expert.json`, which declares them for a pack's manifest and says what they were made from.
 */
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { openCheckpoint } from "../checkpoints/open-checkpoint.ts";
import { sha256OfFile } from "../platform/sha256.ts";
import type { Imported, ImportOptions } from "./importer.ts";
import { weightsFileOf } from "./importer.ts";
import { type ImportKind, importers, kindOf } from "./kinds.ts";
import { writeNetworks } from "./write-networks.ts";

export interface ImportRequest extends Pick<ImportOptions, "imageSizePx" | "layer"> {
  /** Absent = the kind. */
  readonly name?: string | undefined;
  /** Absent = 1. */
  readonly truncation?: number | undefined;
  /** Absent = the kind that the checkpoint's names say. */
  readonly kind?: ImportKind | undefined;
  /** Folder that is written to. */
  readonly to: string;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface ImportReport extends Pick<Imported, "declarations" | "notes" | "unused"> {
  readonly kind: ImportKind;
  readonly format: string;
  /** Names of the files written. */
  readonly files: readonly string[];
  readonly weightBytes: number;
  /** SHA-256 of the checkpoint. */
  readonly sha256: string;
}

/** @throws AppError `pack_corrupt` when the checkpoint is not of the kind */
export async function importExpert(path: string, request: ImportRequest): Promise<ImportReport> {
  const checkpoint = await openCheckpoint(path);
  try {
    const kind = request.kind ?? kindOf(checkpoint);
    const options: ImportOptions = {
      name: request.name ?? kind,
      folder: dirname(path),
      truncation: request.truncation ?? 1,
      imageSizePx: request.imageSizePx,
      layer: request.layer,
    };
    const {
      networks,
      declarations,
      flow,
      copies = [],
      notes,
      unused,
    } = await importers[kind].build(checkpoint, options);
    await mkdir(request.to, { recursive: true });
    const weightsFile = weightsFileOf(options);
    const weightBytes = await writeNetworks(request.to, weightsFile, networks, request.onProgress);
    for (const { from, to } of copies) await copyFile(from, join(request.to, to));
    const sha256 = await sha256OfFile(path);
    const source = { file: basename(path), sha256, kind, format: checkpoint.format };
    await writeFile(
      join(request.to, `${options.name}.json`),
      `${JSON.stringify({ source, experts: declarations, flow }, null, 2)}\n`,
    );
    const files = [
      ...networks.map(({ file }) => file),
      weightsFile,
      ...copies.map(({ to }) => to),
      `${options.name}.json`,
    ];
    return { kind, format: checkpoint.format, declarations, notes, unused, files, weightBytes, sha256 };
  } finally {
    await checkpoint.close();
  }
}
