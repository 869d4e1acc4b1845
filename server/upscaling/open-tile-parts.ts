/** The graphs and flows of a pack's upscaler, opened by their first run or all at once, and checked against each other then. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { NetworkScale } from "../../shared/contract/upscale-scales.ts";
import { AppError } from "../../shared/problem.ts";
import type { ExpertOptions } from "../experts/expert.ts";
import { readFlowFile } from "../flow/weights.ts";
import type { UpscalerEntry, UpscalerFactor } from "../manifest/upscaler-entry.ts";
import { once } from "../platform/once.ts";
import type { PixelFlow } from "./details/draw-details.ts";
import { createPixelFlow } from "./details/pixel-flow.ts";
import { residualDimsOf } from "./details/pixel-noise.ts";
import { letterDrawer, letterReader, textFinder } from "./letters/letter-graphs.ts";
import type { FactorParts, UpscalerParts } from "./upscale-tile.ts";
import { consistencyOf, detailDecoder, meanNetwork, type OpenedLate, upscaleNetwork } from "./upscaler-graphs.ts";

/** What an upscaler is opened from; can be sent to a thread. */
export interface UpscalerPack {
  readonly folder: string;
  readonly upscaler: UpscalerEntry;
  /** Name of the pack in messages, `id@version`. */
  readonly label: string;
}

/** An upscaler's graphs and flows, each opened by its first run. */
export interface TileParts extends UpscalerParts {
  /** Opens all of them now, one after another. @throws AppError `pack_corrupt` when files are missing or do not match each other */
  openAll(): Promise<void>;
}

/** Opens nothing. A run throws AppError `pack_corrupt` when a file that it needs is missing or does not match the others. */
export function tilePartsOf({ folder, upscaler, label }: UpscalerPack, options: ExpertOptions): TileParts {
  const late: OpenedLate[] = [];
  const noted = <Part extends OpenedLate>(part: Part): Part => {
    late.push(part);
    return part;
  };
  const factorOf = (factor: NetworkScale): FactorParts => {
    const entry = upscaler.factors[factor];
    const { foreignNetwork: foreign, drawnNetwork: drawn, textNetwork: text, details } = entry;
    const networkOf = (network: string) => noted(upscaleNetwork(folder, { ...entry, network }, factor, options));
    return {
      network: networkOf(entry.network),
      ...(foreign === undefined ? {} : { foreignNetwork: networkOf(foreign) }),
      ...(drawn === undefined ? {} : { drawnNetwork: networkOf(drawn) }),
      ...(text === undefined ? {} : { textNetwork: noted(meanNetwork(folder, text, factor, options)) }),
      flow: noted(flowOf(folder, entry, factor, `${label}, ${entry.flow}`, options)),
      ...(details ? { details: noted(detailDecoder(folder, entry, factor, options)) } : {}),
    };
  };
  const { letters } = upscaler;
  return {
    factors: { 2: factorOf(2), 4: factorOf(4) },
    ...(letters && {
      letters: {
        finder: noted(textFinder(folder, letters, options)),
        reader: noted(letterReader(folder, letters, options)),
        drawer: noted(letterDrawer(folder, letters, options)),
      },
    }),
    consistency: {
      2: noted(consistencyOf(folder, upscaler, 2, options)),
      4: noted(consistencyOf(folder, upscaler, 4, options)),
    },
    async openAll() {
      for (const part of late) await part.open();
    },
  };
}

function flowOf(
  folder: string,
  entry: UpscalerFactor,
  factor: NetworkScale,
  label: string,
  options: ExpertOptions,
): PixelFlow & OpenedLate {
  const flow = once(() => openFlow(folder, entry, factor, label, options));
  return {
    async open() {
      await flow();
    },
    inverse: async (...given) => (await flow()).inverse(...given),
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
