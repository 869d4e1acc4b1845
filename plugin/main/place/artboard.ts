/**
 * One artboard: a frame named after its caption with the images in a wrapping auto-layout grid. FigJam has no frames,
 * so there it is a section whose grid is laid out by hand. Every node remembers how its image was made.
 */

import type { Artboard, ArtboardImage } from "../../../shared/messages/messages.ts";
import { type Bound, showMode } from "../layers/bindings.ts";
import { createVector, isVectorImage, rememberVector } from "../layers/vector-nodes.ts";
import { remember } from "../remember.ts";

/** Columns and sizes of an artboard, in px. */
export interface Grid {
  readonly tilePx: number;
  readonly gapPx: number;
  readonly paddingPx: number;
  readonly columns: number;
  readonly width: number;
  readonly height: number;
}

/** The grid of so many images: one row of up to three, or of a strip, otherwise about as many rows as columns. */
export function gridOf({ images, isStrip = false }: Artboard, tilePx: number): Grid {
  const imageCount = images.length;
  const columns = imageCount <= 3 || isStrip ? imageCount : Math.ceil(Math.sqrt(imageCount));
  const rows = Math.ceil(imageCount / columns);
  const gapPx = Math.min(16, Math.max(8, Math.round(tilePx / 8)));
  const paddingPx = 1.5 * gapPx;
  const side = (tiles: number): number => tiles * tilePx + (tiles - 1) * gapPx + 2 * paddingPx;
  return { tilePx, gapPx, paddingPx, columns, width: side(columns), height: side(rows) };
}

/** Creates frame and layers at the origin; every node is put in `made` as soon as it exists, for the way back. */
export function createArtboard(
  artboard: Artboard,
  grid: Grid,
  hashes: ReadonlyMap<string, string>,
  made: SceneNode[],
  bound: Bound,
): FrameNode | SectionNode {
  const isFigJam = figma.editorType === "figjam";
  const parent = isFigJam ? createGridSection(grid, made) : createGridFrame(grid, made);
  const { tilePx, gapPx, paddingPx, columns } = grid;
  parent.name = artboard.caption;
  showMode(parent, bound);
  artboard.images.forEach((image, index) => {
    const { name = `${artboard.caption} ${index + 1}` } = image;
    const layer = createLayer({ ...image, name }, tilePx, hashes, bound, made);
    parent.appendChild(layer);
    if (isFigJam) {
      layer.x = paddingPx + (index % columns) * (tilePx + gapPx);
      layer.y = paddingPx + Math.floor(index / columns) * (tilePx + gapPx);
    }
  });
  const first = artboard.images[0];
  if (first !== undefined) remember(parent, first);
  return parent;
}

/** One image on the page: a frame of vector layers, or a tile that shows it. It remembers how it was made. */
export function createLayer(
  image: ArtboardImage & { readonly name: string },
  tilePx: number,
  hashes: ReadonlyMap<string, string>,
  bound: Bound,
  made: SceneNode[],
): FrameNode | RectangleNode {
  if (isVectorImage(image)) {
    const frame = createVector(image.vector, { width: tilePx, height: tilePx }, bound, made);
    frame.name = image.name;
    rememberVector(frame, image);
    return frame;
  }
  const layer = createTile(tilePx, made);
  layer.name = image.name;
  const imageHash = hashes.get(image.key)!;
  layer.fills = [{ type: "IMAGE", scaleMode: "FILL", imageHash }];
  remember(layer, image, imageHash);
  return layer;
}

function createTile(tilePx: number, made: SceneNode[]): RectangleNode {
  const layer = figma.createRectangle();
  made.push(layer);
  layer.resize(tilePx, tilePx);
  layer.cornerRadius = Math.min(8, tilePx / 16);
  return layer;
}

function createGridFrame({ width, height, gapPx, paddingPx }: Grid, made: SceneNode[]): FrameNode {
  const frame = figma.createFrame();
  made.push(frame);
  // On a slide the images lie on the slide itself.
  frame.fills = figma.editorType === "slides" ? [] : [{ type: "SOLID", color: { r: 1, g: 1, b: 1 } }];
  frame.layoutMode = "HORIZONTAL";
  frame.layoutWrap = "WRAP";
  frame.primaryAxisSizingMode = "FIXED";
  // Resizing fixes both axes, so the height hugs its rows only afterwards.
  frame.resize(width, height);
  frame.counterAxisSizingMode = "AUTO";
  frame.itemSpacing = gapPx;
  frame.counterAxisSpacing = gapPx;
  frame.paddingTop = frame.paddingRight = frame.paddingBottom = frame.paddingLeft = paddingPx;
  return frame;
}

function createGridSection({ width, height }: Grid, made: SceneNode[]): SectionNode {
  const section = figma.createSection();
  made.push(section);
  section.resizeWithoutConstraints(width, height);
  return section;
}
