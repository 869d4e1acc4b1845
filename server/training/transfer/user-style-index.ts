/**
 * Examples for a style of one's own (server/retrieval/retrieval-index.ts): those of the base pack, laid as its images are (style-transfer-job.ts), around the middle of
 * the new style. What was drawn in that style is left to the flow, which has learned it: captions that it was trained on are kept, so that what is like
 * one of them has no start. Sketches and layouts start from laid drawings that look like them: layouts as they lie there, sketches as they are on nothing,
 * because what people sketch is the thing and not the disc that it will lie on.
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

/** Log-weight of a drawing for each unit of likeness of its style, a sum of cosines: of the default pack's styles the likest lie some tenths apart. */
const inverseTemperature = 10;
/** Captions that are kept, so that a store stays some megabytes; of more, some at even distances. */
const captionsMax = 4096;

/**
 * @param set of one style, with captions
 * @param drawings of the base, laid as its images are; absent = the base's examples as they are, moved to its middle
 */
export function buildUserStyleIndex(
  base: IndexContent,
  set: TrainingSet,
  drawings?: Pick<EncodedDrawings, "transferred"> & { readonly set: Pick<TrainingSet, "latents" | "conditions"> },
): IndexContent {
  const { dims } = base;
  const styleMeans = base.styleMeans.slice();
  // Where no style is asked for, all of them lie around the last.
  const middle = meanRow(set.latents, dims, set.trainRows);
  styleMeans.set(middle, styleMeans.length - dims);
  // Those of a style of one's own lie on its ground, not on this one; and what the base's drawings look like is not how this style draws.
  const { ownAffinities: _, pictures: __, ...others } = base;
  const own = { ...others, styleMeans, ownKeys: quantizeInt4(captionsOf(set), base.keyDims) };
  if (!drawings) return own;
  const { latents, conditions } = drawings.set;
  const { entries, likeness } = drawings.transferred;
  const onNothing = sketchesOnNothing(base, entries);
  const values = entries.map((_, row) => middle.map((value, axis) => latents[row * dims + axis]! - value));
  return {
    ...own,
    entries,
    values: quantizeInt4(values, dims),
    ownAffinities: Float32Array.from(likeness, (value) => inverseTemperature * value),
    pictures: new Map([
      ...codePictures(
        conditions.filter(({ name }) => !onNothing.has(name)),
        entries.map((_, row) => [row]),
      ),
      ...onNothing,
    ]),
  };
}

/** What drawings of the base are known by as sketches there; nothing where some are not. */
function sketchesOnNothing(base: IndexContent, drawings: readonly IndexEntry[]): ReadonlyMap<string, QuantizedCodes> {
  const keyOf = ({ label, style }: IndexEntry): string => `${label} ${style}`;
  const rowOf = new Map(base.entries.map((example, row) => [keyOf(example), row]));
  const rows = drawings.map((drawing) => rowOf.get(keyOf(drawing)));
  const codes = base.pictures?.get("sketch");
  return new Map(codes && rows.every((row) => row !== undefined) ? [["sketch", pickCodes(codes, rows)]] : []);
}

/** Vectors of the captions of training images, each once: those that the flow was trained on. */
function captionsOf({ conditions, trainRows }: TrainingSet): Float32Array[] {
  const table = conditions.find(({ name }) => name === "caption")!;
  const entries = [...new Set([...trainRows].flatMap((row) => table.options[row]!))];
  return evenPlaces(entries.length, captionsMax).map((place) => vectorOf(table, entries[place]!));
}
