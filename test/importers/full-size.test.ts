/**
 * Importers at the published sizes: random weights of the true shapes, through PyTorch (references/write.py), through the checkpoint's file, the
 * reader and the imported ONNX. Each case takes gigabytes and minutes, so they run where PyTorch is and TAU_FULL_SIZE names them, or is `all`.
 */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { openCheckpoint } from "../../server/checkpoints/open-checkpoint.ts";
import { importExpert } from "../../server/importers/import-expert.ts";
import type { ImportKind } from "../../server/importers/kinds.ts";
import type { Feeds } from "../../server/onnx/session.ts";
import { temporaryFolder } from "../fixtures/temporary-folder.ts";
import { differences, type ReferenceRun } from "./compare.ts";

const script = fileURLToPath(new URL("references/write.py", import.meta.url));
const tokenizer = fileURLToPath(new URL("../../server/packs/default/icons/text/tokenizer.json", import.meta.url));
const pretrained = fileURLToPath(new URL("../../server/pretrain/.cache/venv/bin/python", import.meta.url));

const cases = [
  "biggan-128",
  "biggan-256",
  "biggan-deep-128",
  "biggan-deep-256",
  "biggan-deep-512",
  "sbert-to-biggan256",
  "domains",
  "resnet-avgpool-cinn",
  "animalfaces-layer-cinn",
  "bigae-128",
  "bigae-256",
  "basicae-32",
  "resnet50",
  "resnet101",
  "deeplabv3-resnet50",
  "deeplabv3-resnet101",
  "minilm-l6",
  "bert-base",
  "mpnet-base",
];

const wanted = (process.env["TAU_FULL_SIZE"] ?? "").split(",");
const python = [process.env["TAU_PYTHON"] ?? "", pretrained, "python3"].find(
  (candidate) =>
    candidate !== "" &&
    (!candidate.includes("/") || existsSync(candidate)) &&
    spawnSync(candidate, ["-c", "import safetensors, torch, torchvision"], { timeout: 60_000 }).status === 0,
);

function reasonToSkip(name: string): string | false {
  if (!wanted.includes("all") && !wanted.includes(name)) return `set TAU_FULL_SIZE=${name} or =all to run it`;
  return python ? false : "no Python with safetensors, PyTorch and torchvision (set TAU_PYTHON)";
}

/** Runs of a case as write.py stored them: `<file>/in|out/<tensor>`. */
async function readRuns(path: string): Promise<ReferenceRun[]> {
  const stored = await openCheckpoint(path);
  const runs = new Map<
    string,
    { feeds: Record<string, Feeds[string]>; outputs: Record<string, ReferenceRun["outputs"][string]> }
  >();
  for (const [name, tensor] of stored.tensors) {
    const [file = "", side, key = ""] = name.split("/");
    const run = runs.get(file) ?? { feeds: {}, outputs: {} };
    runs.set(file, run);
    const values = await tensor.read();
    if (side === "out") run.outputs[key] = { shape: tensor.shape, step: 1, values };
    else
      run.feeds[key] = {
        data: tensor.type === "int64" ? BigInt64Array.from(values, (value) => BigInt(value)) : values,
        dims: tensor.shape,
      };
  }
  await stored.close();
  return [...runs].map(([file, run]) => ({ file, ...run }));
}

describe("at the published size, an imported network gives what PyTorch gives, to within 1e-4:", () => {
  for (const name of cases)
    it(name, { skip: reasonToSkip(name) }, async () => {
      const folder = temporaryFolder("full-size");
      await promisify(execFile)(python!, [script, "full", name, folder]);
      const { kind, options } = JSON.parse(await readFile(join(folder, "case.json"), "utf8")) as {
        kind: ImportKind;
        options: Record<string, number>;
      };
      await copyFile(tokenizer, join(folder, "tokenizer.json"));
      const checkpoint = join(folder, "checkpoint");
      const start = performance.now();
      const report = await importExpert(checkpoint, { to: folder, name: "net", ...options });
      assert.equal(report.kind, kind);
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      const found = await differences(folder, await readRuns(join(folder, "runs.safetensors")));
      const megabytes = Math.round((await stat(checkpoint)).size / 1e6);
      console.log(
        `${name}: ${megabytes} MB, ${report.format}, imported in ${seconds} s, peak resident ${Math.round(process.resourceUsage().maxRSS / 1024)} MB: ${JSON.stringify(found)}`,
      );
      for (const [output, difference] of Object.entries(found))
        assert.ok(difference <= 1e-4, `${output}: ${difference}`);
    });
});
