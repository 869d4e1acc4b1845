/**
 * Encodes picture conditions (sketch, layout, image at a depth, low resolution) from each image's own pixels, as the experts
 * read examples. Conditions of one network are encoded together, so that all depths cost one run.
 */
import type { ConditionValue } from "../engine/interfaces.ts";
import type { ConditionTable } from "../flow/training-set.ts";
import { denseTable, placesOfOnes, type VectorTable } from "../flow/vector-table.ts";
import { type EncodeContext, encodePieces, keyOf } from "./encoded-pieces.ts";
import type { ImageSet } from "./image-set.ts";
import type { SetCondition } from "./pack-experts.ts";

/** Images that are read, and given to every expert, at once. */
const imagesAtOnce = 16;

/** How a condition's vectors are stored: label maps by the places of their ones, all else as it is. */
interface StoredForm {
  /** Values a row. */
  readonly width: number;
  store(vectors: Float32Array): Float32Array;
  table(stored: Float32Array): VectorTable;
}

function formOf({ entry, expert: { dims } }: SetCondition): StoredForm {
  if (entry.kind !== "layout")
    return { width: dims, store: (vectors) => vectors, table: (stored) => denseTable(stored, dims) };
  const perEntry = entry.columns * entry.rows;
  return {
    width: perEntry,
    store: (vectors) => Float32Array.from(placesOfOnes(vectors, dims, perEntry)),
    table: (stored) => ({ kind: "ones", dims, places: Uint16Array.from(stored), perEntry }),
  };
}

/** Tables of conditions that share a source: each image's pixels are read once and given to all of them. */
export async function encodePictures(
  { folder, images, signal, onProgress }: EncodeContext,
  group: readonly SetCondition[],
): Promise<ConditionTable[]> {
  const rows = images.items.length;
  const parts = group.map((condition) => {
    const form = formOf(condition);
    return { condition, form, stored: new Float32Array(rows * form.width) };
  });
  const width = parts.reduce((sum, { form }) => sum + form.width, 0);
  await encodePieces({
    folder,
    key: keyOf(images, "picture", group[0]!.source),
    what: group.map(({ name }) => name).join(", "),
    stem: group.map(({ name }) => name).join("+"),
    total: rows,
    width,
    pieceRows: 2048,
    changedMs: images.pixelsChangedMs,
    signal,
    onProgress,
    async encode(start, count) {
      // One block a condition, each [count, its width].
      const blocks = parts.map(({ form }) => new Float32Array(count * form.width));
      for (let at = 0; at < count; at += imagesAtOnce) {
        signal?.throwIfAborted();
        const some = await imageValues(images, start + at, Math.min(imagesAtOnce, count - at));
        for (const [index, { condition, form }] of parts.entries())
          blocks[index]!.set(form.store(await condition.expert.encodeExamples(some)), at * form.width);
      }
      const piece = new Float32Array(count * width);
      let offset = 0;
      for (const block of blocks) {
        piece.set(block, offset);
        offset += block.length;
      }
      return piece;
    },
    take(piece, start) {
      const count = piece.length / width;
      let offset = 0;
      for (const { form, stored } of parts) {
        stored.set(piece.subarray(offset, offset + count * form.width), start * form.width);
        offset += count * form.width;
      }
    },
  });
  const own = images.items.map((_, row) => [row]);
  return parts.map(({ condition: { name, expert }, form, stored }) => ({
    name,
    kind: "picture",
    dims: expert.dims,
    table: form.table(stored),
    options: own,
  }));
}

/** Images `start` … as conditions of their own. */
async function imageValues(images: ImageSet, start: number, count: number): Promise<ConditionValue[]> {
  const planes = await images.read(start, count);
  const size = planes.length / count;
  return Array.from({ length: count }, (_, index) => ({
    kind: "image",
    planes: planes.subarray(index * size, (index + 1) * size),
    sizePx: Math.sqrt(size / 4),
    key: `${images.digest}-${start + index}`,
  }));
}
