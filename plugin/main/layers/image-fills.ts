/**
 * Image fills of the selection as sources of an upscale, and enlarged pictures put into the same fills: crop, scale
 * mode, rotation, filters, opacity and blend mode stay, only the image behind them changes. A layer with a fill style
 * leaves it, as when a person edits its fill: the style's other layers keep their image. One undo step a set.
 */

import { largestScale, type UpscaleFactor, type UpscaleScale } from "../../../shared/contract/upscale-scales.ts";
import { limits } from "../../../shared/limits.ts";
import {
  type RefusedUpscale,
  type SkippedFill,
  type SkipReason,
  type UpscaledFill,
  type UpscaleSource,
  upscalesKey,
} from "../../../shared/messages/upscale-messages.ts";
import type { AppliedNode } from "../applied.ts";
import { detailOf, findNode, imageKey, isLocked } from "./layers.ts";
import { rememberUpscale } from "./upscale-records.ts";

export interface UpscaleSources {
  readonly sources: readonly UpscaleSource[];
  readonly skipped: readonly SkippedFill[];
}

/**
 * Finds the image fills of the layers themselves, not of what is inside them, and hands over the original bytes of each
 * image once: never a rendering, which would bake in crop and filters.
 */
export async function readUpscaleSources(
  nodes: readonly SceneNode[],
  sendImage: (hash: string, bytes: Uint8Array) => void,
): Promise<UpscaleSources> {
  // The scene is read at once: it may change while images download.
  const fills = nodes.flatMap(findImageFills);
  const images = new Map<string, ReadImage>();
  const sources: UpscaleSource[] = [];
  const skipped: SkippedFill[] = [];
  for (const fill of fills) {
    if ("reason" in fill) {
      skipped.push(fill);
      continue;
    }
    const { nodeId, nodeName, paintIndex, imageHash } = fill;
    const image = images.get(imageHash) ?? (await readImage(imageHash, sendImage));
    images.set(imageHash, image);
    if ("reason" in image) skipped.push({ nodeId, nodeName, paintIndex, ...image });
    else sources.push({ ...fill, ...image });
  }
  return { sources, skipped };
}

type ImageFill = Pick<UpscaleSource, "nodeId" | "nodeName" | "paintIndex" | "imageHash">;

function findImageFills(node: SceneNode): (ImageFill | SkippedFill)[] {
  const layer = { nodeId: node.id, nodeName: node.name };
  const skip = (reason: SkipReason): SkippedFill[] => [{ ...layer, reason }];
  if (!("fills" in node)) return skip("no-image");
  const { fills } = node;
  if (fills === figma.mixed) return skip("mixed");
  if (!fills.some(({ type }) => type === "IMAGE" || type === "VIDEO")) return skip("no-image");
  if (isLocked(node)) return skip("locked");
  return fills.flatMap((paint, paintIndex): (ImageFill | SkippedFill)[] => {
    if (paint.type === "VIDEO") return [{ ...layer, paintIndex, reason: "video" }];
    if (paint.type !== "IMAGE") return [];
    if (paint.imageHash === null) return [{ ...layer, paintIndex, reason: "missing" }];
    return [{ ...layer, paintIndex, imageHash: paint.imageHash }];
  });
}

type ReadImage =
  | { readonly widthPx: number; readonly heightPx: number; readonly largestScale: UpscaleScale }
  | Pick<SkippedFill, "reason" | "widthPx" | "heightPx">;

async function readImage(hash: string, sendImage: (hash: string, bytes: Uint8Array) => void): Promise<ReadImage> {
  let bytes: Uint8Array;
  let size: { readonly widthPx: number; readonly heightPx: number };
  let scale: UpscaleScale | undefined;
  try {
    const image = figma.getImageByHash(hash);
    if (image === null) return { reason: "missing" };
    const { width, height } = await image.getSizeAsync();
    size = { widthPx: width, heightPx: height };
    scale = largestScale(width, height);
    if (scale === undefined) return { reason: "too-large", ...size };
    bytes = await image.getBytesAsync();
  } catch {
    return { reason: "missing" };
  }
  if (bytes.length > limits.uploadMaxBytes) return { reason: "too-many-bytes", ...size };
  sendImage(hash, bytes);
  return { ...size, largestScale: scale };
}

export interface AppliedUpscales {
  readonly appliedCount: number;
  readonly refused: readonly RefusedUpscale[];
  readonly nodes: readonly AppliedNode[];
}

/** Applies each result wholly or not at all, and commits those that could be applied as one undo step. */
export async function applyUpscales(
  upscales: readonly UpscaledFill[],
  bytes: ReadonlyMap<string, Uint8Array>,
): Promise<AppliedUpscales> {
  const nodes = await Promise.all(upscales.map(({ nodeId }) => findNode(nodeId)));
  const hashes = new Map<string, string>();
  /** Once a picture, however many fills get it. @throws Error for one above Figma's limit, and for other files */
  const createImage = (key: string): string => {
    const data = bytes.get(key);
    if (data === undefined) throw new Error(`expected the bytes of image ${key}, got none`);
    const hash = hashes.get(key) ?? figma.createImage(data).hash;
    hashes.set(key, hash);
    return hash;
  };
  // Nothing is awaited from here on, so no other edit comes between the check of a fill and its replacement.
  const refused: RefusedUpscale[] = [];
  const applied: AppliedNode[] = [];
  for (const [index, upscale] of upscales.entries()) {
    const refusal = applyUpscale(nodes[index] ?? null, upscale, createImage);
    const { nodeId, paintIndex, key } = upscale;
    if (refusal !== undefined) refused.push({ nodeId, paintIndex, ...refusal });
    else applied.push(showing(nodeId, hashes.get(key)!));
  }
  if (applied.length > 0) figma.commitUndo();
  return { appliedCount: applied.length, refused, nodes: applied };
}

/** A layer that shows an image among its fills, in whatever place. */
const showing = (id: string, imageHash: string): AppliedNode => ({
  id,
  imageHash,
  isThere: (node) =>
    "fills" in node &&
    node.fills !== figma.mixed &&
    (node.fills as readonly Paint[]).some((paint) => paint.type === "IMAGE" && paint.imageHash === imageHash),
});

/** Undefined when the fill was replaced; otherwise why not, and nothing has changed. */
function applyUpscale(
  node: BaseNode | null,
  { nodeId, paintIndex, imageHash, provenance, key }: UpscaledFill,
  createImage: (key: string) => string,
): Pick<RefusedUpscale, "reason" | "detail"> | undefined {
  if (node === null || node.removed) return { reason: "gone", detail: `layer ${nodeId} was deleted` };
  const place = `fill ${paintIndex} of “${node.name}”`;
  const fills = "fills" in node && node.fills !== figma.mixed ? node.fills : [];
  const paint = fills[paintIndex];
  if (!("fills" in node) || paint?.type !== "IMAGE" || paint.imageHash !== imageHash) {
    const shown = paint?.type === "IMAGE" ? `image ${paint.imageHash}` : (paint?.type ?? "no such fill");
    return { reason: "changed", detail: `${place}: expected image ${imageHash}, got ${shown}` };
  }
  if (isLocked(node)) return { reason: "locked", detail: `${place}: the layer, or a group around it, is locked` };
  const records = node.getPluginData(upscalesKey);
  try {
    const upscaledHash = createImage(key);
    const enlarged = enlargePaint(paint, upscaledHash, provenance.scale);
    const replaced = fills.map((other, index) => (index === paintIndex ? enlarged : other));
    rememberUpscale(node, replaced, { ...provenance, originalHash: imageHash, upscaledHash });
    // Last, for there is no way back: even the former fills would detach a style, and make an override in an instance.
    node.fills = replaced;
    if (node.getPluginData(imageKey) === imageHash) node.setPluginData(imageKey, upscaledHash);
    return undefined;
  } catch (error) {
    if (node.getPluginData(upscalesKey) !== records) node.setPluginData(upscalesKey, records);
    return { reason: "image", detail: `${place}: ${detailOf(error)}` };
  }
}

/** A crop is in fractions of the image and holds as it is; a tile is sized by the image's own pixels. */
const enlargePaint = (paint: ImagePaint, imageHash: string, scale: UpscaleFactor): ImagePaint =>
  paint.scaleMode === "TILE"
    ? { ...paint, imageHash, scalingFactor: (paint.scalingFactor ?? 1) / scale }
    : { ...paint, imageHash };
