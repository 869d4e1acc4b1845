/**
 * `tau calibrate`: measures on held-out images how likely images usually are and how far from the learned conditions others lie, and
 * puts the numbers into the pack. All the work is in server/training/calibrate/calibrate-pack.ts; here are flags and the table.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { AppError } from "../../../../shared/problem.ts";
import { readConfig } from "../../../app/config.ts";
import { openSet } from "../../../evaluation/open-set.ts";
import { createProgressReporter } from "../../../evaluation/progress-reporter.ts";
import { selectTranslation } from "../../../manifest/pack-draft.ts";
import { type CalibratedPack, calibratePack } from "../../../training/calibrate/calibrate-pack.ts";
import { findPack } from "../../find-pack.ts";
import { ProgressLine } from "../../progress-line.ts";
import { interruptSignal, wholeFlag } from "../../train-flags.ts";

const usage = `Usage: npm run -s tau -- calibrate PACK --set DIR [options]

Measures a translation on held-out images, for two things that answers report: their typicality, and conditions that are
out of distribution. Writes the numbers into the pack and prints thresholds, false alarms and misses as Markdown.
\`tau train DIR --name NAME\` calibrates by itself. Ctrl-C leaves the pack as it was.

  PACK               a pack's folder, or the id of one that ships or was trained here
  --set DIR          the images that the flow was trained on: a rendered set, or a folder as \`tau train\` reads it
  --translation ID   which of the pack's translations (default: the first)
  --json             the result as JSON
  --threads N        0 = all cores (default 0)
  --data DIR         the data folder: trained packs, and what was read of a folder of images (TAU_DATA)`;

const options = {
  set: { type: "string" },
  translation: { type: "string" },
  json: { type: "boolean", default: false },
  threads: { type: "string" },
  data: { type: "string" },
} as const;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args, allowPositionals: true, options });
  const [name, ...more] = positionals;
  if (name === undefined || more.length > 0 || values.set === undefined) {
    const got = name === undefined ? "no PACK" : more.length > 0 ? `also "${more.join(" ")}"` : "no --set";
    console.error(`tau calibrate: expected PACK and --set DIR, got ${got}\n\n${usage}`);
    return 2;
  }
  const threads = wholeFlag(values, "threads", 0, 0, 1024);
  const { dataDir } = readConfig({ data: values.data });
  const { folder: pack, manifest } = await findPack(name, dataDir);
  const { target } = selectTranslation(manifest, values.translation);
  const signal = interruptSignal();
  const line = new ProgressLine();
  const progress = createProgressReporter((text) => line.show(text), signal);
  const { folder, set: images } = await openSet(values.set, target.imageSizePx, join(dataDir, "evaluation"), progress);
  try {
    const calibrated = await calibratePack({
      pack,
      translation: values.translation,
      folder,
      images,
      threads,
      signal,
      onProgress: ({ what, done, total }) => line.show(`encoding ${what} ${done} of ${total}`),
    });
    line.end();
    console.log(values.json ? JSON.stringify(calibrated, null, 2) : tableOf(calibrated));
    return 0;
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new AppError("cancelled", "stopped; the pack is as it was", { cause: error });
  } finally {
    line.end();
    await images.close();
  }
}

function tableOf({ pack, translation, heldOutImages, calibration, digest }: CalibratedPack): string {
  const percent = (rate: number): string => `${(100 * rate).toFixed(1)} %`;
  return [
    `Translation ${translation} of pack ${pack} (digest \`${digest.slice(0, 16)}\`), ${heldOutImages} held-out images.`,
    "",
    "| condition | threshold | false alarms | of held-out | misses | of outliers | area under the curve |",
    "| --- | --: | --: | --: | --: | --: | --: |",
    ...calibration.outOfDistribution.map(
      ({ condition, threshold, falseAlarmRate, heldOut, missRate, outliers, auc }) =>
        `| ${condition} | ${threshold.toFixed(3)} | ${percent(falseAlarmRate)} | ${heldOut} | ${percent(missRate)} | ${outliers} | ${auc.toFixed(3)} |`,
    ),
  ].join("\n");
}

export const command = {
  name: "calibrate",
  summary: "measure typicality and out-of-distribution thresholds of a translation",
  usage,
  run,
};
