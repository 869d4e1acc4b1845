/** Brings a pack's upscaler to life: opens Φ, τ and Ψ of both stages and the projections, and sees that they fit each other. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../shared/problem.ts";
import { residualDims } from "../engine/pixel-noise.ts";
import { createUpscaler, type UpscalerParts } from "../engine/upscale.ts";
import type { ExpertOptions } from "../experts/expert.ts";
import { openConsistency, openDetailDecoder, openUpscaleNetwork } from "../experts/upscaler-graphs.ts";
import { createPixelFlow } from "../flow/pixel-flow.ts";
import { readFlowFile } from "../flow/weights.ts";
import type { CatalogueEntry } from "./catalogue.ts";
import type { UpscalerEntry } from "./manifest.ts";

/** @throws AppError `pack_unavailable` for a pack without upscaler, `pack_corrupt` when its files do not fit each other */
export async function loadUpscaler(
  { folder, manifest: { id, version, upscaler } }: Pick<CatalogueEntry, "folder" | "manifest">,
  options: ExpertOptions & Pick<UpscalerParts, "corePx"> = {},
) {
  if (!upscaler)
    throw new AppError("pack_unavailable", `pack: expected a pack with an upscaler, got "${id}", which has none`);
  const stages: Array<UpscalerParts["stages"][number]> = [];
  for (const stage of upscaler.stages)
    stages.push({
      network: await openUpscaleNetwork(folder, stage, options),
      flow: await openFlow(folder, stage, `${id}@${version}, ${stage.flow}`, options),
      ...(stage.details ? { details: await openDetailDecoder(folder, stage.details, stage.featureDims, options) } : {}),
    });
  return createUpscaler({
    stages,
    consistency: {
      2: await openConsistency(folder, upscaler, 2, options),
      4: await openConsistency(folder, upscaler, 4, options),
    },
    ...(options.corePx === undefined ? {} : { corePx: options.corePx }),
  });
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
  const flow = await createPixelFlow(readFlowFile(bytes, label), { ...options, label });
  const [expected, got] = [
    `z ${residualDims}, features ${featureDims}`,
    `z ${flow.dims}, features ${flow.featureDims}`,
  ];
  if (expected !== got)
    throw new AppError("pack_corrupt", `${label}: expected a flow for ${expected}, as the stage is, got ${got}`);
  return flow;
}
