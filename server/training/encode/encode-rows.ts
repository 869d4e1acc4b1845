/**
 * Encodes some rows of an image set, or some captions, by frozen experts: the part of encoding that needs nothing but pixels and
 * experts, so that it runs the same in this thread and in the threads of a team (encode-pool.ts).
 */
import type { ConditionValue } from "../../engine/interfaces.ts";
import { asText } from "../../experts/values.ts";
import { placesOfOnes } from "../../flow/vector-table.ts";
import { type ImagePixels, PixelRoom } from "../dataset/image-set.ts";
import type { SetCondition, SetExperts } from "./pack-experts.ts";

/** What is encoded; `condition`, `conditions`: names of the translation's. */
export type EncodeTask =
  | { readonly kind: "captions"; readonly condition: string; readonly captions: readonly string[] }
  /** Images, read once and given to whatever is wanted of them: each image's own picture as conditions, and the target's posterior means. */
  | {
      readonly kind: "images";
      readonly conditions: readonly string[];
      readonly withLatents: boolean;
      readonly start: number;
      readonly count: number;
    };

/** How a task is ended and followed. */
export interface RowsWatch {
  readonly signal?: AbortSignal | undefined;
  /** @param rows of the task, done so far */
  readonly onRows?: ((rows: number) => void) | undefined;
}

export interface RowsOptions extends RowsWatch {
  /** For pixels, used again by the next task; no two tasks may have it at a time. */
  readonly room?: PixelRoom;
}

/** Images that are read, and given to every expert, at once: few enough to stay in the cache, enough to fill the threads. */
const imagesAtOnce = 16;
/** Captions between two looks at the signal. */
const captionsAtOnce = 64;

/** Values a row of a condition as it is stored: label maps by the places of their ones, all else as it is. */
export const storedWidth = ({ entry, expert }: SetCondition): number =>
  entry.kind === "layout" ? entry.columns * entry.rows : expert.dims;

const stored = (condition: SetCondition, vectors: Float32Array): Float32Array =>
  condition.entry.kind === "layout"
    ? Float32Array.from(placesOfOnes(vectors, condition.expert.dims, storedWidth(condition)))
    : vectors;

/** Rows of a task. */
export const rowsOf = (task: EncodeTask): number => (task.kind === "captions" ? task.captions.length : task.count);

/** A part of a task: `count` of its rows from its `start`-th on. */
export const partOf = (task: EncodeTask, start: number, count: number): EncodeTask =>
  task.kind === "captions"
    ? { ...task, captions: task.captions.slice(start, start + count) }
    : { ...task, start: task.start + start, count };

/**
 * One block of values for each condition of the task, then one of latents if they are wanted, each [rows, its width].
 * @throws whatever the signal, the pixels or an expert throws; nothing is kept then
 */
export async function encodeRows(
  task: EncodeTask,
  images: ImagePixels,
  { target, conditions }: Partial<Pick<SetExperts, "target" | "conditions">>,
  { room = new PixelRoom(), ...watch }: RowsOptions = {},
): Promise<Float32Array[]> {
  const find = (name: string): SetCondition => conditions!.find((condition) => condition.name === name)!;
  if (task.kind === "captions") {
    const { expert } = find(task.condition);
    return inSteps(task, [expert.dims], captionsAtOnce, watch, async (at, rows) => [
      await expert.encodeForTraining(task.captions.slice(at, at + rows).map(asText)),
    ]);
  }
  const wanted = task.conditions.map(find);
  const widths = [...wanted.map(storedWidth), ...(task.withLatents ? [target!.latentDims] : [])];
  return inSteps(task, widths, imagesAtOnce, watch, async (at, rows) => {
    const planes = await images.read(task.start + at, rows, room);
    const values = asConditions(images, planes, task.start + at, rows);
    const blocks: Float32Array[] = [];
    for (const condition of wanted) blocks.push(stored(condition, await condition.expert.encodeForTraining(values)));
    if (task.withLatents) blocks.push(await target!.encode(planes, rows));
    return blocks;
  });
}

/** Fills one block a width, some rows at a time. */
async function inSteps(
  task: EncodeTask,
  widths: readonly number[],
  rowsAtOnce: number,
  { signal, onRows }: RowsWatch,
  encode: (at: number, rows: number) => Promise<Float32Array[]>,
): Promise<Float32Array[]> {
  const count = rowsOf(task);
  const blocks = widths.map((width) => new Float32Array(count * width));
  for (let at = 0; at < count; at += rowsAtOnce) {
    signal?.throwIfAborted();
    const rows = Math.min(rowsAtOnce, count - at);
    const some = await encode(at, rows);
    for (const [index, block] of blocks.entries()) block.set(some[index]!, at * widths[index]!);
    onRows?.(at + rows);
  }
  return blocks;
}

/** Images `start` … as conditions of their own. */
function asConditions(images: ImagePixels, planes: Float32Array, start: number, count: number): ConditionValue[] {
  const size = planes.length / count;
  return Array.from({ length: count }, (_, index) => ({
    kind: "image",
    planes: planes.subarray(index * size, (index + 1) * size),
    sizePx: images.sizePx,
    key: `${images.digest}-${start + index}`,
  }));
}
