/**
 * Encodes the words in the index of an image set: captions by the text expert, cached in chunks; styles and labels as indices
 * into their vocabularies. Returns one table a condition.
 */
import type { ConditionTable } from "../../flow/training-set.ts";
import { denseTable, labelTable } from "../../flow/vector-table.ts";
import type { ImageItem, ImageSet } from "../dataset/image-set.ts";
import { type EncodeContext, encodeChunks, keyOf } from "./encoded-chunks.ts";
import type { SetCondition } from "./pack-experts.ts";

const captionsAPiece = 4096;

/**
 * One table for each condition, in their order.
 * @param conditions captions, labels and styles
 */
export async function encodeSetWords(
  context: EncodeContext,
  conditions: readonly SetCondition[],
): Promise<ConditionTable[]> {
  const tables: ConditionTable[] = [];
  for (const condition of conditions)
    tables.push(
      condition.name === "caption"
        ? await encodeCaptions(context, condition)
        : labelsOf(context.images.items, condition),
    );
  return tables;
}

/** The captions of a set without duplicates, as they are encoded. */
export const captionsOf = ({ items }: Pick<ImageSet, "items">): string[] => [
  ...new Set(items.flatMap((item) => item.captions)),
];

async function encodeCaptions(context: EncodeContext, condition: SetCondition): Promise<ConditionTable> {
  const { folder, images, encode, signal, onProgress } = context;
  const {
    name,
    source,
    expert: { dims },
  } = condition;
  const captions = captionsOf(images);
  const values = new Float32Array(captions.length * dims);
  const part = {
    key: keyOf(images, "text", source),
    stem: "captions",
    width: dims,
    take: (piece: Float32Array, start: number) => values.set(piece, start * dims),
  };
  await encodeChunks({
    folder,
    what: "captions",
    total: captions.length,
    chunkRows: captionsAPiece,
    // The key already contains a hash of the captions.
    changedMs: 0,
    parts: [part],
    signal,
    onProgress,
    encode: (_, start, count, onRows) =>
      encode({ kind: "captions", condition: name, captions: captions.slice(start, start + count) }, onRows),
  });
  const entryOf = new Map(captions.map((caption, index) => [caption, index]));
  return {
    name,
    kind: "words",
    dims,
    table: denseTable(values, dims),
    options: images.items.map((item) => item.captions.map((caption) => entryOf.get(caption)!)),
  };
}

/** Style or concept of each image, if the vocabulary has it. */
function labelsOf(items: readonly ImageItem[], { name, expert, entry }: SetCondition): ConditionTable {
  const vocabulary = entry.kind === "label" ? entry.vocabulary : [];
  const indexOf = new Map(vocabulary.map(({ id }, index) => [id, index]));
  return {
    name,
    kind: "words",
    dims: expert.dims,
    table: labelTable(expert.dims),
    options: items.map(({ style, concept }) => {
      const index = indexOf.get(name === "style" ? style : concept);
      return index === undefined ? [] : [index];
    }),
  };
}
