/** A thread of the decoding pool (decode-pool.ts): has its own decoders and decodes one image after the other. */
import { type DecodedImage, decodeImage } from "../../engine/translation.ts";
import { Autoencoder } from "../../experts/autoencoder.ts";
import { SharedFiles } from "../../experts/shared-files.ts";
import { once } from "../../platform/once.ts";
import { serveTasks } from "../../platform/processes/worker-pool.ts";
import type { DecoderPlace, DecodeTask } from "./decode-pool.ts";

const shared = new SharedFiles();
const opened = new Map<string, () => Promise<Autoencoder>>();

/** Packs of own styles have the same decoder, whose session is shared. */
function targetOf({ folder, entry }: DecoderPlace): Promise<Autoencoder> {
  const key = JSON.stringify([folder, entry]);
  const open = opened.get(key) ?? once(() => Autoencoder.open(folder, entry, { threads: 1, shared }));
  opened.set(key, open);
  return open();
}

serveTasks<undefined, DecodeTask, DecodedImage | undefined>(Promise.resolve(undefined), async (_, task) => {
  const target = await targetOf(task.place);
  if (!task.image) {
    await target.decode(new Float32Array(target.latentDims), 1);
    return { result: undefined };
  }
  const { drawn, finish } = task.image;
  const result = await decodeImage({ id: task.id, target }, drawn, finish);
  const { rgba, enlarged } = result;
  return { result, transfer: [rgba, ...(enlarged ? [enlarged.rgba] : [])].map(({ buffer }) => buffer as ArrayBuffer) };
});
