/**
 * Writes the inverse of each factor's τ as a graph of its own, for train_details.py, which draws z while it trains:
 * `node --import tsx server/pretrain/super-resolution/export-inverses.mts [--pack DIR] [--out DIR]` writes flow-<factor>-inverse.onnx: residual
 * [rows, 3 · factor²] and features [rows, channels] → values, shaped as residual, with as many rows as a run of the server has.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { plainInverseGraph } from "../../flow/flow-graphs.ts";
import { readFlowFile } from "../../flow/weights.ts";
import { toModelBytes } from "../../onnx/model-file.ts";
import { writeFileAtomically } from "../../platform/files/atomic-file.ts";
import { pixelRows } from "../../upscaling/details/pixel-flow.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    pack: { type: "string", default: join(here, "../../packs/default/super-resolution") },
    out: { type: "string", default: join(here, "../.cache/super-resolution") },
  },
});
for (const factor of [2, 4]) {
  const path = join(values.pack, `x${factor}/flow.onnx`);
  const { architecture, tensors } = readFlowFile(await readFile(path), path);
  const bytes = toModelBytes(plainInverseGraph(architecture, pixelRows), { kind: "weights", weights: tensors });
  await writeFileAtomically(join(values.out, `flow-${factor}-inverse.onnx`), bytes, 0o644);
}
