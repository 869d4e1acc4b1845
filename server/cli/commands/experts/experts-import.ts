/** `tau experts import FILE`: turns a published checkpoint into ONNX experts, without Python (docs/published-experts.md). */
import { resolve } from "node:path";
import { importExpert } from "../../../importers/import-expert.ts";
import { type ImportKind, importers, importKinds } from "../../../importers/kinds.ts";
import { ProgressLine } from "../../progress-line.ts";
import { choiceFlag, type FlagValues, numberFlag, textFlag, wholeFlag, wrongFlag } from "../../train-flags.ts";

export const importUsage = `import  turns a PyTorch checkpoint (zip or legacy) or a safetensors file into ONNX experts: reads tensors only and runs nothing of the
        file. Writes NAME.onnx, NAME.bin with the weights, and NAME.json with the declaration for a pack's "experts".

  --as KIND          what the checkpoint is; if absent, its tensors decide:
${importKinds.map((kind) => `                       ${kind.padEnd(17)} ${importers[kind].summary}`).join("\n")}
  --to DIR           folder to write to (default: own-experts)
  --name NAME        stem of the files (default: KIND)
  --layer LAYER      of resnet: the layer to read, as layer3.5 (default: avgpool)
  --size PX          of resnet and deeplabv3: side of its images (default: 224 and 256)
  --truncation X     of biggan-deep: whose statistics to take, 0 to 1 in steps of 0.02 (default: 1)
  --json             the report as JSON`;

export const options = {
  as: { type: "string" },
  to: { type: "string" },
  name: { type: "string" },
  layer: { type: "string" },
  size: { type: "string" },
  truncation: { type: "string" },
  json: { type: "boolean", default: false },
} as const;

export async function importFile(file: string, values: FlagValues): Promise<number> {
  const kind = values["as"] === undefined ? undefined : choiceFlag<ImportKind>(values, "as", "biggan", importKinds);
  const name = values["name"] === undefined ? undefined : String(values["name"]);
  if (name !== undefined && !/^[a-z0-9][a-z0-9._-]{0,60}$/i.test(name))
    throw wrongFlag("name", "letters, digits, dots, - and _", name);
  const line = new ProgressLine();
  const to = resolve(textFlag(values, "to") ?? "own-experts");
  const report = await importExpert(file, {
    kind,
    to,
    name: name ?? kind,
    layer: textFlag(values, "layer"),
    imageSizePx: wholeFlag(values, "size", undefined, 32, 4096),
    truncation: numberFlag(values, "truncation", 1, { min: 0, max: 1 }),
    onProgress: (done, total) => line.show(`weight ${done} of ${total}`),
  });
  line.end();
  if (values["json"] === true) {
    console.log(JSON.stringify(report, null, 2));
    return 0;
  }
  console.log(`${file}: ${report.format}, ${report.kind}, SHA-256 ${report.sha256}`);
  for (const written of report.files) console.log(`  wrote ${written}`);
  console.log(`  ${(report.weightBytes / 1e6).toFixed(1)} MB of weights in ${to}`);
  for (const note of report.notes) console.log(`note: ${note}`);
  if (report.unused.length > 0)
    console.log(`note: ${report.unused.length} tensors were not needed: ${report.unused.slice(0, 5).join(", ")}`);
  return 0;
}
