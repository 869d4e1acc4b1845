/**
 * A judge of captions that the repository carries with it: fitted on the drawings of the retrieval index, one a label, as
 * the autoencoder decodes them, and their labels' names. `tau evaluate` has a better one, fitted on all training images,
 * which lie outside the repository.
 */
import { join } from "node:path";
import { cosine } from "../../../server/engine/edits/sphere.ts";
import type { ConditioningExpert } from "../../../server/engine/interfaces.ts";
import type { Translation } from "../../../server/engine/translation.ts";
import { type CaptionJudge, fitCaptionJudge } from "../../../server/evaluation/metrics/caption-judge.ts";
import { rankCaptions } from "../../../server/evaluation/metrics/r-precision.ts";
import { pickRows, stackRows, type Vectors } from "../../../server/evaluation/metrics/vectors.ts";
import type { CatalogueEntry } from "../../../server/packs/catalogue.ts";
import { type IndexContent, indexWidths, readIndexFile } from "../../../server/retrieval/index-file.ts";
import { accumulateInt4 } from "../../../server/retrieval/int4.ts";
import { byLabel } from "../../../server/retrieval/retrieval-index.ts";

/** As in server/evaluation/groups.ts. */
const ridgePenalty = 0.03;
/** Labels nearest to a caption that the second judge never saw. */
const heldOut = 8;
const depths = ["image-early", "image-middle", "image-last"];

export interface DrawingJudges {
  /** Share of the images whose own caption ranks first among all, by the judge of all labels and by the one without these things. */
  hitsOf(images: readonly Float32Array[], captionOf: readonly number[]): Promise<{ all: number; unseen: number }>;
}

/** @param captions that images will be judged by */
export async function fitDrawingJudges(
  { folder, manifest }: CatalogueEntry,
  translation: Translation,
  captions: readonly string[],
  features = featuresOfDrawings,
): Promise<DrawingJudges> {
  const { conditions, flow } = translation;
  const content = await readIndexFile(join(folder, manifest.translations[0]!.retrieval!), indexWidths(flow));
  const chosen = oneOfEachLabel(content);
  const seen = await features(translation, content, chosen);
  const keyOf = (label: number): Float32Array => rowOfInt4(content.keys, label, content.keyDims);
  const names = stackRows(
    chosen.map((at) => keyOf(content.entries[at]!.label)),
    content.keyDims,
  );
  const text = conditions.find(({ name }) => name === "caption")!.expert;
  const vectors = await Promise.all(captions.map((caption) => text.encode([{ kind: "text", text: caption }])));
  const near = new Set(
    vectors.flatMap((vector) =>
      content.labels
        .map((_, label) => ({ label, cosine: cosine(keyOf(label), vector) }))
        .sort((a, b) => b.cosine - a.cosine)
        .slice(0, heldOut)
        .map(({ label }) => label),
    ),
  );
  const others = [...chosen.keys()].filter((row) => !near.has(content.entries[chosen[row]!]!.label));
  const all = fitCaptionJudge(seen, names, ridgePenalty);
  const unseen = fitCaptionJudge(pickRows(seen, others), pickRows(names, others), ridgePenalty);
  const hits = (judge: CaptionJudge, predicted: Vectors, captionOf: readonly number[]): number =>
    rankCaptions(
      judge.predict(predicted),
      judge.place(
        stackRows(
          captionOf.map((of) => vectors[of]!),
          text.dims,
        ),
      ),
      captionOf.map((of) => captions[of]!),
      { distractors: captions.length - 1, seed: 1 },
    ).precision;
  return {
    async hitsOf(images, captionOf) {
      const rows: Float32Array[] = [];
      for (const planes of images) rows.push(await featuresOf(translation, planes));
      const predicted = stackRows(rows, seen.dims);
      return { all: hits(all, predicted, captionOf), unseen: hits(unseen, predicted, captionOf) };
    },
  };
}

/** A drawing of each label, of one style or another. */
const oneOfEachLabel = (content: IndexContent): number[] =>
  [...byLabel(content.entries)].map(([label, places]) => places[(label * 7919) % places.length]!);

async function featuresOfDrawings(
  translation: Translation,
  { dims, entries, styleMeans, values }: IndexContent,
  chosen: readonly number[],
): Promise<Vectors> {
  const rows: Float32Array[] = [];
  for (const at of chosen) {
    const { style } = entries[at]!;
    const latent = styleMeans.slice(style * dims, (style + 1) * dims);
    accumulateInt4(values, at, dims, 1, latent);
    rows.push(await featuresOf(translation, await translation.target.decode(latent, 1)));
  }
  return stackRows(rows, rows[0]!.length);
}

let images = 0;
/** Features of all depths of the image expert, to about unit variance, as in server/evaluation/feature-net.ts. */
async function featuresOf({ conditions, target }: Translation, planes: Float32Array): Promise<Float32Array> {
  // Experts keep vectors by key, so each image needs its own.
  const value = { kind: "image", planes, sizePx: target.imageSizePx, key: `judge ${images++}` } as const;
  const parts: number[] = [];
  for (const depth of depths) {
    const expert: ConditioningExpert = conditions.find(({ name }) => name === depth)!.expert;
    for (const part of await expert.encode([value])) parts.push(part * Math.sqrt(expert.dims));
  }
  return Float32Array.from(parts);
}

function rowOfInt4(rows: IndexContent["keys"], row: number, width: number): Float32Array {
  const vector = new Float32Array(width);
  accumulateInt4(rows, row, width, 1, vector);
  return vector;
}
