/**
 * A translation's calibration as a file of its pack: the middles of learned conditions and the quantiles of held-out likelihoods, as
 * named tensors. The manifest names the file, with the thresholds and the rates at which they err. Its meaning is in
 * server/engine/calibration.ts, its making in server/training/calibrate.ts.
 */
import { join } from "node:path";
import { type FlowConditionName, flowConditionNames } from "../../shared/conditions.ts";
import { AppError } from "../../shared/problem.ts";
import type { Calibration } from "../engine/calibration.ts";
import { readTensorFile } from "../onnx/tensor-file.ts";
import type { CalibrationEntry } from "./manifest.ts";

const centresPrefix = "centres.";
const typicalityPrefix = "typicality.";
const separator = "+";

/** The tensors of a calibration by name. */
export const calibrationTensors = ({ typicality, outside }: Calibration): Map<string, Float32Array> =>
  new Map([
    ...outside.map(({ name, centres }) => [`${centresPrefix}${name}`, centres] as const),
    ...typicality.flatMap(({ conditions, drawn, inverted }) =>
      Object.entries({ drawn, inverted }).map(
        ([kind, quantiles]) =>
          [`${typicalityPrefix}${kind}.${conditions.join(separator)}`, Float32Array.from(quantiles)] as const,
      ),
    ),
  ]);

/** @throws AppError `pack_corrupt` when the file is not what the manifest promises */
export async function readCalibration(packFolder: string, { file, outside }: CalibrationEntry): Promise<Calibration> {
  const path = join(packFolder, file);
  const { tensors } = await readTensorFile(path).catch((cause: unknown) => {
    throw new AppError("pack_corrupt", `${path}: expected a calibration, got a file that does not read`, { cause });
  });
  const need = (name: string): Float32Array => {
    const tensor = tensors.get(name);
    if (!tensor) throw new AppError("pack_corrupt", `${path}: expected a tensor ${name}, got none`);
    return tensor;
  };
  const measured = [...tensors.keys()].filter((name) => name.startsWith(`${typicalityPrefix}drawn.`));
  return {
    outside: outside.map(({ condition, threshold }) => ({
      name: condition,
      threshold,
      centres: need(`${centresPrefix}${condition}`),
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
