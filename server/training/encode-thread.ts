/** A member of a team that encodes (encode-team.ts): opens experts and pixels for itself and answers one task after the other. */
import { workerData } from "node:worker_threads";
import { serveTasks } from "../thread-team.ts";
import { type EncodeTask, encodeRows } from "./encode-rows.ts";
import type { TeamOrder } from "./encode-team.ts";
import { openImagePixels, PixelRoom } from "./image-set.ts";
import { openSetExperts } from "./pack-experts.ts";

const { experts, images } = workerData as TeamOrder;
const open = Promise.all([openImagePixels(images), openSetExperts(experts, { threads: 1, encodesOnly: true })]);
const room = new PixelRoom();

serveTasks(open, async (opened, task: EncodeTask) => {
  const result = await encodeRows(task, ...opened, { room });
  return { result, transfer: result.map(({ buffer }) => buffer as ArrayBuffer) };
});
