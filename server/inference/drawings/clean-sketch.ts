/** A sketch as the drawing that was meant: its strokes as clean lines (server/tidy), as large as a style's icons. */
import { mismatch } from "../../../shared/contract/translation-rules.ts";
import { channelsOfHex } from "../../engine/pixels/hex-colour.ts";
import { resampleSquare } from "../../engine/pixels/resample-square.ts";
import { usualInk } from "../../engine/pixels/usual-ink.ts";
import { drawnClean } from "../../tidy/draw.ts";
import { tidied } from "../../tidy/tidy.ts";
import type { ConditionImage } from "../protocol.ts";
import type { WantedSize } from "./wanted-drawing.ts";

/** @throws AppError `sketch_empty` for one without a stroke */
export function cleanPlanes(
  { planes, sizePx: drawnPx }: ConditionImage,
  { sizePx, liveArea, field }: WantedSize,
): Float32Array {
  const clean = tidied(planes, drawnPx);
  if (!clean) throw mismatch("sketch_empty", field, "a drawing with at least one stroke", "an empty one");
  // What is no drawing of strokes stays as it is.
  if (clean === "filled") return shrunk(planes, drawnPx, sizePx);
  return drawnClean(clean, sizePx, channelsOfHex(usualInk), liveArea);
}

function shrunk(planes: Float32Array, fromPx: number, toPx: number): Float32Array {
  const small = new Float32Array(4 * toPx ** 2);
  for (let plane = 0; plane < 4; plane += 1) {
    const own = planes.subarray(plane * fromPx ** 2, (plane + 1) * fromPx ** 2);
    small.set(resampleSquare(own, { left: 0, top: 0, sidePx: fromPx }, toPx), plane * toPx ** 2);
  }
  return small;
}
