/**
 * `tau restyle`: images to the same images in another style or with another caption. A translation between styles reads each as a
 * drawing; of any other translation v is kept and the condition changes.
 */
import { parse as parsePath } from "node:path";
import { parseArgs } from "node:util";
import type { Style } from "../../../../shared/contract/conditions.ts";
import type { PackInfo } from "../../../../shared/contract/meta.ts";
import { findTranslation } from "../../../../shared/contract/translation-rules.ts";
import { limits } from "../../../../shared/limits.ts";
import { AppError } from "../../../../shared/problem.ts";
import { createSemaphore } from "../../../platform/semaphore.ts";
import { type CliSession, refuseUsage, withCliSession } from "../../cli-session.ts";
import { lineOf } from "../../drawn-line.ts";
import { throwAll } from "../../refused-files.ts";
import * as flags from "../../request-flags.ts";
import { styleOfFolder } from "../../style-folder.ts";
import { styleNamed } from "../../style-named.ts";

/** Images under way at once: four full batches of the flow, so that the child is never idle and no one waits past a deadline. */
const parallelMax = 32;

const usage = `Usage: npm run -s tau -- restyle FILE... [--style NAME | --style-from DIR] --out DIR [options]

Draws each image (PNG, JPEG, WebP, GIF, or SVG) again in another style. Where a pack translates between styles, each image is
a drawing that the answer shows; the style is one of the pack, that of the icons in a folder, or its own. Elsewhere, or with
--translation, the residual of each image is kept and its conditions change: name what the images show now with --from-caption
and --from-style; conditions that you do not change stay. Prints one line an image, as generate does.

  --style-from DIR      the style of the icons in this folder, of which up to ${limits.styleImagesMax} are read
  --one-style           the images are of one set: the style that they have now is read from all of them
  --badge WORDS         what is said of each drawing: "add", "pending", "with a heart", "in a circle", "off"
  --mask FILE           an image, white where the one FILE is drawn anew; the rest stays
  --from-caption TEXT   what the images show now
  --from-style NAME     the style that they have now
  --from-label NAME     their label (default: the one that the caption names; "" = none)
${flags.temperatureUsage}
${flags.conditionUsage}
${flags.drawUsage}
${flags.attributeUsage}
${flags.vectorUsage}
${flags.packUsage}
${flags.printUsage}
  --out DIR          where the files go, named by their number and their source`;

async function run(args: string[]): Promise<number> {
  const { values: given, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      ...flags.conditionOptions,
      ...flags.drawOptions,
      ...flags.temperatureOptions,
      ...flags.attributeOptions,
      ...flags.vectorOptions,
      ...flags.packOptions,
      ...flags.printOptions,
      "style-from": { type: "string" },
      "one-style": { type: "boolean" },
      badge: { type: "string" },
      mask: { type: "string" },
      "from-caption": { type: "string" },
      "from-style": { type: "string" },
      "from-label": { type: "string" },
      out: { type: "string" },
    },
  });
  const { out, mask, style, "style-from": styleFrom } = given;
  if (positionals.length === 0) return refuseUsage("restyle", "expected at least one image file, got none", usage);
  if (out === undefined) return refuseUsage("restyle", "expected --out DIR, got none", usage);
  if (style !== undefined && styleFrom !== undefined)
    return refuseUsage("restyle", "expected --style NAME or --style-from DIR, got both", usage);
  if (mask !== undefined && positionals.length > 1)
    return refuseUsage("restyle", `expected one image file beside --mask, got ${positionals.length}`, usage);
  if (given.badge !== undefined && given.caption !== undefined)
    return refuseUsage("restyle", "expected --badge or --caption, got both", usage);
  // What a badge's words find is refused by the name of its flag.
  const flagNames = given.badge === undefined ? {} : { "condition.caption": "badge" };
  return withCliSession(
    given.packs,
    async (session) => {
      const values = { ...given, style: styleNamed(session.packs, given.style, given.translation) };
      const translation = values.translation ?? translationFor(session.packs, values);
      const { conditions } = findTranslation(session.packs, translation).translation;
      const ofFile = await (conditions.includes("drawing") ? drawingOf : keptResidualOf)(session, values, positionals);
      const requests = await Promise.all(
        positionals.map(async (file) =>
          flags.requestOf(
            { ...values, translation },
            { count: 1, seed: flags.seedOf(values), ...(await ofFile(file)) },
          ),
        ),
      );
      const gate = createSemaphore(parallelMax);
      const nameOf = (at: number) => `${String(at).padStart(3, "0")}-${parsePath(positionals[at]!).name}.png`;
      const outputOf = (at: number) => ({ nameOf: () => nameOf(at), lineOf: lineOf(positionals[at]!, given.json) });
      // One that is refused keeps none of the others from being drawn.
      const drawn = await Promise.allSettled(
        requests.map((request, at) => gate(() => session.draw(request, out, outputOf(at)))),
      );
      throwAll(
        drawn.flatMap((outcome, at) => {
          if (outcome.status === "fulfilled") return [];
          return [named(positionals[at]!, outcome.reason, positionals.length > 1)];
        }),
      );
    },
    flagNames,
  );
}

/** An error with the file that it is about: in place of the drawing's field, which no flag sets, and of several before any other. */
function named(file: string, error: unknown, isOfSeveral: boolean): unknown {
  if (!(error instanceof AppError)) return error;
  const { field, ...detail } = error.detail;
  const isOfFile = field !== undefined && /^condition\.drawing\.(?:svg|image)$/.test(field);
  if (isOfFile)
    return new AppError(error.code, error.message.replace(`${field}:`, `${file}:`), { ...detail, cause: error });
  if (!isOfSeveral) return error;
  return new AppError(error.code, `${file}: ${error.message}`, { ...error.detail, cause: error });
}

interface RestyleFlags extends flags.Values {
  readonly "style-from"?: string | undefined;
  readonly "one-style"?: boolean | undefined;
  readonly badge?: string | undefined;
  readonly mask?: string | undefined;
  readonly "from-caption"?: string | undefined;
  readonly "from-style"?: string | undefined;
  readonly "from-label"?: string | undefined;
}

type EditOf = (file: string) => Promise<Pick<flags.Edit, "condition" | "keepResidualOf">>;

/** Flags that only a translation from captions reads: with them v is kept. */
const captionFlags = [
  "caption",
  "label",
  "from-caption",
  "from-label",
  "sketch",
  "layout",
  "low-resolution",
  "towards",
] as const;

/** The first that translates between styles and knows the one that is requested; else the one that draws from captions. */
function translationFor(packs: readonly PackInfo[], values: RestyleFlags): string {
  const { style } = values;
  if (captionFlags.some((flag) => values[flag] !== undefined)) return "caption";
  const fitting = packs
    .flatMap(({ translations }) => translations)
    .find(
      ({ conditions, styles }) =>
        conditions.includes("drawing") && (style === undefined || styles.some(({ id }) => id === style)),
    );
  return fitting?.id ?? "caption";
}

async function drawingOf({ keep }: CliSession, values: RestyleFlags, files: readonly string[]): Promise<EditOf> {
  for (const flag of ["from-caption", "from-label"] as const)
    if (values[flag] !== undefined)
      throw new AppError(
        "invalid_request",
        `--${flag}: expected a translation that keeps the residual, got one that reads drawings`,
      );
  const from = values["from-style"];
  const sisters = values["one-style"]
    ? { images: await Promise.all(files.slice(0, limits.styleImagesMax).map(keep)) }
    : undefined;
  const origin: Style | undefined = from ?? sisters;
  const mask = values.mask === undefined ? undefined : await keep(values.mask);
  const { badge, "style-from": folder } = values;
  const condition = {
    ...(await flags.conditionOf(values, keep)),
    ...(badge !== undefined && { caption: badge }),
    ...(folder !== undefined && { style: await styleOfFolder(folder, keep) }),
  };
  // An SVG as it is, so that its nodes may stay.
  const hasNodes = (file: string): boolean => values.format === "svg" && /\.svg$/i.test(file);
  const shownBy = async (file: string) =>
    hasNodes(file) ? { svg: await flags.readText(file) } : { image: await keep(file) };
  return async (file) => ({
    condition: {
      ...condition,
      drawing: { ...(await shownBy(file)), ...(origin && { style: origin }), ...(mask !== undefined && { mask }) },
    },
  });
}

async function keptResidualOf({ keep }: CliSession, values: RestyleFlags): Promise<EditOf> {
  for (const flag of ["style-from", "one-style", "badge", "mask", "temperature"] as const)
    if (values[flag] !== undefined)
      throw new AppError(
        "invalid_request",
        `--${flag}: expected a translation that reads drawings, got one that keeps the residual; \`tau packs list\` says what each reads`,
      );
  const [caption, style, label] = [values["from-caption"], values["from-style"], values["from-label"]];
  const from = await flags.conditionOf({ caption, style, label }, keep);
  const condition = await flags.conditionOf(values, keep);
  return async (file) => ({ condition, keepResidualOf: { image: await keep(file), condition: from } });
}

export const command = { name: "restyle", summary: "give images another style or caption", usage, run };
