/** Every importer by the name that the command line knows it by. To import another layout, write one file and add a line. */
import type { Checkpoint } from "../checkpoints/checkpoint.ts";
import { checkpointFault } from "../checkpoints/checkpoint.ts";
import type { Importer } from "./importer.ts";
import { basicAutoencoder } from "./layouts/basic-autoencoder.ts";
import { bigAutoencoder } from "./layouts/big-autoencoder.ts";
import { biggan } from "./layouts/biggan.ts";
import { bigganDeep } from "./layouts/biggan-deep.ts";
import { deeplab } from "./layouts/deeplab.ts";
import { invariancesFlow, net2netFlow } from "./layouts/flows.ts";
import { resnet } from "./layouts/resnet.ts";
import { sentenceEncoder } from "./layouts/sentence-encoder.ts";

export const importers = {
  biggan,
  "biggan-deep": bigganDeep,
  bigae: bigAutoencoder,
  basicae: basicAutoencoder,
  "net2net-flow": net2netFlow,
  "invariances-flow": invariancesFlow,
  "sentence-encoder": sentenceEncoder,
  resnet,
  deeplabv3: deeplab,
} as const satisfies Record<string, Importer>;

export type ImportKind = keyof typeof importers;

export const importKinds = Object.keys(importers) as ImportKind[];

/** The one kind that a checkpoint is of. @throws AppError `pack_corrupt` when it is of none, or of several */
export function kindOf(checkpoint: Checkpoint): ImportKind {
  const fitting = importKinds.filter((kind) => importers[kind].fits(checkpoint));
  if (fitting.length === 1) return fitting[0]!;
  throw checkpointFault(
    checkpoint.path,
    `a checkpoint of one of the kinds ${importKinds.join(", ")}`,
    fitting.length === 0 ? "one of none of them" : `one that holds ${fitting.join(" and ")}: say which with --as`,
  );
}
