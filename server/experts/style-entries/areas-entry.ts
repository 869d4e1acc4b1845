/** The flat colours of a style's icons (engine/areas/style-areas.ts) in a manifest. */
import type { Paint } from "../../engine/areas/paint.ts";
import type { StyleAreas } from "../../engine/areas/style-areas.ts";
import { channelsOfHex, hexOfChannels } from "../../engine/pixels/hex-colour.ts";
import type { AreasEntry } from "../../manifest/style-entries.ts";
import { deflatedPlane, planeOf } from "./deflated-plane.ts";
import { entryOfSlopes } from "./ground-entry.ts";

/** Shares are kept to this step. */
const steps = 1e4;
const rounded = (value: number): number => Math.round(steps * value) / steps;

export function entryOfAreas({
  palettes,
  outline,
  ground,
  hasGrounds,
  hasGradients,
  isOfFills,
}: StyleAreas): AreasEntry {
  return {
    palettes: palettes.map(({ colours, around }) => ({
      colours: colours.map(({ share, ...paint }) => ({ ...entryOfPaint(paint), share: rounded(share) })),
      ...(around && { around: hexOfChannels(around.ink) }),
      ...(around?.slopes && { aroundSlopes: entryOfSlopes(around.slopes) }),
    })),
    ...(outline && { outline: { ...outline, ink: hexOfChannels(outline.ink), width: rounded(outline.width) } }),
    ...(ground && {
      ground: { sizePx: Math.sqrt(ground.mask.length), mask: deflatedPlane(ground.mask), place: ground.place },
    }),
    hasGrounds,
    ...(hasGradients && { hasGradients }),
    isOfFills,
  };
}

const entryOfPaint = ({ ink, slopes, isShared }: Paint) => ({
  ink: hexOfChannels(ink),
  ...(slopes && { slopes: entryOfSlopes(slopes), ...(isShared && { isShared }) }),
});

/** @throws AppError `pack_corrupt` for a plane of another size */
export function areasOfEntry({
  palettes,
  outline,
  ground,
  hasGrounds,
  hasGradients,
  isOfFills,
}: AreasEntry): StyleAreas {
  return {
    palettes: palettes.map(({ colours, around, aroundSlopes }) => ({
      colours: colours.map(({ ink, ...colour }) => ({ ink: channelsOfHex(ink), ...colour })),
      ...(around !== undefined && {
        around: { ink: channelsOfHex(around), ...(aroundSlopes && { slopes: aroundSlopes }) },
      }),
    })),
    ...(outline && { outline: { ...outline, ink: channelsOfHex(outline.ink) } }),
    ...(ground && { ground: { mask: planeOf(ground.mask, ground.sizePx), place: ground.place } }),
    hasGrounds,
    ...(hasGradients && { hasGradients }),
    isOfFills,
  };
}
