/**
 * Encodes what an image set says of its images: captions and labels from the index, picture conditions from each image's own
 * pixels, as the experts read examples. Gives one table a condition; everything slow is cached in pieces.
 */

import type { ConditionTable } from "../flow/training-set.ts";
import { denseTable, labelTable } from "../flow/vector-table.ts";
import { encodePictures } from "./encode-pictures.ts";
import { type EncodeContext, encodeAll, keyOf } from "./encoded-pieces.ts";
import type { ImageItem } from "./image-set.ts";
import type { SetCondition } from "./pack-experts.ts";

/** A table for each condition, in their order. */
export async function encodeConditions(
  context: EncodeContext,
  conditions: readonly SetCondition[],
): Promise<ConditionTable[]> {
  const tables = new Map<string, ConditionTable>();
  for (const condition of conditions) {
    const { name, source } = condition;
    if (tables.has(name)) continue;
    if (name === "caption") tables.set(name, await encodeCaptions(context, condition));
    else if (name === "label" || name === "style") tables.set(name, labelsOf(context.images.items, condition));
    else {
      // Depths of one network cost one run, so conditions of one source are encoded together.
      const group = conditions.filter((other) => other.source === source);
      for (const table of await encodePictures(context, group)) tables.set(table.name, table);
    }
  }
  return conditions.map(({ name }) => tables.get(name)!);
}

async function encodeCaptions(context: EncodeContext, condition: SetCondition): Promise<ConditionTable> {
  const { folder, images, encode, signal, onProgress } = context;
  const { name, expert } = condition;
  const captions = [...new Set(images.items.flatMap((item) => item.captions))];
  const values = await encodeAll({
    folder,
    key: keyOf(images, "text", condition.source),
    what: "captions",
    stem: "captions",
    total: captions.length,
    width: expert.dims,
    pieceRows: 4096,
    // The key names the captions themselves.
    changedMs: 0,
    signal,
    onProgress,
    encode: (start, count) =>
      encode({ kind: "captions", condition: name, captions: captions.slice(start, start + count) }),
  });
  const entryOf = new Map(captions.map((caption, index) => [caption, index]));
  return {
    name,
    kind: "words",
    dims: expert.dims,
    table: denseTable(values, expert.dims),
    options: images.items.map((item) => item.captions.map((caption) => entryOf.get(caption)!)),
  };
}

/** Style or concept of each image, where the vocabulary has it. */
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
