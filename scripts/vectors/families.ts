/** Families beside icons drawn singly and beside a real set: how many colours, how thick their lines, how large, and how far apart in the features of the pack's image expert. */

import type { Pixels } from "../../server/engine/interfaces.ts";
import { toPremultipliedPlanes } from "../../server/engine/pixels/pixels.ts";
import { openContext } from "../../server/evaluation/open-context.ts";
import { createProgressReporter } from "../../server/evaluation/progress-reporter.ts";
import { encodePng } from "../../server/images/codec.ts";
import { createInferenceClient } from "../../server/inference/client.ts";
import { drawFamily } from "../../server/jobs/work/draw-family.ts";
import { Catalogue, packsHome } from "../../server/packs/catalogue.ts";
import { vectorise } from "../../server/vector/vectorise.ts";
import { FamilyRequestSchema, type Vector } from "../../shared/contract/vectors.ts";
import { consistencyOf } from "../../shared/vectors/consistency.ts";
import { everyday } from "../figures/captions.ts";
import { writeSheet } from "../figures/sheet.ts";
import { withStudio } from "../figures/studio.ts";
import { decode } from "./measure.ts";
import type { PartOptions } from "./parts.ts";
import { realIcons } from "./real-icons.ts";

const sidePx = 128;
const count = 24;
/** Styles and the real set that each was learned from. */
const styles = [
  ["fluent-flat", "fluent-emoji-flat"],
  ["streamline-flex", "streamline-flex-color"],
] as const;

export async function families({ packsDir, figures, limit }: PartOptions): Promise<string> {
  const names = everyday
    .flat()
    .filter((_, at) => at % 2 === 0)
    .slice(0, Math.min(count, limit));
  const home = packsDir ?? packsHome();
  const catalogue = await Catalogue.open(home);
  const packs = catalogue.packs();
  const client = createInferenceClient({ packsDir: home });
  const features = await openFeatures(catalogue);
  const lines: string[] = [];
  const rows: Array<{ label: string; tiles: Uint8Array[] }> = [];
  const report = async (label: string, vectors: readonly Vector[]): Promise<void> => {
    const facts = consistencyOf(vectors.map((vector) => ({ facts: vector, sidePx: vector.widthPx })));
    const drawn = await Promise.all(vectors.map(({ svg }) => decode(svg)));
    const spread = await features(drawn);
    rows.push({ label, tiles: vectors.map(({ svg }) => Buffer.from(svg)).slice(0, 12) });
    lines.push(
      `| ${label} | ${facts.colourCount} | ${facts.strokePx.toFixed(1)} | ${Math.round(100 * facts.strokeSpread)} % | ${facts.opticalSize.toFixed(2)} | ${facts.opticalSpread.toFixed(3)} | ${spread.toFixed(3)} |`,
    );
  };
  try {
    await client.start();
    for (const [style, set] of styles) {
      const request = { ...FamilyRequestSchema.parse({ names, style }), seed: 1 };
      const trace = async (pixels: Pixels, options: object): Promise<Vector> => vectorise(pixels, options);
      const imagesOf = async () => new Map();
      const deps = { inference: client, packs, vectorise: trace, imagesOf, encodePng };
      const family = await drawFamily(request, deps, new AbortController().signal);
      await report(
        `${style}, family`,
        family.members.map(({ vector }) => vector!),
      );
      const singles: Vector[] = [];
      await withStudio(packsDir, async ({ draw }) => {
        for (const [index, caption] of names.entries()) {
          const [file] = await draw({ condition: { caption, style }, count: 1, seed: 1000 + 37 * index });
          singles.push(vectorise(await decode(file!)));
        }
      });
      await report(`${style}, singly`, singles);
      const icons = realIcons(names.length, sidePx, [set]);
      await report(`${style}, real set`, await Promise.all(icons.map(async ({ svg }) => vectorise(await decode(svg)))));
    }
  } finally {
    await client.close();
  }
  await writeSheet(`${figures}/family.png`, [{ columns: names.slice(0, 12), rows }], {
    cellPx: 92,
    marginPx: 170,
  });
  return [
    `${names.length} names. Spread of features: 1 − mean cosine to the mean,`,
    "deepest features of the pack's image expert.",
    "",
    "| icons | colours | stroke px | its spread | optical size | its spread | spread of features |",
    "| --- | --: | --: | --: | --: | --: | --: |",
    ...lines,
  ].join("\n");
}

async function openFeatures(catalogue: Catalogue): Promise<(drawn: readonly Pixels[]) => Promise<number>> {
  const entry = catalogue.entries.find(({ manifest }) => manifest.translations.length > 0)!;
  const settings = { seed: 1, limit: 0, temperature: 0, guidance: 0, retrieval: 0 };
  const { context } = await openContext({
    entry,
    work: ".cache",
    settings,
    progress: createProgressReporter(() => undefined),
  });
  const net = context.features!;
  return async (drawn) => {
    const all = await net.featuresOf("features", drawn.length, async (at) =>
      toPremultipliedPlanes(drawn[at]!.rgba as Uint8Array, sidePx),
    );
    const { values, dims } = net.deepest(all);
    const mean = new Float64Array(dims);
    for (let at = 0; at < values.length; at += 1) mean[at % dims]! += values[at]! / drawn.length;
    const norm = (from: ArrayLike<number>): number =>
      Math.sqrt(Array.from(from).reduce((sum, value) => sum + value * value, 0));
    let cosine = 0;
    for (let row = 0; row < drawn.length; row += 1) {
      const own = values.subarray(row * dims, (row + 1) * dims);
      cosine +=
        own.reduce((sum, value, axis) => sum + value * mean[axis]!, 0) / (norm(own) * norm(mean) * drawn.length);
    }
    return 1 - cosine;
  };
}
