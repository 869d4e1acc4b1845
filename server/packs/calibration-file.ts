/**
 * A translation's calibration as a file of its pack: the centres of learned conditions and the quantiles of held-out
 * likelihoods as named tensors. The manifest names the file, the thresholds and their error rates. server/engine/calibration.ts
 * uses it, server/training/calibrate/calibrate.ts computes it.
 */
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type FlowConditionName, flowConditionNames } from "../../shared/contract/conditions.ts";
import { AppError } from "../../shared/problem.ts";
import type { Calibration } from "../engine/calibration.ts";
import type { CalibrationEntry } from "../manifest/manifest.ts";
import { readTensorFile, writeTensorFile } from "../platform/files/tensor-file.ts";

const centresPrefix = "centres.";
const lengthPrefix = "length.";
const typicalityPrefix = "typicality.";
const separator = "+";

export interface FittedCalibration {
  readonly calibration: Calibration;
  /** Thresholds and their error rates. */
  readonly outOfDistribution: CalibrationEntry["outOfDistribution"];
}

/** Folder and file name prefix of a translation's calibrations in a pack. */
export const calibrationStem = (translationId: string): string => `calibration/${translationId}`;

/**
 * Writes a calibration into a pack under a name derived from its content, so that renaming the manifest switches to it.
 * @returns the calibration's part of the translation's manifest entry
 * @throws AppError `storage_full`
 */
export async function writeCalibration(
  packFolder: string,
  translationId: string,
  { calibration, outOfDistribution }: FittedCalibration,
): Promise<CalibrationEntry> {
  const tensors = tensorsOf(calibration);
  const hash = createHash("sha256");
  for (const [name, data] of tensors) hash.update(name).update(data);
  const file = `${calibrationStem(translationId)}-${hash.digest("hex").slice(0, 8)}.safetensors`;
  await mkdir(join(packFolder, dirname(file)), { recursive: true });
  await writeTensorFile(join(packFolder, file), tensors);
  return { file, outOfDistribution };
}

/** The tensors of a calibration by name. */
const tensorsOf = ({ typicality, detectors }: Calibration): Map<string, Float32Array> =>
  new Map([
    ...detectors.map(({ name, centres }) => [`${centresPrefix}${name}`, centres] as const),
    ...detectors.flatMap(({ name, length }) =>
      length === undefined ? [] : [[`${lengthPrefix}${name}`, Float32Array.of(length)] as const],
    ),
    ...typicality.flatMap(({ conditions, drawn, inverted }) =>
      Object.entries({ drawn, inverted }).map(
        ([kind, quantiles]) =>
          [`${typicalityPrefix}${kind}.${conditions.join(separator)}`, Float32Array.from(quantiles)] as const,
      ),
    ),
  ]);

/** @throws AppError `pack_corrupt` when the file does not match the manifest */
export async function readCalibration(
  packFolder: string,
  { file, outOfDistribution }: CalibrationEntry,
): Promise<Calibration> {
  const path = join(packFolder, file);
  const { tensors } = await readTensorFile(path).catch((cause: unknown) => {
    throw new AppError("pack_corrupt", `${path}: expected a calibration, got a file that does not read`, { cause });
  });
  const need = (name: string): Float32Array => {
    const tensor = tensors.get(name);
    if (!tensor) throw new AppError("pack_corrupt", `${path}: expected a tensor ${name}, got none`);
    return tensor;
  };
  const lengthOf = (condition: string): number | undefined => {
    const [length] = tensors.get(`${lengthPrefix}${condition}`) ?? [];
    if (length === undefined || (Number.isFinite(length) && length > 0)) return length;
    throw new AppError(
      "pack_corrupt",
      `${path}: ${lengthPrefix}${condition}: expected a length above 0, got ${length}`,
    );
  };
  const measured = [...tensors.keys()].filter((name) => name.startsWith(`${typicalityPrefix}drawn.`));
  return {
    detectors: outOfDistribution.map(({ condition, threshold }) => ({
      name: condition,
      threshold,
      centres: need(`${centresPrefix}${condition}`),
      length: lengthOf(condition),
    })),
    typicality: measured.map((name) => {
      const conditions = name.slice(`${typicalityPrefix}drawn.`.length);
      return {
        conditions: conditions.split(separator).filter(isConditionName),
        drawn: [...need(name)],
        inverted: [...need(`${typicalityPrefix}inverted.${conditions}`)],
      };
    }),
  };
}

const isConditionName = (name: string): name is FlowConditionName => flowConditionNames.some((known) => known === name);
