/** A member of a team that encodes (encode-team.ts): opens experts and pixels for itself and answers one task after the other. */
import { parentPort, workerData } from "node:worker_threads";
import { faultOf } from "../faults.ts";
import { type EncodeTask, encodeRows } from "./encode-rows.ts";
import type { TeamAnswer, TeamMessage, TeamOrder } from "./encode-team.ts";
import { openImagePixels } from "./image-set.ts";
import { openSetExperts } from "./pack-experts.ts";

const port = parentPort!;
const { experts, images } = workerData as TeamOrder;
const opened = Promise.all([openImagePixels(images), openSetExperts(experts, { threads: 1 })]);

async function answer(task: EncodeTask): Promise<void> {
  try {
    const blocks = await encodeRows(task, ...(await opened));
    port.postMessage(
      { blocks } satisfies TeamAnswer,
      blocks.map(({ buffer }) => buffer as ArrayBuffer),
    );
  } catch (error) {
    port.postMessage({ fault: faultOf(error) } satisfies TeamAnswer);
  }
}

// Whatever comes waits for what came before, the opening first: nothing may run in the runtime when the thread ends.
let before: Promise<unknown> = opened.catch(() => undefined);
port.on("message", (message: TeamMessage) => {
  before = before.then(() => (message === "end" ? port.close() : answer(message)));
});
