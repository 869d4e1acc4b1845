/**
 * `tau generate`: a caption to PNG files, through the same inference child that the server uses, so that the same request gives
 * the same bytes here and there. One JSON line an image on standard output.
 */
import { randomInt } from "node:crypto";
import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ResolvedRequestSchema } from "../../shared/contract.ts";
import { limits } from "../../shared/limits.ts";
import { AppError, type ProblemCode, problemCodes } from "../../shared/problem.ts";
import { encodePng } from "../images/codec.ts";
import { createInferenceClient } from "../inference/client.ts";
import type { ImageResult } from "../inference/protocol.ts";
import { packsHome } from "../packs/catalogue.ts";
import { ProgressLine } from "./progress-line.ts";

const usage = `Usage: npm run -s tau -- generate --caption TEXT --out DIR [options]

Turns a caption into PNG files with transparency and prints one JSON line an image:
{"file", "seed", "logLikelihood", "milliseconds"}. The same pack, caption, style, seed, temperature and guidance give the same bytes.

  --caption TEXT     what the image shows
  --style NAME       a style of the pack, as \`tau packs list\` names them (default: any)
  --count N          1 to ${limits.countMax} images (default ${limits.countDefault}); image i has seed + i
  --seed N           0 to ${limits.seedMax} (default: drawn at random and printed)
  --temperature T    0 = most likely … ${limits.temperatureMax} = wildest (default ${limits.temperatureDefault})
  --guidance G       0 to ${limits.guidanceMax}: how strongly the caption is followed (default ${limits.guidanceDefault})
  --packs DIR        folder of packs (default: the packs that ship)
  --out DIR          where the PNG files go`;

async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      caption: { type: "string" },
      style: { type: "string" },
      count: { type: "string" },
      seed: { type: "string" },
      temperature: { type: "string" },
      guidance: { type: "string" },
      packs: { type: "string" },
      out: { type: "string" },
    },
  });
  if (values.out === undefined) {
    console.error(`tau generate: expected --out DIR, got none\n\n${usage}`);
    return 2;
  }
  const request = parseRequest(values);
  const client = createInferenceClient({ packsDir: values.packs ?? packsHome() });
  const line = new ProgressLine();
  const abort = new AbortController();
  process.once("SIGINT", () => abort.abort());
  try {
    line.show("loading packs");
    await client.start();
    await mkdir(values.out, { recursive: true });
    let last = performance.now();
    await client.generate(request, {
      signal: abort.signal,
      onProgress: ({ stage, completed, total }) => line.show(`${stage} ${completed} of ${total}`),
      onImage: async (image) => {
        const file = await writeImage(values.out!, image);
        const now = performance.now();
        line.end();
        console.log(
          JSON.stringify({
            file,
            seed: image.seed,
            logLikelihood: image.logLikelihood,
            milliseconds: Math.round(now - last),
          }),
        );
        last = now;
      },
    });
    return 0;
  } finally {
    line.end();
    await client.close();
  }
}

type Values = Readonly<Partial<Record<"caption" | "style" | "count" | "seed" | "temperature" | "guidance", string>>>;

/** Builds the request by the contract that the HTTP API uses. @throws AppError with the contract's own code */
function parseRequest({ caption, style, count, seed, temperature, guidance }: Values) {
  const number = (text: string | undefined): number | undefined =>
    text === undefined ? undefined : text.trim() === "" ? Number.NaN : Number(text);
  const parsed = ResolvedRequestSchema.safeParse({
    condition: { ...(caption === undefined ? {} : { caption }), ...(style === undefined ? {} : { style }) },
    count: number(count),
    seed: number(seed) ?? randomInt(limits.seedMax + 1),
    temperature: number(temperature),
    guidance: number(guidance),
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  const named = issue.code === "custom" ? issue.params?.["problem"] : undefined;
  const code: ProblemCode = problemCodes.find((known) => known === named) ?? "invalid_request";
  throw new AppError(code, `--${String(issue.path.at(-1) ?? "caption")}: ${issue.message}`);
}

/** Writes a PNG beside its place and renames it. Returns its path. */
async function writeImage(folder: string, { index, seed, rgba, widthPx, heightPx }: ImageResult): Promise<string> {
  const path = join(folder, `${String(index).padStart(3, "0")}-${seed}.png`);
  await writeFile(`${path}.writing`, await encodePng(rgba, widthPx, heightPx));
  await rename(`${path}.writing`, path);
  return path;
}

export const command = { name: "generate", summary: "turn a caption into PNG files", usage, run };
