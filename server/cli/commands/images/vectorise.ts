/** `tau vectorise`: image files to SVG files of few stacked, named paths. Needs no pack. One JSON line an image on standard output. */
import { join, parse as parsePath } from "node:path";
import { parseArgs } from "node:util";
import { type VectorFields, VectorFieldsSchema } from "../../../../shared/contract/vectors.ts";
import { limits } from "../../../../shared/limits.ts";
import { AppError } from "../../../../shared/problem.ts";
import { parse } from "../../../../shared/validation.ts";
import { decodeRgba, probeImage } from "../../../images/codec.ts";
import { writeFileAtomically } from "../../../platform/files/atomic-file.ts";
import { vectorise } from "../../../vector/vectorise.ts";
import { refuseUsage } from "../../cli-session.ts";
import { createStems } from "../../file-names.ts";
import { makeOutFolder } from "../../out-folder.ts";
import { throwAll } from "../../refused-files.ts";
import * as flags from "../../request-flags.ts";

const usage = `Usage: npm run -s tau -- vectorise FILE... --out DIR [options]

Traces PNG, JPEG, WebP and GIF files and prints one JSON line an image: file, paths, outlines, segments, bytes, leftOut, milliseconds. Files
that can't be traced are named at the end, and the command fails; the others are written. Made for icons and flat drawings; of a photograph it makes a poster: at most ${limits.vectorColoursMax} colours and ${limits.vectorOutlinesMax} outlines, leftOut says how many more there were.
The same file and options give the same bytes.

${flags.paletteUsage}
${flags.linesUsage}
${flags.viewBoxUsage}
${flags.inkUsage}
  --out DIR          where the SVG files go, named as their images`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { ...flags.writingOptions, out: { type: "string" } },
  });
  const { out } = values;
  if (positionals.length === 0) return refuseUsage("vectorise", "expected at least one image file, got none", usage);
  if (out === undefined) return refuseUsage("vectorise", "expected --out DIR, got none", usage);
  const options = optionsOf(values);
  const stemOf = createStems();
  const refused: unknown[] = [];
  for (const path of positionals) {
    const started = performance.now();
    const stem = stemOf(parsePath(path).name);
    // One that is refused keeps none of the others from being traced.
    const vector = await traceFile(path, options).catch((error: unknown) => void refused.push(error));
    if (!vector) continue;
    // No folder for files that are all refused.
    await makeOutFolder(out);
    const file = join(out, `${stem}.svg`);
    const bytes = Buffer.from(vector.svg);
    await writeFileAtomically(file, bytes, 0o666);
    const { layers, segmentCount, leftOutCount } = vector;
    console.log(
      JSON.stringify({
        file,
        paths: layers.length,
        outlines: layers.reduce((sum, { outlineCount }) => sum + outlineCount, 0),
        segments: segmentCount,
        bytes: bytes.byteLength,
        leftOut: leftOutCount,
        milliseconds: Math.round(performance.now() - started),
      }),
    );
  }
  throwAll(refused);
  return 0;
}

type Values = Readonly<Partial<Record<keyof typeof flags.writingOptions, string>>>;

/** @throws AppError by the flag that is wrong */
function optionsOf({ palette, lines, ink, "view-box": viewBox }: Values): VectorFields {
  try {
    return parse(VectorFieldsSchema, {
      ...{ lines, ink },
      palette: flags.paletteOf(palette),
      viewBox: flags.numberOf(viewBox, "view-box"),
    });
  } catch (error) {
    throw flags.byFlag(error);
  }
}

async function traceFile(path: string, options: VectorFields) {
  const bytes = await flags.readBytes(path);
  try {
    await probeImage(bytes);
    return vectorise(await decodeRgba(bytes), options);
  } catch (error) {
    throw error instanceof AppError ? new AppError(error.code, `${path}: ${error.message}`, { cause: error }) : error;
  }
}

export const command = { name: "vectorise", summary: "trace images: SVG files of few, named paths", usage, run };
