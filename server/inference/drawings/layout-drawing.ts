/** A layout as the drawing that was meant: its areas (server/tidy/areas) as large as a style's icons. */

import type { PartialCondition } from "../../../shared/contract/conditions.ts";
import { checkCells, mismatch } from "../../../shared/contract/translation-rules.ts";
import { usualLayout } from "../../../shared/contract/usual-layout.ts";
import { isWhiteAt, liesOnWhite, planesOffPaper } from "../../engine/read-off-paper.ts";
import { drawnAreas } from "../../tidy/areas/draw-areas.ts";
import { drawnCells } from "../../tidy/areas/draw-cells.ts";
import { imageOf } from "../conditions/condition-values.ts";
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
  const planes = planesOffPaper(given) ?? offWhite(given);
  const drawn = drawnAreas({ planes, sizePx: given.sizePx }, palette, sizePx, liveArea);
  return drawn ?? refuse(field, liesOnWhite(given) ? "white paper alone" : "one that is transparent");
}

/** Where edges do not tell paper from marks, as of small ones: all that is not white, of a picture on white. */
function offWhite(given: ConditionImage): Float32Array {
  if (!liesOnWhite(given)) return given.planes;
  const pixels = given.sizePx ** 2;
  return given.planes.map((value, at) => (isWhiteAt(given, at % pixels) ? 0 : value));
}

function refuse(field: string, received: string): never {
  throw mismatch("layout_invalid", field, "a layout with at least one colour", received);
}
