/**
 * The figures of the paper's slides for any translation, as contact sheets. Depths: images drawn like an image, as each depth of Φ sees it, which shows
 * what every depth leaves open (Figure 5). Labels: an image under other labels at its own residual v (Figures 6, 8, 10 and 11).
 */
import { type FlowConditionName, fieldOf } from "../../shared/contract/conditions.ts";
import { AppError } from "../../shared/problem.ts";
import type { EncodedConditions } from "../engine/conditions.ts";
import type { ConditioningExpert, ConditionValue } from "../engine/interfaces.ts";
import { drawResidual } from "../engine/random.ts";
import { decodeDrawn, drawLatents, measureLatents, type Translation } from "../engine/translation.ts";
import { tileSheet } from "../evaluation/tile-sheet.ts";
import { asText } from "../experts/values.ts";

export interface FigureImage {
  /** Premultiplied planes [4, sizePx, sizePx], of the translation's size. */
  readonly planes: Float32Array;
  /** Subfolder that holds it; empty without one. */
  readonly label: string;
}

export interface DepthOptions {
  /** Images of each depth. */
  readonly samples: number;
  readonly temperature: number;
  readonly seed: number;
}

/** A PNG: image by row, then `samples` drawn under each image condition of each translation. @throws AppError `invalid_request` without such conditions */
export async function depthSheet(
  translations: readonly Translation[],
  images: readonly FigureImage[],
  { samples, temperature, seed }: DepthOptions,
): Promise<Uint8Array> {
  const depths = translations.flatMap((translation) =>
    translation.conditions
      .filter(({ name }) => fieldOf(name) === "image")
      .map(({ name, expert }) => ({ translation, name, expert })),
  );
  const [first] = translations;
  if (!first || depths.length === 0)
    throw new AppError("invalid_request", "depths: expected a translation that reads images, got none");
  const { imageSizePx } = first.target;
  const rows: Float32Array[][] = [];
  for (const [index, { planes }] of images.entries()) {
    const row = [planes];
    for (const { translation, name, expert } of depths) {
      const value = { kind: "image", planes, sizePx: imageSizePx, key: `figure ${index}` } as const;
      const conditions = await encoded(name, expert, value);
      for (let sample = 0; sample < samples; sample += 1) {
        const residual = drawResidual(seed + sample, temperature, translation.flow.dims);
        row.push(await picture(translation, residual, conditions));
      }
    }
    rows.push(row);
  }
  const names = depths.flatMap(({ translation, name }) => {
    const heading = translations.length > 1 ? `${translation.id}\n${name}` : name;
    return Array.from({ length: samples }, (_, at) => (at === 0 ? heading : ""));
  });
  const gapAfter = depths.map((_, depth) => depth * samples);
  return tileSheet(rows, imageSizePx, { headings: ["image", ...names], gapAfter });
}

/**
 * A PNG: image by row, then the image under each of `labels` at the residual that it has under its own.
 * @throws AppError `invalid_request` when the translation reads no labels
 */
export async function labelSheet(
  translation: Translation,
  images: readonly FigureImage[],
  labels: readonly string[],
): Promise<Uint8Array> {
  const reader = translation.conditions.find(({ name }) => name === "style" || name === "label");
  if (!reader)
    throw new AppError("invalid_request", "labels: expected a translation that reads labels or styles, got none");
  const { imageSizePx } = translation.target;
  const under = (label: string): Promise<EncodedConditions> => encoded(reader.name, reader.expert, asText(label));
  const rows: Float32Array[][] = [];
  for (const { planes, label } of images) {
    const latent = await translation.target.encode(planes, 1);
    const own = label === "" ? {} : await under(label);
    const [measured] = await measureLatents(translation, [latent], [own]);
    const row = [planes];
    for (const other of labels) row.push(await picture(translation, measured!.residual, await under(other)));
    rows.push(row);
  }
  return tileSheet(rows, imageSizePx, { headings: ["image", ...labels], gapAfter: [0] });
}

async function encoded(
  name: FlowConditionName,
  expert: ConditioningExpert,
  value: ConditionValue,
): Promise<EncodedConditions> {
  return { [name]: { vector: (await expert.encode([value])).slice(), presence: 1 } };
}

async function picture(
  translation: Translation,
  residual: Float32Array,
  conditions: EncodedConditions,
): Promise<Float32Array> {
  const [drawn] = await drawLatents(translation, [{ residual, conditions, guidance: [] }]);
  return decodeDrawn(translation, drawn!);
}
