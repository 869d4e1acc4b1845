/**
 * New images for layers that exist: one image paint of each changes, and what the layer remembers. Locked, mixed,
 * removed and read-only layers are listed and stay as they are.
 */
import type { LayerProblem, SkippedLayer } from "../../../shared/messages/layer-messages.ts";
import {
  type ApplyTarget,
  type ArtboardImage,
  type PlacedImage,
  provenanceKey,
} from "../../../shared/messages/messages.ts";
import type { AppliedNode } from "../applied.ts";
import { selectAdded } from "../read/selection.ts";
import { remember } from "../remember.ts";
import { createYield } from "../slices.ts";
import { loadBindings } from "./bindings.ts";
import {
  detailOf,
  findNode,
  imageKey,
  imagePaintIndex,
  type NewImage,
  type PixelSize,
  problemOf,
  withImage,
} from "./layers.ts";
import { isVectorImage, putVector, vectorProblemOf } from "./vector-nodes.ts";

export interface FilledLayers {
  readonly filled: readonly AppliedNode[];
  readonly sameCount: number;
  readonly skipped: readonly SkippedLayer[];
  /** Images in the layers themselves. */
  readonly placed?: readonly PlacedImage[];
}

/** Image i goes to layer i, in turn. */
export async function fillLayers(
  images: readonly ArtboardImage[],
  { nodeIds, scaleMode }: Extract<ApplyTarget, { kind: "replace" }>,
  hashes: ReadonlyMap<string, string>,
): Promise<FilledLayers> {
  const yieldToEditor = createYield();
  const sizes = new Map<string, Promise<PixelSize | undefined>>();
  const filled: AppliedNode[] = [];
  const placed: PlacedImage[] = [];
  const skipped: SkippedLayer[] = [];
  let sameCount = 0;
  const page = figma.currentPage;
  const before = page.selection;
  const selected = new Set(before.map(({ id }) => id));
  /** Layers that took the place of selected ones. */
  const successors: SceneNode[] = [];
  for (const [index, nodeId] of nodeIds.entries()) {
    const artboardImage = images[index % images.length]!;
    const { key } = artboardImage;
    const node = await findNode(nodeId);
    const made: SceneNode[] = [];
    let nodeName = "";
    const skip = (reason: LayerProblem, detail = ""): void => void skipped.push({ nodeId, nodeName, reason, detail });
    // Nothing is awaited between the check of a layer and its change.
    const check = (problemIn: typeof problemOf): boolean => {
      if (node?.removed === false) nodeName = node.name;
      const problem = problemIn(node);
      if (problem !== undefined) skip(problem);
      return problem === undefined;
    };
    try {
      if (isVectorImage(artboardImage)) {
        const bound = await loadBindings(artboardImage.vector.record.bindings);
        if (check(vectorProblemOf)) {
          const put = putVector(node as SceneNode, artboardImage, bound, made);
          filled.push(put);
          placed.push({ key, nodeId: put.id });
          const successor = put.id !== nodeId && selected.has(nodeId) ? await findNode(put.id) : null;
          if (successor !== null) successors.push(successor as SceneNode);
        }
      } else {
        const hash = hashes.get(key)!;
        const former = await formerOf(node, sizes);
        const size = (await sizeOf(hash, sizes)) ?? { widthPx: 1, heightPx: 1 };
        const image: NewImage = { hash, scaleMode, ...size };
        if (check(problemOf)) {
          fillLayer(node as Fillable, image, former?.size, () => remember(node as Fillable, artboardImage, hash));
          filled.push({ id: nodeId, imageHash: hash });
          placed.push({ key, nodeId });
          if (former?.hash === hash) sameCount++;
        }
      }
    } catch (error) {
      for (const own of made) if (!own.removed) own.remove();
      skip("read-only", detailOf(error));
    }
    await yieldToEditor();
  }
  // Some may have been deleted in a pause, and who selected something else meanwhile keeps that.
  const left = successors.filter(({ removed }) => !removed);
  const now = page.selection;
  const isKept =
    now.length === before.filter(({ removed }) => !removed).length && now.every(({ id }) => selected.has(id));
  if (left.length > 0 && figma.currentPage.id === page.id && isKept) selectAdded(page, [...now, ...left]);
  return { filled, sameCount, skipped, placed };
}

type Fillable = SceneNode & MinimalFillsMixin;

/** The image that a layer shows before, when it is the kind whose size matters or that may be the same again. */
async function formerOf(
  node: BaseNode | null,
  sizes: Map<string, Promise<PixelSize | undefined>>,
): Promise<{ readonly hash: string; readonly size: PixelSize | undefined } | undefined> {
  if (problemOf(node) !== undefined) return undefined;
  const fillable = node as Fillable;
  const paint = (fillable.fills as readonly Paint[])[imagePaintIndex(fillable)];
  if (paint?.type !== "IMAGE" || paint.imageHash === null) return undefined;
  const size = paint.scaleMode === "TILE" ? await sizeOf(paint.imageHash, sizes) : undefined;
  return { hash: paint.imageHash, size };
}

function sizeOf(hash: string, sizes: Map<string, Promise<PixelSize | undefined>>): Promise<PixelSize | undefined> {
  const known = sizes.get(hash);
  if (known !== undefined) return known;
  const size = (async (): Promise<PixelSize | undefined> => {
    try {
      const found = await figma.getImageByHash(hash)?.getSizeAsync();
      return found && { widthPx: found.width, heightPx: found.height };
    } catch {
      // An image that can't be downloaded: a tile of it keeps its factor.
      return undefined;
    }
  })();
  sizes.set(hash, size);
  return size;
}

/** @throws Error when the editor refuses, and then nothing of the layer has changed */
function fillLayer(node: Fillable, image: NewImage, former: PixelSize | undefined, rememberIt: () => void): void {
  const fills = withImage(node, image, former);
  const kept = [provenanceKey, imageKey].map((key) => [key, node.getPluginData(key)] as const);
  const relaunch = node.getRelaunchData();
  try {
    rememberIt();
    // Last, for there is no way back: even the former fills would detach a style.
    node.fills = fills;
  } catch (error) {
    for (const [key, value] of kept) if (node.getPluginData(key) !== value) node.setPluginData(key, value);
    if (Object.keys(node.getRelaunchData()).join() !== Object.keys(relaunch).join()) node.setRelaunchData(relaunch);
    throw error;
  }
}
