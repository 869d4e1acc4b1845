/**
 * Writes the inverse of each stage's τ as a graph of its own, for train_details.py, which draws z while it trains:
 * `node --import tsx server/pretrain/super-resolution/export-inverses.mts [--pack DIR] [--out DIR]` writes flow-<n>-inverse.onnx: residual
 * [rows, 12] and features [rows, channels] → values [rows, 12], with as many rows as a run of the server has.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { plainInverseGraph } from "../../flow/flow-graphs.ts";
import { readFlowFile } from "../../flow/weights.ts";
import { toModelBytes } from "../../onnx/model-file.ts";
import { writeFileAtomically } from "../../platform/files/atomic-file.ts";
import { pixelRows } from "../../upscaling/pixel-flow.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    pack: { type: "string", default: join(here, "../../packs/default/super-resolution") },
    out: { type: "string", default: join(here, "../.cache/super-resolution") },
  },
});
for (const stage of [1, 2]) {
  const path = join(values.pack, `stage-${stage}/flow.onnx`);
  const { architecture, tensors } = readFlowFile(await readFile(path), path);
  const bytes = toModelBytes(plainInverseGraph(architecture, pixelRows), { kind: "weights", weights: tensors });
  await writeFileAtomically(join(values.out, `flow-${stage}-inverse.onnx`), bytes, 0o644);
}
