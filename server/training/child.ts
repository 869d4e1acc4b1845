/**
 * The training child: runs one training in its own process at low priority, so that requests and generations stay quick. It
 * ends at once when its parent is gone; the server's next start continues from the checkpoint.
 */
import { existsSync } from "node:fs";
import { constants, getPriority, setPriority } from "node:os";
import { join } from "node:path";
import { isFreeForStyle } from "../packs/style-pack.ts";
import { serialize } from "../platform/processes/serialized-error.ts";
import type { FromTrainer, ToTrainer, TrainingOrder } from "./messages.ts";
import { previewPng } from "./preview.ts";
import { isOfFlatColours } from "./style/style-icons.ts";
import { openStyleBase, type StyleProgress, trainStyle } from "./style/train-style.ts";
import { encodedFolder, type TrainedTranslation, trainTranslation } from "./train-translation.ts";

// Set before anything else, because threads of the runtime inherit the priority of the thread that creates them. Not the lowest
// priority: any other busy process would then stop the training altogether.
setPriority(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));

const aliveEveryMs = 2000;
const stop = new AbortController();
let publish: () => void = () => undefined;

const send = (message: FromTrainer, onSent: () => void = () => {}): void => {
  if (process.connected) process.send?.(message, undefined, undefined, onSent);
};

async function sendProgress({ preview, ...news }: StyleProgress): Promise<void> {
  if (news.stage === "publishing" && news.done === 0) {
    send({ type: "progress", news });
    // Either published or cancelled: the parent decides, once for each publication.
    const decided = new Promise<void>((resolve) => {
      publish = resolve;
    });
    send({ type: "ready-to-publish" });
    if (!stop.signal.aborted) await decided;
    return;
  }
  const images =
    preview &&
    (await Promise.all(
      preview.map(async (image) => ({ caption: image.caption, sizePx: image.sizePx, png: await previewPng(image) })),
    ));
  send({ type: "progress", news: { ...news, ...(images && { preview: images }) } });
}

/** By the flow between styles where that was requested, or suits the examples; else by captions. */
async function trainByKind({ style, ...order }: TrainingOrder): Promise<TrainedTranslation> {
  const { signal } = stop;
  const isStyle = style !== undefined && (style.isRequested || (await suits(style.basePack, order)));
  send({ type: "begins", isStyle });
  return isStyle
    ? trainStyle({ ...order, basePack: style.basePack, signal, onProgress: sendProgress })
    : trainTranslation({ ...order, signal, onProgress: sendProgress });
}

/** Icons of one ink, unless a training from captions has begun in the work folder, or has published under this name. */
async function suits(
  basePack: string,
  { folder, packs, name, work }: Pick<TrainingOrder, "folder" | "packs" | "name" | "work">,
): Promise<boolean> {
  if (existsSync(join(work, encodedFolder)) || !(await isFreeForStyle(packs, name))) return false;
  const { imageSizePx } = await openStyleBase(basePack);
  return isOfFlatColours(folder, imageSizePx);
}

function train(order: TrainingOrder): void {
  setInterval(() => send({ type: "alive" }), aliveEveryMs);
  const end = (): void => process.exit(0);
  trainByKind(order).then(
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
