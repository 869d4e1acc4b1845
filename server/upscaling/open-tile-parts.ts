/** Opens the graphs and flows of a pack's upscaler, and checks that they match each other. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import type { ExpertOptions } from "../experts/expert.ts";
import { readFlowFile } from "../flow/weights.ts";
import type { UpscalerEntry } from "../manifest/upscaler-entry.ts";
import { createPixelFlow } from "./pixel-flow.ts";
import { residualDims } from "./pixel-noise.ts";
import type { UpscalerParts } from "./upscale-tile.ts";
import { openConsistency, openDetailDecoder, openUpscaleNetwork } from "./upscaler-graphs.ts";

/** What an upscaler is opened from; can be sent to a thread. */
export interface UpscalerPack {
  readonly folder: string;
  readonly upscaler: UpscalerEntry;
  /** Name of the pack in messages, `id@version`. */
  readonly label: string;
}

/** @throws AppError `pack_corrupt` when files are missing or do not match each other */
export async function openTileParts(
  { folder, upscaler, label }: UpscalerPack,
  options: ExpertOptions,
): Promise<UpscalerParts> {
  const stages: Array<UpscalerParts["stages"][number]> = [];
  for (const stage of upscaler.stages)
    stages.push({
      network: await openUpscaleNetwork(folder, stage, options),
      flow: await openFlow(folder, stage, `${label}, ${stage.flow}`, options),
      ...(stage.details ? { details: await openDetailDecoder(folder, stage.details, stage.featureDims, options) } : {}),
    });
  return {
    stages,
    consistency: {
      2: await openConsistency(folder, upscaler, 2, options),
      4: await openConsistency(folder, upscaler, 4, options),
    },
  };
}

async function openFlow(
  folder: string,
  { flow: path, featureDims }: UpscalerEntry["stages"][number],
  label: string,
  options: ExpertOptions,
): Promise<UpscalerParts["stages"][number]["flow"]> {
  const bytes = await readFile(join(folder, path)).catch((cause: unknown) => {
    throw new AppError("pack_corrupt", `${label}: expected a file of the pack, got none`, { cause });
  });
  // Its operators are so small that waking a second thread costs more than it saves.
  const flow = await createPixelFlow(readFlowFile(bytes, label), { ...options, threads: 1, label });
  const [expected, got] = [
    `z ${residualDims}, features ${featureDims}`,
    `z ${flow.dims}, features ${flow.featureDims}`,
  ];
  if (expected !== got)
    throw new AppError("pack_corrupt", `${label}: expected a flow for ${expected}, as the stage is, got ${got}`);
  return flow;
}
