/**
 * A drawing of several flat colours as lines of one ink, which is what the flow between styles knows best: its own lines where such go around its
 * areas, else lines along the borders of areas. Pure.
 */
import { channelsOfHex } from "../pixels/hex-colour.ts";
import { type Drawing, inInk } from "../pixels/ink-colour.ts";
import { usualInk } from "../pixels/usual-ink.ts";
import { aroundOf } from "./around.ts";
import { coverOf, partitionOf } from "./partition.ts";
import { withOutlines } from "./with-outlines.ts";

/** Width of lines along borders, of the side, as many sets of icons have it. */
const usualWidth = 0.06;

/** @returns premultiplied RGBA [4, sizePx, sizePx]; undefined where the drawing is not of flat colours, or of too many areas */
export function inLines(drawing: Drawing): Float32Array | undefined {
  const { sizePx } = drawing;
  const partition = partitionOf(drawing);
  const around = partition && aroundOf(partition);
  const isDrawn = (label: number): boolean => partition!.areas[label]!.colour > 0;
  const lined = around?.width
    ? partition
    : partition && withOutlines(partition, isDrawn, usualWidth * sizePx, [0, 0, 0, 1]);
  if (!lined) return undefined;
  const colour = around?.width ? around.colour : lined.colours.length - 1;
  const planes = new Float32Array(4 * sizePx ** 2);
  const alphas = planes.subarray(3 * sizePx ** 2);
  for (const [label, area] of lined.areas.entries())
    if (area.colour === colour) for (const [at, share] of coverOf(lined, label).entries()) alphas[at]! += share;
  return inInk(planes, channelsOfHex(usualInk));
}
