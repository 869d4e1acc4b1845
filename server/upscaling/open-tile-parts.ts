/** Opens the graphs and flows of a pack's upscaler, and checks that they match each other. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { NetworkScale } from "../../shared/contract/upscale-scales.ts";
import { AppError } from "../../shared/problem.ts";
import type { ExpertOptions } from "../experts/expert.ts";
import { readFlowFile } from "../flow/weights.ts";
import type { UpscalerEntry, UpscalerFactor } from "../manifest/upscaler-entry.ts";
import type { PixelFlow } from "./details/draw-details.ts";
import { createPixelFlow } from "./details/pixel-flow.ts";
import { residualDimsOf } from "./details/pixel-noise.ts";
import type { FactorParts, UpscaleNetwork, UpscalerParts } from "./upscale-tile.ts";
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
  const openFactor = async (factor: NetworkScale): Promise<FactorParts> => {
    const entry = upscaler.factors[factor];
    const openNetwork = (network: string): Promise<UpscaleNetwork> =>
      openUpscaleNetwork(folder, { ...entry, network }, factor, options);
    return {
      network: await openNetwork(entry.network),
      ...(entry.foreignNetwork === undefined ? {} : { foreignNetwork: await openNetwork(entry.foreignNetwork) }),
      ...(entry.drawnNetwork === undefined ? {} : { drawnNetwork: await openNetwork(entry.drawnNetwork) }),
      flow: await openFlow(folder, entry, factor, `${label}, ${entry.flow}`, options),
      ...(entry.details ? { details: await openDetailDecoder(folder, entry, factor, options) } : {}),
    };
  };
  return {
    factors: { 2: await openFactor(2), 4: await openFactor(4) },
    consistency: {
      2: await openConsistency(folder, upscaler, 2, options),
      4: await openConsistency(folder, upscaler, 4, options),
    },
  };
}

async function openFlow(
  folder: string,
  { flow: path, featureDims }: UpscalerFactor,
  factor: NetworkScale,
  label: string,
  options: ExpertOptions,
): Promise<PixelFlow> {
  const bytes = await readFile(join(folder, path)).catch((cause: unknown) => {
    throw new AppError("pack_corrupt", `${label}: expected a file of the pack, got none`, { cause });
  });
  // Its operators are so small that waking a second thread costs more than it saves.
  const flow = await createPixelFlow(readFlowFile(bytes, label), { ...options, threads: 1, label });
  const [expected, got] = [
    `z ${residualDimsOf(factor)}, features ${featureDims}`,
    `z ${flow.dims}, features ${flow.featureDims}`,
  ];
  if (expected !== got)
    throw new AppError("pack_corrupt", `${label}: expected a flow for ${expected}, as Φ is, got ${got}`);
  return flow;
}
