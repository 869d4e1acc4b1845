/** An image dragged from the plugin's window: a layer where it was dropped, in the frame below it, as one undo step. */

import { isDroppedImage } from "../../../shared/messages/message-guards.ts";
import type { DroppedImage } from "../../../shared/messages/messages.ts";
import { remember } from "../remember.ts";

export const readDropped = ({ dropMetadata }: DropEvent): DroppedImage | undefined =>
  isDroppedImage(dropMetadata) ? dropMetadata : undefined;

/** @throws Error when the image is refused, and then nothing stays */
export function dropImage(
  { title, provenance, tilePx }: DroppedImage,
  bytes: Uint8Array,
  { node, x, y, absoluteX, absoluteY }: DropEvent,
): SceneNode {
  const { hash } = figma.createImage(bytes);
  const page = figma.currentPage;
  const layer = figma.createRectangle();
  try {
    layer.name = title;
    layer.resize(tilePx, tilePx);
    layer.fills = [{ type: "IMAGE", scaleMode: "FILL", imageHash: hash }];
    remember(layer, provenance, hash);
    const holds = node.type === "FRAME" || node.type === "SECTION" || node.type === "SLIDE";
    if (holds) node.appendChild(layer);
    layer.x = Math.round((holds ? x : absoluteX) - tilePx / 2);
    layer.y = Math.round((holds ? y : absoluteY) - tilePx / 2);
    page.selection = [layer];
    return layer;
  } catch (error) {
    layer.remove();
    throw error;
  } finally {
    figma.commitUndo();
  }
}
