/**
 * The training child: runs one training in its own process at low priority, so that requests and generations stay quick. It
 * ends at once when its parent is gone; the server's next start continues from the checkpoint.
 */
import { constants, getPriority, setPriority } from "node:os";
import { serialize } from "../platform/processes/serialized-error.ts";
import type { FromTrainer, ToTrainer, TrainingOrder } from "./messages.ts";
import { previewPng } from "./preview.ts";
import { type TranslationProgress, trainTranslation } from "./train-translation.ts";

// Set before anything else, because threads of the runtime inherit the priority of the thread that creates them. Not the lowest
// priority: any other busy process would then stop the training altogether.
setPriority(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));

const aliveEveryMs = 2000;
const stop = new AbortController();
let publish: () => void = () => undefined;
const mayPublish = new Promise<void>((resolve) => {
  publish = resolve;
});

const send = (message: FromTrainer, onSent: () => void = () => {}): void => {
  if (process.connected) process.send?.(message, undefined, undefined, onSent);
};

async function sendProgress({ preview, ...news }: TranslationProgress): Promise<void> {
  if (news.stage === "publishing" && news.done === 0) {
    send({ type: "progress", news });
    send({ type: "ready-to-publish" });
    // Either published or cancelled: the parent decides, once.
    await mayPublish;
    return;
  }
  const images =
    preview &&
    (await Promise.all(
      preview.map(async (image) => ({ caption: image.caption, sizePx: image.sizePx, png: await previewPng(image) })),
    ));
  send({ type: "progress", news: { ...news, ...(images && { preview: images }) } });
}

function train(order: TrainingOrder): void {
  setInterval(() => send({ type: "alive" }), aliveEveryMs);
  const end = (): void => process.exit(0);
  trainTranslation({ ...order, signal: stop.signal, onProgress: sendProgress }).then(
    (trained) => send({ type: "done", trained }, end),
    (error: unknown) => send({ type: "failed", fault: serialize(error) }, end),
  );
}

process.on("message", (message: ToTrainer) => {
  if (message.type === "train") train(message.order);
  else if (message.type === "publish") publish();
  else {
    stop.abort();
    publish();
  }
});
// A regular exit would abort while an encoding thread is inside the runtime.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// The parent may have ended before the listener was there.
if (!process.connected) process.exit(0);
// A terminal or a supervisor signals the whole process group; here the parent decides when this process ends.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
