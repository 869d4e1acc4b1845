/** A layout as the drawing that was meant: its areas (server/tidy/areas) as large as a style's icons. */

import type { PartialCondition } from "../../../shared/contract/conditions.ts";
import { checkCells, mismatch } from "../../../shared/contract/translation-rules.ts";
import { usualLayout } from "../../../shared/contract/usual-layout.ts";
import { planesOffPaper } from "../../engine/read-off-paper.ts";
import { drawnAreas } from "../../tidy/areas/draw-areas.ts";
import { drawnCells } from "../../tidy/areas/draw-cells.ts";
import { imageOf } from "../condition-values.ts";
import type { ConditionImage, ConditionImages } from "../protocol.ts";
import type { WantedSize } from "./wanted-drawing.ts";

type Layout = NonNullable<PartialCondition["layout"]>;

/** Says all that a layout's drawing depends on, besides its size. */
export const keyOfLayout = (layout: Layout): string =>
  "cells" in layout ? `cells ${layout.cells.join(" ")}` : layout.image;

/** @throws AppError `layout_invalid` for one that is empty, or whose cells the palette does not have */
export function layoutPlanes(layout: Layout, images: ConditionImages, wanted: WantedSize): Float32Array {
  const { sizePx, liveArea, field } = wanted;
  const palette = usualLayout.palette.map(({ hex }) => hex);
  if ("cells" in layout) {
    checkCells({ layout: usualLayout }, layout.cells, `${field}.cells`);
    const planes = drawnCells({ ...usualLayout, palette, labels: layout.cells }, sizePx, liveArea);
    return planes ?? refuse(field, "cells that are all transparent");
  }
  const given = imageOf(images, layout.image);
  if (isPaperAlone(given.planes)) refuse(field, "white paper alone");
  const planes = planesOffPaper(given) ?? offWhite(given);
  return (
    drawnAreas({ planes, sizePx: given.sizePx }, palette, sizePx, liveArea) ?? refuse(field, "one that is transparent")
  );
}

/** Least channel of paper. */
const whiteFrom = 0.96;

const isPaperAlone = (planes: Float32Array): boolean => planes.every((value) => value >= whiteFrom);

/** Marks too small to tell paper from areas by their edges: what is not white of an opaque picture whose border is. */
function offWhite({ planes, sizePx }: ConditionImage): Float32Array {
  const pixels = sizePx ** 2;
  const isWhite = (at: number): boolean =>
    [0, 1, 2].every((channel) => planes[channel * pixels + at]! >= whiteFrom) && planes[3 * pixels + at]! >= whiteFrom;
  for (let at = 0; at < pixels; at += 1) {
    const isBorder = at < sizePx || at >= pixels - sizePx || at % sizePx === 0 || at % sizePx === sizePx - 1;
    if (planes[3 * pixels + at]! < whiteFrom || (isBorder && !isWhite(at))) return planes;
  }
  return planes.map((value, at) => (isWhite(at % pixels) ? 0 : value));
}

function refuse(field: string, received: string): never {
  throw mismatch("layout_invalid", field, "a layout with at least one colour", received);
}
