/**
 * Places new artboards where nothing is covered: near the middle of the view, on a slide within the slide. The page is
 * read in slices, and the view moves only when the result would be out of sight.
 */
import type { ApplyTarget, Artboard, PlacedImage } from "../../../shared/messages/messages.ts";
import type { Bound } from "../layers/bindings.ts";
import { selectAdded } from "../read/selection.ts";
import { createYield } from "../slices.ts";
import { createArtboard, type Grid, gridOf } from "./artboard.ts";
import { type Box, findFreeSpot, Obstacles, type Point } from "./place.ts";

/** Space between artboards, and between them and what was on the page. */
const artboardGapPx = 80;
/** Share of a slide's width and height that a result may take. */
const slideShare = 0.8;

export async function placeArtboards(
  artboards: readonly Artboard[],
  { tilePx, keepsSelection = false }: Extract<ApplyTarget, { kind: "artboards" }>,
  hashes: ReadonlyMap<string, string>,
  made: SceneNode[],
  bound: Bound,
): Promise<{ readonly nodes: readonly SceneNode[]; readonly images: readonly PlacedImage[] }> {
  const yieldToEditor = createYield();
  // Taken once: a person may go to another page in a pause, and the result belongs where the command began.
  const page = figma.currentPage;
  const slide = figma.editorType === "slides" ? (page.focusedSlide ?? null) : null;
  const plan = planRows(artboards, tilePx);
  const wanted = slide === null ? plan : planRows(artboards, shrinkToSlide(tilePx, plan, slide));
  const centre = slide === null ? figma.viewport.center : { x: slide.width / 2, y: slide.height / 2 };
  const spot = await findFreeSpot(
    wanted,
    centre,
    await readObstacles(slide ?? page, yieldToEditor),
    artboardGapPx,
    yieldToEditor,
  );
  // A slide that is full is no reason to leave it.
  const corner = slide === null || isWithin({ ...spot, ...wanted }, slide) ? spot : middleOf(slide, wanted);
  const nodes: SceneNode[] = [];
  const images: PlacedImage[] = [];
  for (const [index, artboard] of artboards.entries()) {
    const node = createArtboard(artboard, wanted.grids[index]!, hashes, made, bound);
    images.push(...artboard.images.map(({ key }, at) => ({ key, nodeId: node.children[at]!.id })));
    const parent = slide ?? page;
    if (node.parent?.id !== parent.id) parent.appendChild(node);
    node.x = corner.x + wanted.corners[index]!.x;
    node.y = corner.y + wanted.corners[index]!.y;
    nodes.push(node);
    await yieldToEditor();
  }
  // One may have been deleted in a pause.
  const placed = nodes.filter(({ removed }) => !removed);
  if (!keepsSelection) selectAdded(page, placed);
  if (slide === null) bringIntoSight(page, placed, { ...corner, width: wanted.width, height: wanted.height });
  return { nodes: placed, images };
}

interface Plan {
  readonly grids: readonly Grid[];
  /** Relative to the whole. */
  readonly corners: readonly Point[];
  readonly width: number;
  readonly height: number;
}

/** One row, or as many columns as rows when there are more than four artboards. */
function planRows(artboards: readonly Artboard[], tilePx: number): Plan {
  const grids = artboards.map((artboard) => gridOf(artboard, tilePx));
  const perRow = grids.length <= 4 ? grids.length : Math.ceil(Math.sqrt(grids.length));
  let x = 0;
  let y = 0;
  let rowHeight = 0;
  const corners = grids.map((grid, index) => {
    if (index > 0 && index % perRow === 0) {
      x = 0;
      y += rowHeight + artboardGapPx;
      rowHeight = 0;
    }
    const corner = { x, y };
    x += grid.width + artboardGapPx;
    rowHeight = Math.max(rowHeight, grid.height);
    return corner;
  });
  const width = Math.max(...grids.map((grid, index) => corners[index]!.x + grid.width));
  const height = Math.max(...grids.map((grid, index) => corners[index]!.y + grid.height));
  return { grids, corners, width, height };
}

function shrinkToSlide(tilePx: number, { width, height }: Plan, slide: SlideNode): number {
  const share = Math.min(1, (slideShare * slide.width) / width, (slideShare * slide.height) / height);
  return Math.max(1, Math.floor(tilePx * share));
}

export async function readObstacles(
  parent: PageNode | SlideNode,
  yieldToEditor: () => Promise<void> | undefined,
): Promise<Obstacles> {
  const obstacles = new Obstacles();
  for (const node of parent.children) {
    // It may have been deleted in a pause.
    if (!node.removed) obstacles.add(boxOf(node));
    const pause = yieldToEditor();
    if (pause !== undefined) await pause;
  }
  return obstacles;
}

/** The upright box around a layer, turned or flipped, in px of its parent. */
function boxOf({ relativeTransform: [[a, b, x], [c, d, y]], width, height }: SceneNode): Box {
  return {
    x: x + Math.min(0, a * width) + Math.min(0, b * height),
    y: y + Math.min(0, c * width) + Math.min(0, d * height),
    width: Math.abs(a * width) + Math.abs(b * height),
    height: Math.abs(c * width) + Math.abs(d * height),
  };
}

const middleOf = (slide: SlideNode, { width, height }: Plan): Point => ({
  x: Math.round((slide.width - width) / 2),
  y: Math.round((slide.height - height) / 2),
});

const isWithin = (box: Box, { width, height }: { readonly width: number; readonly height: number }): boolean =>
  box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height;

/** Stays on another page, and when half of the result, or of the view, shows it; pans when it fits at this zoom; else zooms to it. */
export function bringIntoSight(page: PageNode, nodes: readonly SceneNode[], box: Box): void {
  if (figma.currentPage.id !== page.id) return;
  const { bounds } = figma.viewport;
  const overlap = (from: number, size: number, start: number, length: number): number =>
    Math.max(0, Math.min(from + size, start + length) - Math.max(from, start));
  const seen = overlap(box.x, box.width, bounds.x, bounds.width) * overlap(box.y, box.height, bounds.y, bounds.height);
  if (seen >= Math.min(box.width * box.height, bounds.width * bounds.height) / 2) return;
  if (box.width <= bounds.width && box.height <= bounds.height)
    figma.viewport.center = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  else figma.viewport.scrollAndZoomIntoView(nodes);
}
