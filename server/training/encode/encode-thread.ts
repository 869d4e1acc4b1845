/** A thread of the encoding pool (encode-pool.ts): opens its own experts and pixels and runs one task after the other. */
import { workerData } from "node:worker_threads";
import { serveTasks } from "../../platform/processes/worker-pool.ts";
import { openImagePixels, PixelBuffer } from "../dataset/image-set.ts";
import type { PoolTask } from "./encode-pool.ts";
import { encodeRows } from "./encode-rows.ts";
import { type ExpertsSource, openSetExperts } from "./pack-experts.ts";

const open = openSetExperts(workerData as ExpertsSource, { threads: 1, encodesOnly: true });
const buffer = new PixelBuffer();

serveTasks(open, async (experts, { task, images }: PoolTask) => {
  // Opened for each task, because the pixels of a set may be rewritten in between.
  const pixels = await openImagePixels(images);
  try {
    const result = await encodeRows(task, pixels, experts, { buffer });
    return { result, transfer: result.map(({ buffer }) => buffer as ArrayBuffer) };
  } finally {
    await pixels.close();
  }
});
