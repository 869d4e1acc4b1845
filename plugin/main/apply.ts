/**
 * Puts a finished set on the canvas as one undo step: new artboards, all or none of them, or new images of layers that
 * exist, each layer wholly or not at all.
 */
import type { SkippedLayer } from "../../shared/messages/layer-messages.ts";
import type { ApplyTarget, Artboard, PlacedImage } from "../../shared/messages/messages.ts";
import type { Bindings } from "../../shared/messages/vector-messages.ts";
import type { AppliedNode } from "./applied.ts";
import { loadBindings } from "./layers/bindings.ts";
import { fillLayers } from "./layers/fill-layers.ts";
import { detailOf } from "./layers/layers.ts";
import { isVectorImage } from "./layers/vector-nodes.ts";
import { placeArtboards } from "./place/place-artboards.ts";
import { placeBeside } from "./place/place-vectors.ts";
import { createYield } from "./slices.ts";

export type ApplyResult =
  | {
      readonly ok: true;
      readonly imageCount: number;
      /** Layers whose new image has the bytes of the old one. */
      readonly sameCount: number;
      readonly skipped: readonly SkippedLayer[];
      /** The new artboards, or the layers that were filled. */
      readonly nodes: readonly AppliedNode[];
      readonly placed: readonly PlacedImage[];
    }
  | { readonly ok: false; readonly detail: string };

/** Applies one set and commits it to the undo history; when an image is refused nothing of it stays. */
export async function applySet(
  artboards: readonly Artboard[],
  target: ApplyTarget,
  bytes: ReadonlyMap<string, Uint8Array>,
  bindings?: Bindings,
): Promise<ApplyResult> {
  const made: SceneNode[] = [];
  let wasTouched = false;
  try {
    const hashes = await createImages(artboards, bytes);
    const images = artboards.flatMap((artboard) => artboard.images);
    if (target.kind === "artboards") {
      const placed = await placeArtboards(artboards, target, hashes, made, await loadBindings(bindings));
      const nodes = placed.nodes.map(({ id }) => ({ id, imageHash: "" }));
      return { ok: true, imageCount: images.length, sameCount: 0, skipped: [], nodes, placed: placed.images };
    }
    const {
      filled,
      sameCount,
      skipped,
      placed = [],
    } = target.kind === "beside"
      ? await placeBeside(images.filter(isVectorImage), target.nodeIds, made)
      : await fillLayers(images, target, hashes);
    wasTouched = filled.length > 0;
    return { ok: true, imageCount: filled.length, sameCount, skipped, nodes: filled, placed };
  } catch (error) {
    for (const node of made) if (!node.removed) node.remove();
    return { ok: false, detail: detailOf(error) };
  } finally {
    // Also after a failure: what was made and taken away again is no part of a person's next step.
    if (wasTouched || made.length > 0) figma.commitUndo();
  }
}

/** Images before nodes: a file that Figma refuses is found out while the page is still untouched. */
async function createImages(
  artboards: readonly Artboard[],
  bytes: ReadonlyMap<string, Uint8Array>,
): Promise<Map<string, string>> {
  const yieldToEditor = createYield();
  const hashes = new Map<string, string>();
  for (const { key, vector } of artboards.flatMap((artboard) => artboard.images)) {
    if (vector !== undefined) continue;
    const data = bytes.get(key);
    if (data === undefined) throw new Error(`expected the bytes of image ${key}, got none`);
    hashes.set(key, figma.createImage(data).hash);
    await yieldToEditor();
  }
  return hashes;
}
