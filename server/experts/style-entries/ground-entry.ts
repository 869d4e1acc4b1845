/** The ground of a style's icons (engine/pixels/ground/ground.ts) in a manifest. */
import type { Ground, GroundLook } from "../../engine/pixels/ground/parts.ts";
import type { Slope } from "../../engine/pixels/ground/shade.ts";
import { channelsOfHex, hexOfChannels } from "../../engine/pixels/hex-colour.ts";
import type { Ink } from "../../engine/pixels/ink-colour.ts";
import type { GroundEntry } from "../../manifest/style-entries.ts";
import { deflatedPlane, planeOf } from "./deflated-plane.ts";

/** Slopes are kept to this share. */
const slopeStep = 1e4;

export function entryOfGround({ sizePx, mask, face, shadow, place, looks }: Ground): GroundEntry {
  return {
    sizePx,
    mask: deflatedPlane(mask),
    ...(face && { face: deflatedPlane(face) }),
    ...(shadow && { shadow: deflatedPlane(shadow) }),
    place,
    looks: looks.map(({ ground, slopes, ink, inkSlopes, rim, shadow: around }) => ({
      ground: hexOfChannels(clamped(ground)),
      ...(slopes && { slopes: entryOfSlopes(slopes) }),
      ink: hexOfChannels(clamped(ink)),
      ...(inkSlopes && { inkSlopes: entryOfSlopes(inkSlopes) }),
      ...(rim && { rim: hexOfChannels(rim) }),
      ...(around && { shadow: hexOfChannels(around) }),
    })),
  };
}

/** @throws AppError `pack_corrupt` for a plane of another size */
export function groundOfEntry({ sizePx, mask, face, shadow, place, looks }: GroundEntry): Ground {
  return {
    sizePx,
    mask: planeOf(mask, sizePx),
    ...(face !== undefined && { face: planeOf(face, sizePx) }),
    ...(shadow !== undefined && { shadow: planeOf(shadow, sizePx) }),
    place,
    looks: looks.map(
      ({ ground, slopes, ink, inkSlopes, rim, shadow: around }): GroundLook => ({
        ground: channelsOfHex(ground),
        ...(slopes && { slopes }),
        ink: channelsOfHex(ink),
        ...(inkSlopes && { inkSlopes }),
        ...(rim !== undefined && { rim: channelsOfHex(rim) }),
        ...(around !== undefined && { shadow: channelsOfHex(around) }),
      }),
    ),
  };
}

const clamped = (colour: Ink): Ink => {
  const value = (channel: 0 | 1 | 2): number => Math.min(1, Math.max(0, colour[channel]));
  return [value(0), value(1), value(2)];
};

/** How a colour changes along x and y, to a ten-thousandth. */
export const entryOfSlopes = ([x, y]: readonly [Slope, Slope]): [EntrySlope, EntrySlope] => [rounded(x), rounded(y)];

type EntrySlope = [red: number, green: number, blue: number];

const rounded = (slope: Slope): EntrySlope => {
  const value = (channel: 0 | 1 | 2): number => Math.round(slopeStep * slope[channel]) / slopeStep;
  return [value(0), value(1), value(2)];
};
