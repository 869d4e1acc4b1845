/**
 * One artboard: a frame named after its caption with the images in a wrapping auto-layout grid. FigJam has no frames,
 * so there it is a section whose grid is laid out by hand. Every node remembers how its image was made.
 */
import type { Provenance } from "../../shared/contract.ts";
import { type Artboard, commands, provenanceKey } from "../../shared/messages.ts";

const tilePx = 256;
const gapPx = 16;
const paddingPx = 24;
const tileRadiusPx = 8;

type Fillable = MinimalFillsMixin & PluginDataMixin & { setRelaunchData(data: Record<string, string>): void };

/** Sets the image as the layer's only fill and writes provenance and the Regenerate button. */
export function fillWithImage(node: Fillable, image: Image, provenance: Provenance): void {
  node.fills = [{ type: "IMAGE", scaleMode: "FILL", imageHash: image.hash }];
  remember(node, provenance);
}

function remember(node: Pick<Fillable, "setPluginData" | "setRelaunchData">, provenance: Provenance): void {
  node.setPluginData(provenanceKey, JSON.stringify(provenance));
  node.setRelaunchData({ [commands.regenerate]: provenance.condition.caption ?? provenance.condition.style ?? "" });
}

/** Creates frame and layers at the origin; every node is put in `made` as soon as it exists, for the way back. */
export function createArtboard(
  artboard: Artboard,
  images: ReadonlyMap<string, Image>,
  made: SceneNode[],
): FrameNode | SectionNode {
  const columns = artboard.images.length <= 3 ? artboard.images.length : Math.ceil(Math.sqrt(artboard.images.length));
  const rows = Math.ceil(artboard.images.length / columns);
  const width = columns * tilePx + (columns - 1) * gapPx + 2 * paddingPx;
  const height = rows * tilePx + (rows - 1) * gapPx + 2 * paddingPx;
  const isFigJam = figma.editorType === "figjam";
  const parent = isFigJam ? createGridSection(width, height, made) : createGridFrame(width, height, made);
  parent.name = artboard.caption;
  artboard.images.forEach(({ key, provenance }, index) => {
    const layer = figma.createRectangle();
    made.push(layer);
    layer.name = `${artboard.caption} ${index + 1}`;
    layer.resize(tilePx, tilePx);
    layer.cornerRadius = tileRadiusPx;
    parent.appendChild(layer);
    if (isFigJam) {
      layer.x = paddingPx + (index % columns) * (tilePx + gapPx);
      layer.y = paddingPx + Math.floor(index / columns) * (tilePx + gapPx);
    }
    fillWithImage(layer, images.get(key)!, provenance);
  });
  const first = artboard.images[0];
  if (first !== undefined) remember(parent, first.provenance);
  return parent;
}

function createGridFrame(width: number, height: number, made: SceneNode[]): FrameNode {
  const frame = figma.createFrame();
  made.push(frame);
  frame.fills = [{ type: "SOLID", color: { r: 1, g: 1, b: 1 } }];
  frame.layoutMode = "HORIZONTAL";
  frame.layoutWrap = "WRAP";
  frame.primaryAxisSizingMode = "FIXED";
  // Resizing fixes both axes, so the height is told to hug its rows only afterwards.
  frame.resize(width, height);
  frame.counterAxisSizingMode = "AUTO";
  frame.itemSpacing = gapPx;
  frame.counterAxisSpacing = gapPx;
  frame.paddingTop = frame.paddingRight = frame.paddingBottom = frame.paddingLeft = paddingPx;
  return frame;
}

function createGridSection(width: number, height: number, made: SceneNode[]): SectionNode {
  const section = figma.createSection();
  made.push(section);
  section.resizeWithoutConstraints(width, height);
  return section;
}
