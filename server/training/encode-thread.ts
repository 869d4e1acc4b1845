/** A member of a team that encodes (encode-team.ts): opens experts and pixels for itself and answers one task after the other. */
import { workerData } from "node:worker_threads";
import { serveTasks } from "../thread-team.ts";
import { encodeRows } from "./encode-rows.ts";
import type { TeamTask } from "./encode-team.ts";
import { type ImagePixels, openImagePixels, PixelRoom, type PixelSource } from "./image-set.ts";
import { type ExpertsSource, openSetExperts } from "./pack-experts.ts";

const open = openSetExperts(workerData as ExpertsSource, { threads: 1, encodesOnly: true });
const room = new PixelRoom();
let pixels: ImagePixels | undefined;

serveTasks(open, async (experts, { task, images }: TeamTask) => {
  pixels = await pixelsOf(images, pixels);
  const result = await encodeRows(task, pixels, experts, { room });
  return { result, transfer: result.map(({ buffer }) => buffer as ArrayBuffer) };
});

/** Those that are open already, where they are of the same set. */
async function pixelsOf(source: PixelSource, opened: ImagePixels | undefined): Promise<ImagePixels> {
  if (opened?.folder === source.folder && opened.digest === source.digest && opened.count === source.count)
    return opened;
  const now = await openImagePixels(source);
  await opened?.close();
  return now;
}
