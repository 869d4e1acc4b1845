/**
 * Builds the retrieval index of a user's style (server/retrieval/retrieval-index.ts): the base's entries, transferred to the
 * style (style-transfer-job.ts), around the style's mean latent. Captions of the training images are kept: for similar captions
 * nothing is retrieved, because the flow has learned those drawings itself. Layouts find transferred drawings by their
 * transferred layout. Sketches find them by the base's sketch, because people sketch the object and not the disc behind it.
 */
import type { TrainingSet } from "../../flow/training-set.ts";
import { evenPlaces } from "../../platform/even-distances.ts";
import { meanRow } from "../../platform/mean-row.ts";
import type { IndexContent, IndexEntry } from "../../retrieval/index-file.ts";
import { quantizeInt4 } from "../../retrieval/int4.ts";
import { pickCodes, type QuantizedCodes } from "../../retrieval/quantized-codes.ts";
import { vectorOf } from "../calibrate/fit-ood-detector.ts";
import type { EncodedDrawings } from "../encode/encode-folder.ts";
import { codePictures } from "./code-pictures.ts";

/**
 * Log-weight of a drawing per unit of its style's similarity, a sum of cosines. The most similar styles of the default pack are
 * some tenths apart.
 */
const inverseTemperature = 10;
/** Captions that are kept, so that an index stays at some megabytes; of more captions, evenly spaced ones. */
const captionsMax = 4096;

/**
 * @param set training set of one style, with captions
 * @param drawings drawings of the base, transferred to the style; absent = the base's entries as they are, moved to the style's
 *   mean
 */
export function buildUserStyleIndex(
  base: IndexContent,
  set: TrainingSet,
  drawings?: Pick<EncodedDrawings, "transferred"> & { readonly set: Pick<TrainingSet, "latents" | "conditions"> },
): IndexContent {
  const { dims } = base;
  const styleMeans = base.styleMeans.slice();
  // The last row is the mean without a style.
  const mean = meanRow(set.latents, dims, set.trainRows);
  styleMeans.set(mean, styleMeans.length - dims);
  // Dropped from the base: affinities of a user's style, whose entries have another background, and codes of the base's own
  // pictures, which do not show this style.
  const { ownAffinities: _, pictures: __, ...others } = base;
  const own = { ...others, styleMeans, ownKeys: quantizeInt4(captionsOf(set), base.keyDims) };
  if (!drawings) return own;
  const { latents, conditions } = drawings.set;
  const { entries, similarity } = drawings.transferred;
  const sketches = sketchCodes(base, entries);
  const values = entries.map((_, row) => mean.map((value, axis) => latents[row * dims + axis]! - value));
  return {
    ...own,
    entries,
    values: quantizeInt4(values, dims),
    ownAffinities: Float32Array.from(similarity, (value) => inverseTemperature * value),
    pictures: new Map([
      ...codePictures(
        conditions.filter(({ name }) => !sketches.has(name)),
        entries.map((_, row) => [row]),
      ),
      ...sketches,
    ]),
  };
}

/** The base's sketch codes of the drawings; nothing when some drawings have none. */
function sketchCodes(base: IndexContent, drawings: readonly IndexEntry[]): ReadonlyMap<string, QuantizedCodes> {
  const keyOf = ({ label, style }: IndexEntry): string => `${label} ${style}`;
  const rowOf = new Map(base.entries.map((entry, row) => [keyOf(entry), row]));
  const rows = drawings.map((drawing) => rowOf.get(keyOf(drawing)));
  const codes = base.pictures?.get("sketch");
  return new Map(codes && rows.every((row) => row !== undefined) ? [["sketch", pickCodes(codes, rows)]] : []);
}

/** Caption vectors of the training images, without duplicates. */
function captionsOf({ conditions, trainRows }: TrainingSet): Float32Array[] {
  const table = conditions.find(({ name }) => name === "caption")!;
  const entries = [...new Set([...trainRows].flatMap((row) => table.options[row]!))];
  return evenPlaces(entries.length, captionsMax).map((place) => vectorOf(table, entries[place]!));
}
