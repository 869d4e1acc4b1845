/**
 * Which layers can be filled, and one image paint of a layer put in the place of another: scale mode, crop, rotation,
 * opacity, filters and blend mode of the paint stay, and so do all other paints.
 */
import type { LayerProblem } from "../../../shared/messages/layer-messages.ts";

/** Plugin data key of a layer that Tau filled: hash of the image, which marks its paint. */
export const imageKey = "tau.image";

type Fillable = SceneNode & MinimalFillsMixin;

/** What an error says, whatever was thrown. */
export const detailOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The node of an id; null when it is gone, or the editor can't load it. */
export async function findNode(id: string): Promise<BaseNode | null> {
  try {
    return await figma.getNodeByIdAsync(id);
  } catch {
    return null;
  }
}

/** A layer in a locked group can't be edited by hand either. */
export function isLocked(node: BaseNode): boolean {
  for (let at: BaseNode | null = node; at !== null; at = at.parent) if ("locked" in at && at.locked) return true;
  return false;
}

/** Layers of an instance, and the instance itself, are drawn by its component. */
export function isInInstance(node: BaseNode): boolean {
  for (let at: BaseNode | null = node; at !== null; at = at.parent) if (at.type === "INSTANCE") return true;
  return false;
}

/** Why a layer can't be filled; undefined when it can. */
export function problemOf(node: BaseNode | null): LayerProblem | undefined {
  if (node === null || node.removed) return "gone";
  if (!("fills" in node) || node.type === "SECTION") return "no-fills";
  if (isLocked(node)) return "locked";
  return node.fills === figma.mixed ? "mixed" : undefined;
}

export interface PixelSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

/** A picture, its size, and how it lies in a layer that had none. */
export interface NewImage extends PixelSize {
  readonly hash: string;
  readonly scaleMode: "FILL" | "FIT";
}

/** The paint that a new image takes the place of: the one that Tau set, else the topmost image; -1 without any. */
export function imagePaintIndex(node: Fillable): number {
  const fills = node.fills as readonly Paint[];
  const own = node.getPluginData(imageKey);
  const ownIndex = fills.findIndex((paint) => paint.type === "IMAGE" && paint.imageHash === own);
  if (ownIndex >= 0) return ownIndex;
  const indices = fills.map((_, index) => index).reverse();
  const isImage = (index: number): boolean => fills[index]!.type === "IMAGE";
  return indices.find((index) => isImage(index) && fills[index]!.visible !== false) ?? indices.find(isImage) ?? -1;
}

/**
 * The fills with one image changed, or with the image above them where there was none.
 * @param former size of the image before, which a tile is scaled by
 */
export function withImage(node: Fillable, image: NewImage, former: PixelSize | undefined): Paint[] {
  const fills = node.fills as readonly Paint[];
  const index = imagePaintIndex(node);
  if (index < 0) return [...fills, { type: "IMAGE", scaleMode: image.scaleMode, imageHash: image.hash }];
  return fills.map((paint, at): Paint => {
    if (at !== index || paint.type !== "IMAGE") return paint;
    const replaced = { ...paint, imageHash: image.hash };
    if (paint.scaleMode !== "TILE" || former === undefined) return replaced;
    // A tile is sized by the image's own pixels, all other modes by the layer.
    return { ...replaced, scalingFactor: ((paint.scalingFactor ?? 1) * former.widthPx) / image.widthPx };
  });
}
