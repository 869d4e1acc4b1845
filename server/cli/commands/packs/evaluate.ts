/**
 * `tau evaluate`: measures a pack's translation, or its upscaler where it has one, and writes one report as Markdown and JSON with its
 * figures. The folder appears at the end as a whole; an interrupted run leaves everything as it was.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { limits } from "../../../../shared/limits.ts";
import { readConfig } from "../../../app/config.ts";
import { evaluate, sectionIds } from "../../../evaluation/evaluate.ts";
import { jsonFile, markdownFile, publishReport, requireReplaceable } from "../../../evaluation/publish.ts";
import type { Report, UpscalingReport } from "../../../evaluation/report.ts";
import { stylesSectionIds, styleTranslationOf } from "../../../evaluation/styles/evaluate-styles.ts";
import { upscalingSectionIds } from "../../../evaluation/upscaling/evaluate-upscaling.ts";
import type { CatalogueEntry } from "../../../packs/catalogue.ts";
import { findPack } from "../../find-pack.ts";
import { ProgressLine } from "../../progress-line.ts";
import { interruptSignal, numberFlag, wholeFlag } from "../../train-flags.ts";
import { evaluateStylesPack } from "./evaluate-styles.ts";
import { evaluateUpscalingPack, requireFitting } from "./evaluate-upscaling.ts";

const [defaultLimit, leastLimit] = [384, 8];
/** Of a group; the stated list has 40. */
const defaultPictures = 40;
const defaultPairs = 128;

const usage = `Usage: npm run -s tau -- evaluate PACK [options]

Measures a pack, a translation or an upscaler, and writes ${markdownFile}, ${jsonFile} and figures into OUT. Sections that
can't be requested are listed as left out. The seed fixes everything that is drawn. Ctrl-C writes nothing. See
docs/evaluation.md.

  PACK               a pack's folder, or the id of one that ships or was trained here
  --out DIR          where the report goes (default evaluation-PACK); replaces an earlier report, nothing else
  --seed N           0 to ${limits.seedMax} (default 1)
  --threads N        0 = all cores (default 0)
  --data DIR         the data folder: trained packs, and what was read of a folder of images (TAU_DATA)

of a translation:
  --set DIR          images to judge by: a folder as \`tau train\` reads it, or a rendered set; only held-out ones count
  --translation ID   which of the pack's translations (default: the first)
  --only A,B         sections: ${sectionIds.join(", ")} (default: all)
  --limit N          images a row of a table at most (default ${defaultLimit})
  --temperature T    of samples, 0 to ${limits.temperatureMax} (default ${limits.temperatureDefault})
  --guidance G       of samples, 0 to ${limits.guidanceMax} (default ${limits.guidanceDefault})
  --retrieval S      of samples, 0 to 1 (default ${limits.retrievalDefault})

of a flow between styles:
  --set DIR          rendered styles (default server/pretrain/.cache/styles); only held-out ones count
  --only A,B         sections: ${stylesSectionIds.join(", ")} (default: all)
  --limit N          pairs and captions a row of a table at most (default ${defaultPairs})

of an upscaler:
  --pictures DIR     pictures to enlarge; subfolders are groups (default: the stated photographs and drawings)
  --only A,B         sections: ${upscalingSectionIds.join(", ")} (default: all)
  --limit N          pictures of a group at most (default ${defaultPictures})
  --baselines DIR    where the ESRGANs run (default scripts/baselines; needs \`npm ci\` there)`;

const options = {
  set: { type: "string" },
  pictures: { type: "string" },
  baselines: { type: "string" },
  out: { type: "string" },
  translation: { type: "string" },
  only: { type: "string" },
  limit: { type: "string" },
  seed: { type: "string" },
  temperature: { type: "string" },
  guidance: { type: "string" },
  retrieval: { type: "string" },
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
  const { dataDir } = readConfig({ data: values.data });
  const entry = await findPack(name, dataDir);
  requireFitting(values, entry);
  const out = values.out ?? `evaluation-${entry.manifest.id}`;
  // Before minutes of measuring.
  await requireReplaceable(out);
  const line = new ProgressLine();
  try {
    const isOfStyles = styleTranslationOf(entry) !== undefined;
    const measure = entry.manifest.upscaler ? measureUpscaler : isOfStyles ? measureStyles : measureTranslation;
    const report = await measure({ entry, values, dataDir, onProgress: (text) => line.show(text) });
    await publishReport(report, out);
    line.end();
    console.log(join(out, markdownFile));
    return 0;
  } finally {
    line.end();
  }
}

type Values = Readonly<Partial<Record<keyof typeof options, string>>>;
interface EvaluationRequest {
  readonly entry: CatalogueEntry;
  readonly values: Values;
  readonly dataDir: string;
  readonly onProgress: (text: string) => void;
}

/** What every evaluation takes. */
const common = ({ entry, values, onProgress }: EvaluationRequest) => ({
  entry,
  only: values.only?.split(","),
  seed: wholeFlag(values, "seed", 1, 0, limits.seedMax),
  threads: wholeFlag(values, "threads", 0, 0, 1024),
  signal: interruptSignal(),
  onProgress,
});

function measureTranslation(request: EvaluationRequest): Promise<Report> {
  const { values, dataDir } = request;
  const { seed, ...others } = common(request);
  return evaluate({
    ...others,
    translation: values.translation,
    set: values.set,
    work: join(dataDir, "evaluation"),
    settings: {
      seed,
      limit: wholeFlag(values, "limit", defaultLimit, leastLimit, 10_000),
      temperature: numberFlag(values, "temperature", limits.temperatureDefault, { min: 0, max: limits.temperatureMax }),
      guidance: numberFlag(values, "guidance", limits.guidanceDefault, { min: 0, max: limits.guidanceMax }),
      retrieval: numberFlag(values, "retrieval", limits.retrievalDefault, { min: 0, max: 1 }),
    },
  });
}

const measureStyles = (request: EvaluationRequest): Promise<Report> =>
  evaluateStylesPack({
    ...common(request),
    set: request.values.set,
    limit: wholeFlag(request.values, "limit", defaultPairs, 2, 10_000),
  });

const measureUpscaler = (request: EvaluationRequest): Promise<UpscalingReport> =>
  evaluateUpscalingPack({
    ...common(request),
    pictures: request.values.pictures,
    baselines: request.values.baselines,
    limit: wholeFlag(request.values, "limit", defaultPictures, 1, 10_000),
  });

export const command = { name: "evaluate", summary: "measure a pack and write a report", usage, run };
