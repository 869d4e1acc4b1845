/** An image dragged from the plugin's window: a layer, or layers of vectors, where it was dropped, in the frame below it, as one undo step. */

import { isDroppedImage } from "../../../shared/messages/message-guards.ts";
import type { DroppedImage } from "../../../shared/messages/messages.ts";
import { loadBindings, showMode } from "../layers/bindings.ts";
import { isInInstance } from "../layers/layers.ts";
import { selectAdded } from "../read/selection.ts";
import { createLayer } from "./artboard.ts";

export const readDropped = ({ dropMetadata }: DropEvent): DroppedImage | undefined =>
  isDroppedImage(dropMetadata) ? dropMetadata : undefined;

/**
 * @param bytes of an image that is no vector
 * @throws Error when it is refused, and then nothing stays
 */
export async function dropImage(
  dropped: DroppedImage,
  bytes: Uint8Array | undefined,
  { node, x, y, absoluteX, absoluteY }: DropEvent,
): Promise<void> {
  const { key, vector, tilePx } = dropped;
  const hashes = new Map<string, string>();
  if (vector === undefined) {
    if (bytes === undefined) throw new Error(`expected the bytes of image ${key}, got none`);
    hashes.set(key, figma.createImage(bytes).hash);
  }
  const page = figma.currentPage;
  const bound = await loadBindings(vector?.record.bindings);
  const made: SceneNode[] = [];
  try {
    const layer = createLayer(dropped, tilePx, hashes, bound, made);
    if (layer.type === "FRAME") showMode(layer, bound);
    // What lies below may be gone by now, and nothing can be put into an instance.
    const isHolder = !node.removed && (node.type === "FRAME" || node.type === "SECTION" || node.type === "SLIDE");
    const holds = isHolder && !isInInstance(node);
    if (holds) node.appendChild(layer);
    else page.appendChild(layer);
    layer.x = Math.round((holds ? x : absoluteX) - layer.width / 2);
    layer.y = Math.round((holds ? y : absoluteY) - layer.height / 2);
    selectAdded(page, [layer]);
  } catch (error) {
    for (const own of made) if (!own.removed) own.remove();
    throw error;
  } finally {
    figma.commitUndo();
  }
}
