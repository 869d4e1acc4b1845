/**
 * Puts a finished set on the canvas: new artboards, or new fills of layers that exist. All or nothing, one undo step.
 */
import { type ApplyTarget, type Artboard, type ArtboardImage, provenanceKey } from "../../shared/messages.ts";
import { createArtboard, fillWithImage } from "./artboard.ts";
import { findFreeSpot } from "./place.ts";

/** Space between artboards, and between them and what was on the page. */
const artboardGapPx = 80;

export type ApplyResult =
  | { readonly ok: true; readonly imageCount: number }
  | { readonly ok: false; readonly reason: "images" | "gone"; readonly detail: string };

type Bytes = ReadonlyMap<string, Uint8Array>;

/** Applies one set and commits it to the undo history; on failure nothing of it stays. */
export async function applyArtboards(
  artboards: readonly Artboard[],
  target: ApplyTarget,
  bytes: Bytes,
): Promise<ApplyResult> {
  const made: SceneNode[] = [];
  try {
    const images = createImages(artboards, bytes);
    const nodes =
      target.kind === "replace"
        ? await replaceFills(
            artboards.flatMap((artboard) => artboard.images),
            images,
            target.nodeIds,
          )
        : placeArtboards(artboards, images, made);
    if (nodes.length === 0) return { ok: false, reason: "gone", detail: "the selected layers were deleted" };
    if (target.kind === "artboards") {
      figma.currentPage.selection = nodes;
      figma.viewport.scrollAndZoomIntoView(nodes);
    }
    figma.commitUndo();
    const imageCount = target.kind === "replace" ? nodes.length : images.size;
    return { ok: true, imageCount };
  } catch (error) {
    for (const node of made) if (!node.removed) node.remove();
    return { ok: false, reason: "images", detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Images before nodes: a file that Figma refuses is found out while the page is still untouched. */
function createImages(artboards: readonly Artboard[], bytes: Bytes): Map<string, Image> {
  const images = new Map<string, Image>();
  for (const { key } of artboards.flatMap((artboard) => artboard.images)) {
    const data = bytes.get(key);
    if (data === undefined) throw new Error(`expected the bytes of image ${key}, got none`);
    images.set(key, figma.createImage(data));
  }
  return images;
}

function placeArtboards(
  artboards: readonly Artboard[],
  images: ReadonlyMap<string, Image>,
  made: SceneNode[],
): SceneNode[] {
  const obstacles = figma.currentPage.children.map(({ x, y, width, height }) => ({ x, y, width, height }));
  const centre = figma.viewport.center;
  const nodes = artboards.map((artboard) => createArtboard(artboard, images, made));
  const corners = layOutInRows(nodes);
  const width = Math.max(...nodes.map((node, index) => corners[index]!.x + node.width));
  const height = Math.max(...nodes.map((node, index) => corners[index]!.y + node.height));
  const spot = findFreeSpot({ width, height }, centre, obstacles, artboardGapPx);
  nodes.forEach((node, index) => {
    node.x = spot.x + corners[index]!.x;
    node.y = spot.y + corners[index]!.y;
  });
  return nodes;
}

/** Corners of the artboards relative to the group: one row, or as many columns as rows when there are more than four. */
function layOutInRows(nodes: readonly SceneNode[]): { x: number; y: number }[] {
  const perRow = nodes.length <= 4 ? nodes.length : Math.ceil(Math.sqrt(nodes.length));
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  return nodes.map((node, index) => {
    if (index > 0 && index % perRow === 0) {
      x = 0;
      y += rowHeight + artboardGapPx;
      rowHeight = 0;
    }
    const corner = { x, y };
    x += node.width + artboardGapPx;
    rowHeight = Math.max(rowHeight, node.height);
    return corner;
  });
}

/** Keeps position, size, effects and name of each layer; only its fill and what it remembers change. */
async function replaceFills(
  fresh: readonly ArtboardImage[],
  images: ReadonlyMap<string, Image>,
  nodeIds: readonly string[],
): Promise<SceneNode[]> {
  const found = await Promise.all(nodeIds.map((id) => figma.getNodeByIdAsync(id)));
  const nodes: SceneNode[] = [];
  const waysBack: Array<() => void> = [];
  try {
    found.forEach((node, index) => {
      const image = fresh[index % fresh.length];
      if (node === null || node.removed || image === undefined || !("fills" in node)) return;
      const { fills } = node;
      const data = node.getPluginData(provenanceKey);
      waysBack.push(() => {
        if (fills !== figma.mixed) node.fills = fills;
        node.setPluginData(provenanceKey, data);
      });
      fillWithImage(node, images.get(image.key)!, image.provenance);
      nodes.push(node as SceneNode);
    });
  } catch (error) {
    for (const goBack of waysBack) goBack();
    throw error;
  }
  return nodes;
}
