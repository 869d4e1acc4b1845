/** `tau generate`: conditions to PNG files, or SVG files. One line an image on standard output, JSON unless that is a terminal. */
import { parseArgs } from "node:util";
import type { PackInfo, TranslationInfo } from "../../../../shared/contract/meta.ts";
import { limits } from "../../../../shared/limits.ts";
import { captionsIn } from "../../captions-in.ts";
import { refuseUsage, withCliSession } from "../../cli-session.ts";
import { lineOf } from "../../drawn-line.ts";
import * as flags from "../../request-flags.ts";
import { styleOfFolder } from "../../style-folder.ts";
import { styleNamed } from "../../style-named.ts";

const usage = `Usage: npm run -s tau -- generate --caption TEXT --out DIR [options]

Draws PNG files with transparency, or SVG files, from any combination of conditions. Prints one JSON line an image: file, seed,
logLikelihood, natsPerDimension, conditionGain, typicalityPercentile, sources, milliseconds; on a terminal what it is of,
the file and the sources with their licences. The same pack and flags give the same bytes.

${flags.conditionUsage}
  --style-from DIR   instead of --style: the style of the icons in this folder, by the pack that translates between styles
  --start-from ID    the drawing that the caption starts from, e.g. lucide:piggy-bank, of translations between styles
${flags.imageUsage}
  --count N          1 to ${limits.countMax} images (default ${limits.countDefault}, of a sketch or layout that is restyled 1); image i has seed + i
${flags.drawUsage}
${flags.temperatureUsage}
${flags.attributeUsage}
${flags.vectorUsage}
${flags.packUsage}
${flags.printUsage}
  --out DIR          where the files go`;

async function run(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      ...flags.conditionOptions,
      ...flags.imageOptions,
      ...flags.drawOptions,
      ...flags.temperatureOptions,
      ...flags.attributeOptions,
      ...flags.vectorOptions,
      ...flags.packOptions,
      ...flags.printOptions,
      count: { type: "string" },
      "style-from": { type: "string" },
      "start-from": { type: "string" },
      out: { type: "string" },
    },
  });
  const { out, "style-from": folder } = values;
  if (out === undefined) return refuseUsage("generate", "expected --out DIR, got none", usage);
  if (values.style !== undefined && folder !== undefined)
    return refuseUsage("generate", "expected --style NAME or --style-from DIR, got both", usage);
  return withCliSession(values.packs, async ({ keep, draw, packs }) => {
    const style = styleNamed(packs, values.style, values.translation);
    const condition = {
      ...(await flags.conditionOf({ ...values, style }, keep)),
      ...(folder !== undefined && { style: await styleOfFolder(folder, keep) }),
    };
    const translation = values.translation ?? translationOf(packs, { ...values, style, folder });
    // The clean lines of a sketch, and the areas of a layout, have one likeliest answer.
    const isRestyled = (values.sketch ?? values.layout) !== undefined && drawsDrawings(packs, translation);
    const { count = isRestyled ? "1" : undefined, temperature = isRestyled && count === "1" ? "0" : undefined } =
      values;
    await draw(
      flags.requestOf(
        { ...values, translation, temperature },
        {
          condition,
          count: flags.numberOf(count, "count"),
          seed: flags.seedOf(values),
          startFrom: values["start-from"],
        },
      ),
      out,
      { lineOf: lineOf(subjectOf(values), values.json) },
    );
  });
}

/** What the images are of: the first that the flags name. */
const subjectOf = ({ caption, label, sketch, layout, image, "low-resolution": low }: flags.Values): string =>
  [caption, label, sketch, layout, image, low].find((given) => given !== undefined && given !== "") ?? "image";

const drawsDrawings = (packs: readonly PackInfo[], id: string | undefined): boolean =>
  packs.some(({ translations }) => translations.some((own) => own.id === id && own.conditions.includes("drawing")));

/** What draws in a style that images show, or, of sketches and layouts, in one that only a translation between styles knows; else the usual one. */
function translationOf(
  packs: readonly PackInfo[],
  given: {
    readonly style?: string | undefined;
    readonly folder?: string | undefined;
    readonly sketch?: string | undefined;
    readonly layout?: string | undefined;
  },
): string | undefined {
  const { style, folder, sketch, layout } = given;
  const shown = sketch !== undefined ? "sketch" : layout !== undefined ? "layout" : undefined;
  if (shown === undefined) return captionsIn(packs, given);
  const knows = ({ styles, styleImagesMax }: TranslationInfo): boolean =>
    folder === undefined ? styles.some(({ id }) => id === style) : styleImagesMax !== undefined;
  return packs
    .flatMap(({ translations }) => translations)
    .find((translation) => translation.conditions.includes(shown) && knows(translation))?.id;
}

export const command = { name: "generate", summary: "turn captions, sketches and more into PNG files", usage, run };
