/**
 * Encodes picture conditions (sketch, layout, image at a depth, low resolution) from each image's own pixels, as the experts
 * read examples. Conditions of one network are encoded together, so that all depths cost one run.
 */
import type { ConditionTable } from "../flow/training-set.ts";
import { denseTable, type VectorTable } from "../flow/vector-table.ts";
import { storedWidth } from "./encode-rows.ts";
import { type EncodeContext, encodePieces, keyOf } from "./encoded-pieces.ts";
import type { SetCondition } from "./pack-experts.ts";

/** Tables of conditions that share a source: each image's pixels are read once and given to all of them. */
export async function encodePictures(
  context: EncodeContext,
  group: readonly SetCondition[],
): Promise<ConditionTable[]> {
  const { folder, images, encode, signal, onProgress } = context;
  const rows = images.items.length;
  const parts = group.map((condition) => {
    const width = storedWidth(condition);
    return { condition, width, stored: new Float32Array(rows * width) };
  });
  const width = parts.reduce((sum, part) => sum + part.width, 0);
  const conditions = group.map(({ name }) => name);
  await encodePieces({
    folder,
    key: keyOf(images, "picture", group[0]!.source),
    what: conditions.join(", "),
    stem: group.map(stemOf).join("+"),
    total: rows,
    width,
    pieceRows: 2048,
    changedMs: images.pixelsChangedMs,
    signal,
    onProgress,
    // One block a condition, each [count, its width].
    encode: (start, count) => encode({ kind: "pictures", conditions, start, count }),
    take(piece, start) {
      const count = piece.length / width;
      let offset = 0;
      for (const part of parts) {
        part.stored.set(piece.subarray(offset, offset + count * part.width), start * part.width);
        offset += count * part.width;
      }
    },
  });
  const own = images.items.map((_, row) => [row]);
  return parts.map(({ condition, stored }) => ({
    name: condition.name,
    kind: "picture",
    dims: condition.expert.dims,
    table: tableOf(condition, stored),
    options: own,
  }));
}

/** Names the values in the cache, whose key leaves out which of a network's outputs is read: most conditions are called after it. */
const stemOf = ({ name, entry }: SetCondition): string =>
  entry.kind === "image" && name !== `image-${entry.output}` ? `${name}=${encodeURIComponent(entry.output)}` : name;

const tableOf = (condition: SetCondition, stored: Float32Array): VectorTable =>
  condition.entry.kind === "layout"
    ? {
        kind: "ones",
        dims: condition.expert.dims,
        places: Uint16Array.from(stored),
        perEntry: storedWidth(condition),
      }
    : denseTable(stored, condition.expert.dims);
