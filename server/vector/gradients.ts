/** A plane of colour over an area as a linear gradient of SVG: along the direction in which the colour changes most, from the area's one end to its other. */
import { bitsOfLab, hexOf, type Lab } from "../../shared/colour/oklab.ts";
import type { Point } from "../../shared/vectors/vector-path.ts";
import { steepestOf } from "../engine/pixels/ground/shade.ts";
import type { Plane } from "./moments.ts";
import type { LinearGradient } from "./svg-text.ts";

/** SVG mixes stops in sRGB, planes are straight in OKLab: with these between the ends the difference is not seen. */
const shares = [0, 0.33, 0.67, 1];

/** @param labels [height · width], of which those of `ink` are the area */
export function gradientOf(plane: Plane, labels: ArrayLike<number>, ink: number, widthPx: number): LinearGradient {
  const direction = steepestOf(plane.slopeX, plane.slopeY);
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let at = 0; at < labels.length; at += 1) {
    if (labels[at] !== ink) continue;
    const along =
      direction[0] * ((at % widthPx) - plane.centreX) + direction[1] * (Math.floor(at / widthPx) - plane.centreY);
    [low, high] = [Math.min(low, along), Math.max(high, along)];
  }
  // Planes are of pixel indices, whose centres lie at ½.
  const pointAt = (along: number): Point => [
    plane.centreX + 0.5 + direction[0] * along,
    plane.centreY + 0.5 + direction[1] * along,
  ];
  const colourAt = (along: number): Lab =>
    plane.mean.map(
      (value, channel) =>
        value + along * (direction[0] * plane.slopeX[channel]! + direction[1] * plane.slopeY[channel]!),
    ) as unknown as Lab;
  return {
    from: pointAt(low),
    to: pointAt(high),
    stops: shares.map((share) => [share, hexOf(bitsOfLab(colourAt(low + share * (high - low))))]),
  };
}
