/**
 * Latents as a pack's flow makes them from the conditions of training images, for training a decoder (../icons/train_decoder.py):
 * `node --import tsx server/pretrain/data/guesses.mts [--pack DIR] [--icons DIR] [--count N]` from the repository's root writes
 * guesses.f16, float16 [n, dims of z], and guesses-rows.u32, the row that each stands for, beside the icons. Conditions are drawn as in
 * training; rows take turns in temperature and guidance.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createFlow } from "../../flow/flow-sessions.ts";
import { TrainingRandom } from "../../flow/random.ts";
import { BatchSampler, checkTrainingSet, createBatchBuffers } from "../../flow/training-set.ts";
import { filesOfExpert } from "../../manifest/expert-entries.ts";
import { toFloat16 } from "../../onnx/float16.ts";
import { openBasePack } from "../../packs/base-pack.ts";
import { openImageSet } from "../../training/dataset/image-set.ts";
import { EncodePool } from "../../training/encode/encode-pool.ts";
import { encodeSet } from "../../training/encode/encode-set.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
const { values } = parseArgs({
  options: {
    pack: { type: "string", default: join(here, "../../packs/default/icons") },
    icons: { type: "string", default: join(here, "../.cache/icons") },
    count: { type: "string", default: "40000" },
    batch: { type: "string", default: "256" },
    threads: { type: "string", default: "0" },
  },
});
const [batch, threads] = [Number(values.batch), Number(values.threads)];
const temperatures = [0, 0.2, 0.5];
const guidances = [0, 1, 2];
const firstCaptionRate = 0.7;
const seed = 1;

const { draft, files, flow: weights } = await openBasePack(values.pack);
const images = await openImageSet(values.icons, draft.target.imageSizePx);
const pool = await EncodePool.open({ pack: values.pack, draft, files }, { threads, rows: images.count });
const set = await encodeSet({ folder: values.icons, images, pool, drawnRepeats: 2 });
await pool.close();
await images.close();
checkTrainingSet(set, { batch, rehearsed: 0 });

const flow = await createFlow(weights, { label: "guesses", threads });
const everything = set.conditions.map(({ name }) => name);
const sampler = new BatchSampler(set, { batch, rehearsed: 0, seed, firstCaptionRate, conditionNoise: 0 });
const buffers = createBatchBuffers(set, batch);
const steps = Math.ceil(Number(values.count) / batch);
const guesses = new Uint16Array(steps * batch * set.dims);
const rows = new Uint32Array(steps * batch);
for (let step = 0; step < steps; step += 1) {
  rows.set(sampler.fill(buffers, step), step * batch);
  const residual = new TrainingRandom(seed, step, "evaluation").fillNormal(new Float32Array(batch * set.dims));
  for (const [at, value] of residual.entries())
    residual[at] = value * temperatures[Math.floor(at / set.dims) % temperatures.length]!;
  const guidance = Array.from({ length: batch }, (_, row) => {
    const weight = guidances[Math.floor(row / temperatures.length) % guidances.length]!;
    return weight > 0 ? [{ weight, without: everything }] : [];
  });
  const given = Object.fromEntries(buffers.conditions.map(({ name, ...condition }) => [name, condition]));
  const { values: latents } = await flow.inverse(residual, given, batch, guidance);
  guesses.set(toFloat16(latents), step * batch * set.dims);
  if (step % 10 === 9) console.error(`guesses: ${(step + 1) * batch} of ${steps * batch}`);
}
await flow.dispose();
await writeFile(join(values.icons, "guesses.f16"), guesses);
await writeFile(join(values.icons, "guesses-rows.u32"), rows);
// The decoder's training refuses guesses of another encoder's latents.
const [encoder] = filesOfExpert(draft.target);
const about = { flow: files.get(draft.translation.flow), encoder: files.get(encoder!) };
await writeFile(join(values.icons, "guesses.json"), `${JSON.stringify(about)}\n`);
