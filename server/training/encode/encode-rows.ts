/**
 * Encodes some rows of an image set, or some captions, by frozen experts. It needs only pixels and experts, so it runs the same
 * in this thread and in the threads of the pool (encode-pool.ts).
 */
import type { ConditionValue } from "../../engine/interfaces.ts";
import { asText } from "../../experts/values.ts";
import { placesOfOnes } from "../../flow/vector-table.ts";
import { type ImagePixels, PixelBuffer } from "../dataset/image-set.ts";
import type { SetCondition, SetExperts } from "./pack-experts.ts";

/** A task of encoding. `condition` and `conditions` are names of the translation's conditions. */
export type EncodeTask =
  | { readonly kind: "captions"; readonly condition: string; readonly captions: readonly string[] }
  /** Images: each is read once and encoded as picture conditions and, on request, as the target's posterior mean. */
  | {
      readonly kind: "images";
      readonly conditions: readonly string[];
      readonly withLatents: boolean;
      readonly start: number;
      readonly count: number;
    };

/** How to abort a task, follow it and reuse memory. */
export interface RunOptions {
  readonly signal?: AbortSignal | undefined;
  /** @param rows rows of the task done so far */
  readonly onRows?: ((rows: number) => void) | undefined;
}

export interface RowsOptions extends RunOptions {
  /** Memory for pixels, reused by the next task; only one task at a time may use it. */
  readonly buffer?: PixelBuffer;
}

/** Images that are read and encoded together: few enough for the CPU's cache, enough to keep the threads busy. */
const imagesAtOnce = 16;
/** Captions between two checks of the signal. */
const captionsAtOnce = 64;

/** Stored values a row: label maps as the indices of their ones, all other conditions as they are. */
export const storedWidth = ({ entry, expert }: SetCondition): number =>
  entry.kind === "layout" ? entry.columns * entry.rows : expert.dims;

const stored = (condition: SetCondition, vectors: Float32Array): Float32Array =>
  condition.entry.kind === "layout"
    ? Float32Array.from(placesOfOnes(vectors, condition.expert.dims, storedWidth(condition)))
    : vectors;

/** Number of rows of a task. */
export const rowsOf = (task: EncodeTask): number => (task.kind === "captions" ? task.captions.length : task.count);

/** The part of a task with `count` of its rows from `start` on. */
export const partOf = (task: EncodeTask, start: number, count: number): EncodeTask =>
  task.kind === "captions"
    ? { ...task, captions: task.captions.slice(start, start + count) }
    : { ...task, start: task.start + start, count };

/**
 * One block of values for each condition of the task, then one of latents on request, each [rows, its width].
 * @throws whatever the signal, the pixels or an expert throws
 */
export async function encodeRows(
  task: EncodeTask,
  images: ImagePixels,
  { target, conditions }: Partial<Pick<SetExperts, "target" | "conditions">>,
  { buffer = new PixelBuffer(), ...run }: RowsOptions = {},
): Promise<Float32Array[]> {
  const find = (name: string): SetCondition => conditions!.find((condition) => condition.name === name)!;
  if (task.kind === "captions") {
    const { expert } = find(task.condition);
    return inSteps(task, [expert.dims], captionsAtOnce, run, async (at, rows) => [
      await expert.encodeForTraining(task.captions.slice(at, at + rows).map(asText)),
    ]);
  }
  const wanted = task.conditions.map(find);
  const widths = [...wanted.map(storedWidth), ...(task.withLatents ? [target!.latentDims] : [])];
  return inSteps(task, widths, imagesAtOnce, run, async (at, rows) => {
    const planes = await images.read(task.start + at, rows, buffer);
    const values = asConditions(images, planes, task.start + at, rows);
    const blocks: Float32Array[] = [];
    for (const condition of wanted) blocks.push(stored(condition, await condition.expert.encodeForTraining(values)));
    if (task.withLatents) blocks.push(await target!.encode(planes, rows));
    return blocks;
  });
}

/** Fills one block for each width, some rows at a time. */
async function inSteps(
  task: EncodeTask,
  widths: readonly number[],
  rowsAtOnce: number,
  { signal, onRows }: RunOptions,
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

/** Images from `start` on as condition values. */
function asConditions(images: ImagePixels, planes: Float32Array, start: number, count: number): ConditionValue[] {
  const size = planes.length / count;
  return Array.from({ length: count }, (_, index) => ({
    kind: "image",
    planes: planes.subarray(index * size, (index + 1) * size),
    sizePx: images.sizePx,
    key: `${images.digest}-${start + index}`,
  }));
}
