/**
 * The flags by which commands that draw build a request, and back: a fault in a field of the request names the flag
 * that set it. Checked by the contract that the HTTP API uses, so that both say the same.
 */
import { randomInt } from "node:crypto";
import { readFile } from "node:fs/promises";
import { extname } from "node:path";
import { z } from "zod";
import type { PartialCondition } from "../../shared/contract/conditions.ts";
import { type ResidualSource, ResolvedRequestSchema } from "../../shared/contract/generations/generation-request.ts";
import { limits } from "../../shared/limits.ts";
import { AppError, saidOf } from "../../shared/problem.ts";
import { describe, parse } from "../../shared/validation.ts";

const text = { type: "string" } as const;

/** Flags of a condition; `image` and `depth` stand apart, because some commands take their image as an argument. */
export const conditionOptions = {
  caption: text,
  label: text,
  style: text,
  sketch: text,
  layout: text,
  "low-resolution": text,
  colours: text,
} as const;
export const imageOptions = { image: text, depth: text } as const;
export const drawOptions = {
  seed: text,
  guidance: text,
  retrieval: text,
  "guidance-of": { type: "string", multiple: true },
  licences: text,
  "best-of": text,
  diversity: text,
  upscale: text,
} as const;
/** Only of what draws a residual: one that is kept has no temperature. */
export const temperatureOptions = { temperature: text } as const;
export const attributeOptions = { towards: text, from: text, strength: text } as const;
/** Of what is written as vectors: how, and whether. */
export const writingOptions = { palette: text, lines: text, "view-box": text, ink: text } as const;
export const vectorOptions = { format: text, ...writingOptions } as const;
/** Of commands that print a short line an image on a terminal. */
export const printOptions = { json: { type: "boolean" } } as const;
export const packOptions = { translation: text, packs: text } as const;

export const conditionUsage = `  --caption TEXT     what the image shows
  --label NAME       a label of the pack (default: the one that the caption names; "" = none)
  --style NAME       a style of the pack; \`tau packs list\` names them (default: any)
  --sketch FILE      strokes to follow: an image, or SVG with strokes and shapes
  --layout FILE      which colour is where: an image, or JSON with palette indices, row by row
  --low-resolution FILE   an image that the result shrinks to
  --colours LIST     1 to ${limits.coloursMax} colours of the result, e.g. "#0b2545,#ff6b35", of translations between styles`;
export const imageUsage = `  --image FILE       an image to be like; --depth early, middle or last says how closely (default middle)`;
export const drawUsage = `  --seed N           0 to ${limits.seedMax} (default: random, and printed)
  --guidance G       0 to ${limits.guidanceMax}: how strongly conditions are followed (default ${limits.guidanceDefault}; 0 where a residual is kept)
  --guidance-of F=G  guidance of one condition, e.g. sketch=2; may be repeated
  --retrieval S      0 to 1: share that comes from retrieved drawings, of the same thing in other styles or similar to
                     the sketch or layout (default ${limits.retrievalDefault}; 0 beside --image, --low-resolution or a kept residual)
  --licences LIST    only drawings under these licences are retrieved, e.g. "MIT,Apache-2.0"
  --best-of K        draws K candidates an image, 1 to ${limits.bestOfMax}, and keeps the one that its conditions explain best
  --diversity D      0 to ${limits.diversityMax}: how much the images of one run shall differ (default 0)
  --upscale S        enlarges each image 2, 3 or 4 times`;
export const temperatureUsage = `  --temperature T    0 = most likely, ${limits.temperatureMax} = most varied (default ${limits.temperatureDefault}, of a drawing 0)`;
export const attributeUsage = `  --towards TEXT     moves the caption towards this text
  --from TEXT        and away from this one
  --strength S       how far, -${limits.attributeStrengthMax} to ${limits.attributeStrengthMax} (default 1)`;
export const paletteUsage = `  --palette LIST     vectors of exactly these colours, e.g. "#1e90ff,#ffffff"`;
export const linesUsage = `  --lines L          what lines of one width become: strokes, or closed outlines (default strokes)`;
export const viewBoxUsage = `  --view-box N       the SVG in a square of N × N units, e.g. 24 (default: the pixels of the picture)`;
export const inkUsage = `  --ink current      SVGs that are all of one colour say currentColor for it`;
export const vectorUsage = `  --format F         png, or svg: few stacked paths, named by their colours (default png)
${paletteUsage} (with --format svg)
${linesUsage} (with --format svg)
${viewBoxUsage} (with --format svg)
${inkUsage} (with --format svg)`;
export const printUsage = `  --json             the JSON lines on a terminal too, where one short line an image is printed else`;
export const packUsage = `  --translation ID   which translation (default caption)
  --packs DIR        folder of packs (default: the packs that ship)`;

type Flag =
  | keyof typeof conditionOptions
  | keyof typeof imageOptions
  | Exclude<keyof typeof drawOptions, "guidance-of">
  | keyof typeof temperatureOptions
  | keyof typeof attributeOptions
  | keyof typeof vectorOptions
  | keyof typeof packOptions;
/** Values as `parseArgs` gives them; a command that lacks a flag simply never has it. */
export type Values = Readonly<Partial<Record<Flag, string | undefined>>> & {
  readonly "guidance-of"?: readonly string[] | undefined;
};

/** Keeps an image file for the requests that name it, and gives its digest. */
export type KeepImage = (path: string) => Promise<string>;

type Loose<T> = { [K in keyof T]?: T[K] | undefined };
/** Without what was not given. */
const given = <T extends object>(fields: Loose<T>): T =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;

/** @throws AppError invalid_request for a text that is no number; `byFlag` can't say what came, once it is NaN */
export function numberOf(value: string | undefined, flag: string): number | undefined {
  if (value === undefined) return undefined;
  const number = value.trim() === "" ? Number.NaN : Number(value);
  if (!Number.isNaN(number)) return number;
  const [expected, received] = ["a number", `"${value}"`];
  throw new AppError("invalid_request", `--${flag}: expected ${expected}, got ${received}`, { expected, received });
}

/** The seed that the flags name, or one drawn at random. */
export const seedOf = ({ seed }: Values): number => numberOf(seed, "seed") ?? randomInt(limits.seedMax + 1);

/** The condition that the flags name, with its files read; not yet checked. */
export async function conditionOf(values: Values, keep: KeepImage): Promise<PartialCondition> {
  const { caption, label, style, sketch, layout, image, depth, "low-resolution": low, colours } = values;
  if (depth !== undefined && image === undefined)
    throw new AppError("invalid_request", "--depth: expected --image FILE beside it, got none");
  const uploaded = async (path: string) => ({ image: await keep(path) });
  return given<PartialCondition>({
    caption,
    label: label === "" ? null : label,
    style,
    sketch:
      sketch === undefined ? undefined : isA(sketch, ".svg") ? { svg: await readText(sketch) } : await uploaded(sketch),
    layout:
      layout === undefined
        ? undefined
        : isA(layout, ".json")
          ? { cells: await readCells(layout) }
          : await uploaded(layout),
    image:
      image === undefined
        ? undefined
        : ({ ...(await uploaded(image)), ...given({ depth }) } as PartialCondition["image"]),
    lowResolution: low === undefined ? undefined : await uploaded(low),
    colours: paletteOf(colours),
  });
}

/** Edit fields besides what flags give. */
export interface Edit {
  readonly condition: PartialCondition;
  readonly seed: number;
  readonly count?: number | undefined;
  readonly angleDegrees?: number | undefined;
  readonly startFrom?: string | undefined;
  readonly keepResidualOf?: ResidualSource;
  readonly blendWith?: ResidualSource;
}

/** The request that flags and edit make. @throws AppError of the contract */
export function requestOf(values: Values, edit: Edit) {
  const {
    towards,
    from,
    strength,
    translation,
    temperature,
    guidance,
    retrieval,
    licences,
    "best-of": bestOf,
    diversity,
    "guidance-of": single,
    upscale,
    format,
    palette,
    lines,
    "view-box": viewBox,
    ink,
  } = values;
  const attribute = given({ towards, from, strength: numberOf(strength, "strength") });
  const request = given({
    ...edit,
    translation,
    temperature: numberOf(temperature, "temperature"),
    guidance: numberOf(guidance, "guidance"),
    retrieval: numberOf(retrieval, "retrieval"),
    guidanceOf: single && Object.fromEntries(single.map(weightOf)),
    licences: licences?.split(",").map((licence) => licence.trim()),
    bestOf: numberOf(bestOf, "best-of"),
    diversity: numberOf(diversity, "diversity"),
    upscale: numberOf(upscale, "upscale"),
    format,
    palette: paletteOf(palette),
    lines,
    viewBox: numberOf(viewBox, "view-box"),
    ink,
    attribute: Object.keys(attribute).length > 0 ? attribute : undefined,
  });
  return parse(ResolvedRequestSchema, request);
}

/** Colours of a list with commas; not yet checked. */
export const paletteOf = (list: string | undefined): string[] | undefined =>
  list?.split(",").map((colour) => colour.trim());

function weightOf(flag: string): [field: string, weight: number] {
  const [, field, weight] = /^([\w-]+)=(.+)$/.exec(flag) ?? [];
  if (field === undefined)
    throw new AppError("invalid_request", `--guidance-of: expected FIELD=WEIGHT, e.g. sketch=2, got ${describe(flag)}`);
  return [field === "low-resolution" ? "lowResolution" : field, Number(weight)];
}

/**
 * A fault in a field of the request, named by the flag that set it; anything else as it is.
 * @param names flags of a command that are called otherwise than their field; a source (`keepResidualOf`) has the beginning of its flags,
 * and an argument stands there in capitals, as usage has it
 */
export function byFlag(error: unknown, names: Readonly<Record<string, string>> = {}): unknown {
  // The field of a pack's fault is one of its files.
  if (!(error instanceof AppError) || error.detail.field === undefined || error.code === "pack_corrupt") return error;
  return saidOf(flagOf(error.detail.field, names), error);
}

const fieldFlags: Readonly<Record<string, string>> = {
  attribute: "towards",
  angleDegrees: "angle",
  "condition.image.depth": "depth",
};

const flagOf = (field: string, names: Readonly<Record<string, string>>): string => {
  if (field === "condition") return field;
  const [, place = "", name = field] =
    /^(?:(\w+)\.)?condition\.(\w+)/.exec(field) ?? /^(attribute)\.(\w+)/.exec(field) ?? [];
  const prefix = names[place] ?? { keepResidualOf: "from-", blendWith: "to-" }[place] ?? "";
  const flag = names[field] ?? fieldFlags[field] ?? (field.startsWith("guidanceOf") ? "guidanceOf" : name);
  if (/^[A-Z]+$/.test(flag)) return flag;
  return `--${prefix}${flag.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
};

const isA = (path: string, extension: string): boolean => extname(path).toLowerCase() === extension;

/** @throws AppError not_found naming the path */
export const readBytes = (path: string): Promise<Buffer> =>
  readFile(path).catch((cause: unknown) => {
    throw new AppError("not_found", `${path}: expected a file that can be read, got none`, { cause });
  });

export const readText = async (path: string): Promise<string> => (await readBytes(path)).toString("utf8");

async function readCells(path: string): Promise<number[]> {
  const text = await readText(path);
  try {
    return z.array(z.number().int()).parse(JSON.parse(text));
  } catch (cause) {
    throw new AppError("layout_invalid", `${path}: expected a JSON list of whole numbers, got something else`, {
      cause,
    });
  }
}
