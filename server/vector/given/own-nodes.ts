/**
 * The nodes of a drawing that was given as SVG, where the answer looks like it: its own paths, in the colours that the answer has there, with the width, ends and
 * joins of the style's lines. Nothing but the picture decides: what is drawn with them is compared with the answer, and where they differ it is traced instead. Pure.
 */
import type { TracedPixels } from "../../engine/interfaces.ts";
import { toPremultipliedPlanes } from "../../engine/pixels/pixels.ts";
import type { Traced } from "../draw-layers.ts";
import type { VectorOptions } from "../vector-options.ts";
import { differenceOf, differMost } from "./difference.ts";
import { type Look, looksFor } from "./looks.ts";
import { layersOf } from "./own-layers.ts";
import { type Answer, type Found, hasFaintFill, inLook } from "./parts.ts";
import { placedShapes } from "./placed-shapes.ts";
import type { Shape } from "./read-shapes.ts";

/** How much more than the best another look may differ that it is taken, since it is the drawing's own. */
const ownTimes = 1.25;

/** Undefined where the answer is another picture, or the text is not read. */
export function ownNodes(pixels: TracedPixels, options: VectorOptions): Traced | undefined {
  const { widthPx, heightPx, linePx, rgba } = pixels;
  const placed = placedShapes(pixels, options);
  if (!placed) return undefined;
  const answer = toPremultipliedPlanes(rgba, widthPx);
  const found = bestOf(placed, looksFor(placed, linePx), { answer, rgba, sidePx: widthPx });
  if (!found || hasFaintFill(found)) return undefined;
  const layers = layersOf(found, options.palette, widthPx ** 2);
  const outside = new Float32Array(widthPx ** 2).fill(1);
  return layers.length === 0 ? undefined : { layers, memberships: [outside], leftOutCount: 0, widthPx, heightPx };
}

/** The first width at which the drawing is the answer, with the ends and joins that differ least, its own where they hardly differ more. */
function bestOf(shapes: readonly Shape[], looks: ReadonlyArray<readonly Look[]>, about: Answer): Found | undefined {
  const tried = (look: Look): { readonly found: Found; readonly differs: number } => {
    const { found, planes } = inLook(shapes, look, about);
    return { found, differs: differenceOf(planes, about.answer, about.sidePx) };
  };
  for (const [ownLook, ...others] of looks) {
    const own = tried(ownLook!);
    // Only two are held at once: each is a plane a shape.
    let best = own;
    for (const look of others) {
      const other = tried(look);
      if (other.differs < best.differs) best = other;
    }
    if (best.differs > differMost) continue;
    return (own.differs <= ownTimes * best.differs ? own : best).found;
  }
  return undefined;
}
