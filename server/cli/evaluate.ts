/**
 * `tau evaluate`: measures a pack's translation and writes one report as Markdown and JSON with its figures. The folder appears at
 * the end as a whole; an interrupted run leaves everything as it was.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { limits } from "../../shared/limits.ts";
import { readConfig } from "../config.ts";
import { evaluate, sectionIds } from "../evaluation/evaluate.ts";
import { jsonFile, markdownFile, publishReport, requireReplaceable } from "../evaluation/publish.ts";
import { findPack } from "./find-pack.ts";
import { ProgressLine } from "./progress-line.ts";
import { interruptSignal, numberFlag, wholeFlag } from "./train-flags.ts";

const defaultLimit = 384;

const usage = `Usage: npm run -s tau -- evaluate PACK [options]

Measures a translation and writes ${markdownFile}, ${jsonFile} and figures into OUT. Without a set, what needs none is measured and the rest
is listed as left out. Everything drawn is fixed by the seed. Ctrl-C stops and writes nothing.

  PACK               a pack's folder, or the id of one that ships or that was trained here
  --set DIR          images to judge by: a folder as \`tau train\` reads it, or a rendered set; only held-out images are judged
  --out DIR          where the report goes (default evaluation-PACK); replaces an earlier report, nothing else
  --translation ID   which of the pack's translations (default: the first)
  --only A,B         sections: ${sectionIds.join(", ")} (default: all)
  --limit N          images a row of a table at most (default ${defaultLimit})
  --seed N           0 to ${limits.seedMax} (default 1)
  --temperature T    of samples, 0 to ${limits.temperatureMax} (default ${limits.temperatureDefault})
  --guidance G       of samples, 0 to ${limits.guidanceMax} (default ${limits.guidanceDefault})
  --threads N        0 = all cores (default 0)
  --data DIR         where trained packs are, and where what is read of a folder of images is kept (TAU_DATA)`;

const options = {
  set: { type: "string" },
  out: { type: "string" },
  translation: { type: "string" },
  only: { type: "string" },
  limit: { type: "string" },
  seed: { type: "string" },
  temperature: { type: "string" },
  guidance: { type: "string" },
  threads: { type: "string" },
  data: { type: "string" },
} as const;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0) {
    const got = name === undefined ? "none" : `also "${more.join(" ")}"`;
    console.error(`tau evaluate: expected one PACK, got ${got}\n\n${usage}`);
    return 2;
  }
  const settings = {
    seed: wholeFlag(values, "seed", 1, 0, limits.seedMax),
    limit: wholeFlag(values, "limit", defaultLimit, 8, 10_000),
    temperature: numberFlag(values, "temperature", limits.temperatureDefault, { min: 0, max: limits.temperatureMax }),
    guidance: numberFlag(values, "guidance", limits.guidanceDefault, { min: 0, max: limits.guidanceMax }),
  };
  const threads = wholeFlag(values, "threads", 0, 0, 1024);
  const { dataDir } = readConfig({ data: values.data });
  const entry = await findPack(name, dataDir);
  const out = values.out ?? `evaluation-${entry.manifest.id}`;
  // Before minutes of measuring.
  await requireReplaceable(out);
  const line = new ProgressLine();
  try {
    const report = await evaluate({
      entry,
      translation: values.translation,
      set: values.set,
      work: join(dataDir, "evaluation"),
      settings,
      only: values.only?.split(","),
      threads,
      signal: interruptSignal(),
      onProgress: (text) => line.show(text),
    });
    await publishReport(report, out);
    line.end();
    console.log(join(out, markdownFile));
    return 0;
  } finally {
    line.end();
  }
}

export const command = { name: "evaluate", summary: "measure a pack and write a report", usage, run };
