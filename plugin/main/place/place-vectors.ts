/** Vectors beside the layers that they were made from: in the same arrangement, where nothing is covered. */
import type { SkippedLayer } from "../../../shared/messages/layer-messages.ts";
import type { AppliedNode } from "../applied.ts";
import { loadBindings, showMode } from "../layers/bindings.ts";
import type { FilledLayers } from "../layers/fill-layers.ts";
import { findNode } from "../layers/layers.ts";
import { createVector, rememberVector, type VectorImage } from "../layers/vector-nodes.ts";
import { selectAdded } from "../read/selection.ts";
import { createYield } from "../slices.ts";
import { findFreeSpot } from "./place.ts";
import { bringIntoSight, readObstacles } from "./place-artboards.ts";

/** Between the layers and their vectors. */
const gapPx = 40;

/** Image i lies beside layer i. */
export async function placeBeside(
  images: readonly VectorImage[],
  nodeIds: readonly string[],
  made: SceneNode[],
): Promise<FilledLayers> {
  const yieldToEditor = createYield();
  const page = figma.currentPage;
  const sources = await Promise.all(nodeIds.map(findNode));
  const boxes = sources.map((node) =>
    node !== null && "absoluteBoundingBox" in node ? node.absoluteBoundingBox : null,
  );
  const skipped: SkippedLayer[] = nodeIds.flatMap((nodeId, index) =>
    boxes[index] === null ? [{ nodeId, nodeName: "", reason: "gone", detail: "" }] : [],
  );
  const known = boxes.filter((box) => box !== null);
  if (known.length === 0) return { filled: [], sameCount: 0, skipped };
  const [x, y] = [Math.min(...known.map((box) => box.x)), Math.min(...known.map((box) => box.y))];
  const width = Math.max(...known.map((box) => box.x + box.width)) - x;
  const height = Math.max(...known.map((box) => box.y + box.height)) - y;
  const centre = { x: x + 1.5 * width + gapPx, y: y + height / 2 };
  const spot = await findFreeSpot(
    { width, height },
    centre,
    await readObstacles(page, yieldToEditor),
    gapPx,
    yieldToEditor,
  );
  const filled: AppliedNode[] = [];
  const frames: FrameNode[] = [];
  for (const [index, image] of images.entries()) {
    const box = boxes[index];
    if (box === null || box === undefined) continue;
    const bound = await loadBindings(image.vector.record.bindings);
    const frame = createVector(image.vector, box, bound, made);
    showMode(frame, bound);
    if (frame.parent?.id !== page.id) page.appendChild(frame);
    frame.name = image.name ?? sources[index]!.name;
    frame.x = box.x - x + spot.x + (box.width - frame.width) / 2;
    frame.y = box.y - y + spot.y + (box.height - frame.height) / 2;
    filled.push({ id: frame.id, imageHash: rememberVector(frame, image) });
    frames.push(frame);
    await yieldToEditor();
  }
  // One may have been deleted in a pause.
  const placed = frames.filter(({ removed }) => !removed);
  selectAdded(page, placed);
  bringIntoSight(page, placed, { ...spot, width, height });
  return { filled, sameCount: 0, skipped };
}
