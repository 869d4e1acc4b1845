/** `tau experts check FILE`: tries any ONNX file as an expert, suggests its declaration and explains what does not fit. */
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { AppError } from "../../../../shared/problem.ts";
import type { ConditionValue } from "../../../engine/interfaces.ts";
import { type CheckReport, checkExpert } from "../../../experts/custom/check.ts";
import { describeSignature } from "../../../experts/custom/suggestion.ts";
import { decodeFitted } from "../../../images/codec.ts";

export const options = {
  declaration: { type: "string" },
  samples: { type: "string" },
  layers: { type: "boolean", default: false },
  json: { type: "boolean", default: false },
} as const;

/** Side of the samples: large enough for any declared size to be a reduction, small enough to hold many. */
const samplePx = 256;

/** Images of a folder that are tried. */
const samplesMax = 32;

interface Values {
  readonly declaration?: string | undefined;
  readonly samples?: string | undefined;
  readonly layers: boolean;
  readonly json: boolean;
}

export async function checkFile(file: string, values: Values): Promise<number> {
  const report = await checkExpert(file, {
    ...(values.declaration === undefined ? {} : { declared: await readDeclared(values.declaration) }),
    ...(values.samples === undefined ? {} : { images: await readSamples(values.samples) }),
  });
  if (values.json) console.log(JSON.stringify(report, null, 2));
  else console.log(describe(report, values.layers).join("\n"));
  return report.isOk ? 0 : 1;
}

/** @throws AppError `config_invalid` when there is no file, or it is no JSON */
async function readDeclared(path: string): Promise<{ value: unknown; folder: string }> {
  try {
    return { value: JSON.parse(await readFile(path, "utf8")), folder: dirname(resolve(path)) };
  } catch (cause) {
    throw new AppError(
      "config_invalid",
      `--declaration: expected a JSON file, got ${path}, which can't be read as one`,
      { cause },
    );
  }
}

/** @throws AppError `config_invalid` when the folder holds fewer than two images */
async function readSamples(folder: string): Promise<ConditionValue[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new AppError("config_invalid", `--samples: expected a folder, got ${folder}`, { cause });
  });
  const images: ConditionValue[] = [];
  for (const name of names
    .filter((candidate) => /\.(png|jpe?g|webp|gif)$/i.test(candidate))
    .sort()
    .slice(0, samplesMax)) {
    const planes = await decodeFitted(await readFile(join(folder, name)), samplePx).catch((error: unknown) => {
      throw error instanceof AppError
        ? new AppError(error.code, `--samples: ${name}: ${error.message}`, { cause: error })
        : error;
    });
    images.push({ kind: "image", planes, sizePx: samplePx, key: `sample ${name}` });
  }
  if (images.length < 2)
    throw new AppError("config_invalid", `--samples: expected at least two images in ${folder}, got ${images.length}`);
  return images;
}

function describe(report: CheckReport, withLayers: boolean): string[] {
  const { file, bytes, graph, externalData, declaration, isSuggested, samples, millisecondsPerSample, findings, isOk } =
    report;
  const lines = [bytes === undefined ? file : `${file}  ${(bytes / 1e6).toFixed(2)} MB, opset ${graph?.opset}`];
  for (const [side, values] of [
    ["input", graph?.inputs],
    ["output", graph?.outputs],
  ] as const)
    for (const value of values ?? []) lines.push(`  ${side.padEnd(6)}  ${describeSignature(value)}`);
  for (const path of externalData) lines.push(`  weights  ${path}`);
  if (graph && withLayers) lines.push(...graph.values.map((name) => `  layer   ${name}`));
  else if (graph) lines.push(`  ${graph.values.length} inner values; --layers lists them`);
  if (declaration) {
    lines.push("", isSuggested ? "Suggested declaration, a guess to be corrected:" : "Declaration, with its defaults:");
    lines.push(JSON.stringify(declaration, null, 2));
  }
  lines.push("");
  if (millisecondsPerSample !== undefined)
    lines.push(`${samples} samples, ${millisecondsPerSample.toFixed(1)} ms each`);
  for (const { level, subject, message } of findings) lines.push(`${level}: ${subject}: ${message}`);
  lines.push(isOk ? "This file can be used so." : "This file can't be used so.");
  return lines;
}
