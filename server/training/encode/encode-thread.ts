/** A member of a team that encodes (encode-pool.ts): opens experts and pixels for itself and answers one task after the other. */
import { workerData } from "node:worker_threads";
import { serveTasks } from "../../platform/worker-pool.ts";
import { openImagePixels, PixelRoom } from "../dataset/image-set.ts";
import type { TeamTask } from "./encode-pool.ts";
import { encodeRows } from "./encode-rows.ts";
import { type ExpertsSource, openSetExperts } from "./pack-experts.ts";

const open = openSetExperts(workerData as ExpertsSource, { threads: 1, encodesOnly: true });
const room = new PixelRoom();

serveTasks(open, async (experts, { task, images }: TeamTask) => {
  // Opened for each task: the pixels of a set may be written anew between two.
  const pixels = await openImagePixels(images);
  try {
    const result = await encodeRows(task, pixels, experts, { room });
    return { result, transfer: result.map(({ buffer }) => buffer as ArrayBuffer) };
  } finally {
    await pixels.close();
  }
});
