/** `tau recipes figure`: the figures of the paper's slides for any pack, as one contact sheet. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../../../../shared/problem.ts";
import type { Translation } from "../../../engine/translation.ts";
import { SharedFiles } from "../../../experts/shared-files.ts";
import { decodeFitted } from "../../../images/codec.ts";
import type { CatalogueEntry } from "../../../packs/catalogue.ts";
import { loadTranslations } from "../../../packs/load-translations.ts";
import { writeFileAtomically } from "../../../platform/files/atomic-file.ts";
import { depthSheet, type FigureImage, labelSheet } from "../../../recipes/figures.ts";
import { picturesIn } from "../../../recipes/picture-set.ts";
import { findPack } from "../../find-pack.ts";
import { type FlagValues, numberFlag, requiredFlag, textFlag, wholeFlag } from "../../train-flags.ts";

export const figureUsage = `figure  draws a contact sheet. depths: images like an image, by each depth of Φ that the packs read images at. labels: an image under other
        labels or styles, at its own residual.

  --pack NAMES       packs by folder or id, separated by commas; labels takes one
  --images DIR       images, a row each; for labels a subfolder says which label an image has
  --to FILE          the PNG
  --rows N           images that are shown (default 6)
  --columns N        of depths: images of each depth (default 3)
  --labels NAMES     of labels: which, separated by commas (default: the first eight)
  --temperature X    of depths, 0 to 1.5 (default 0.3)
  --seed N           of depths (default 1)`;

export const options = {
  pack: { type: "string" },
  images: { type: "string" },
  to: { type: "string" },
  rows: { type: "string" },
  columns: { type: "string" },
  labels: { type: "string" },
  temperature: { type: "string" },
  seed: { type: "string" },
} as const;

export async function drawFigure(which: "depths" | "labels", values: FlagValues): Promise<number> {
  const required = (name: string) => requiredFlag(values, name);
  const [packs, folder, to] = [required("pack").split(","), required("images"), required("to")];
  const rows = wholeFlag(values, "rows", 6, 1, 64);
  const samples = wholeFlag(values, "columns", 3, 1, 16);
  const temperature = numberFlag(values, "temperature", 0.3, { min: 0, max: 1.5 });
  const seed = wholeFlag(values, "seed", 1, 0, 0xffff_0000);
  const shared = new SharedFiles();
  const entries: CatalogueEntry[] = [];
  const translations: Translation[] = [];
  for (const pack of packs) {
    const entry = await findPack(pack, ".");
    entries.push(entry);
    translations.push((await loadTranslations(entry, { shared }))[0]!);
  }
  const images = await imagesOf(folder, rows, translations[0]!.target.imageSizePx);
  const sheet =
    which === "depths"
      ? await depthSheet(translations, images, { samples, temperature, seed })
      : await labelSheet(translations[0]!, images, labelsOf(entries[0]!, values));
  await writeFileAtomically(to, sheet, 0o644);
  console.log(to);
  return 0;
}

/** Images from all subfolders in turn, so that every label is shown. */
async function imagesOf(folder: string, count: number, sizePx: number): Promise<FigureImage[]> {
  const groups = new Map<string, string[]>();
  for (const { file, label } of await picturesIn(folder, 1)) groups.set(label, [...(groups.get(label) ?? []), file]);
  const turns = [...groups].flatMap(([label, files]) => files.map((file, turn) => ({ file, label, turn })));
  const chosen = turns.sort((a, b) => a.turn - b.turn).slice(0, count);
  const images: FigureImage[] = [];
  for (const { file, label } of chosen)
    images.push({ label, planes: await decodeFitted(await readFile(join(folder, file)), sizePx) });
  return images;
}

function labelsOf({ manifest }: CatalogueEntry, values: FlagValues): string[] {
  const labels = textFlag(values, "labels");
  if (labels !== undefined) return labels.split(",");
  const reader = manifest.translations[0]!.conditions.find(({ name }) => name === "style" || name === "label");
  const expert = reader && manifest.experts[reader.expert];
  if (expert?.kind === "label") return expert.vocabulary.slice(0, 8).map(({ id }) => id);
  throw new AppError("invalid_request", `labels: expected a pack that reads labels or styles, got ${manifest.id}`);
}
