/** The ground of a style's icons (engine/pixels/ground/ground.ts) in a manifest: its planes in bytes, deflated, in base64. */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { AppError } from "../../shared/problem.ts";
import type { Ground, GroundLook } from "../engine/pixels/ground/parts.ts";
import type { Slope } from "../engine/pixels/ground/shade.ts";
import { channelsOfHex, hexOfChannels } from "../engine/pixels/hex-colour.ts";
import type { Ink } from "../engine/pixels/ink-colour.ts";
import type { GroundEntry } from "../manifest/expert-entries.ts";

/** Slopes are kept to this share. */
const slopeStep = 1e4;

export function entryOfGround({ sizePx, mask, face, shadow, place, looks }: Ground): GroundEntry {
  return {
    sizePx,
    mask: deflated(mask),
    ...(face && { face: deflated(face) }),
    ...(shadow && { shadow: deflated(shadow) }),
    place,
    looks: looks.map(({ ground, slopes, ink, rim, shadow: around }) => ({
      ground: hexOfChannels(clamped(ground)),
      ...(slopes && { slopes: [rounded(slopes[0]), rounded(slopes[1])] }),
      ink: hexOfChannels(ink),
      ...(rim && { rim: hexOfChannels(rim) }),
      ...(around && { shadow: hexOfChannels(around) }),
    })),
  };
}

/** @throws AppError `pack_corrupt` for a plane of another size */
export function groundOfEntry({ sizePx, mask, face, shadow, place, looks }: GroundEntry): Ground {
  const planeOf = (plane: string): Float32Array =>
    Float32Array.from(inflated(plane, sizePx ** 2), (alpha) => alpha / 255);
  return {
    sizePx,
    mask: planeOf(mask),
    ...(face !== undefined && { face: planeOf(face) }),
    ...(shadow !== undefined && { shadow: planeOf(shadow) }),
    place,
    looks: looks.map(
      ({ ground, slopes, ink, rim, shadow: around }): GroundLook => ({
        ground: channelsOfHex(ground),
        ...(slopes && { slopes }),
        ink: channelsOfHex(ink),
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

const rounded = (slope: Slope): [number, number, number] => {
  const value = (channel: 0 | 1 | 2): number => Math.round(slopeStep * slope[channel]) / slopeStep;
  return [value(0), value(1), value(2)];
};

const deflated = (plane: Float32Array): string =>
  deflateRawSync(
    Uint8Array.from(plane, (alpha) => Math.round(255 * alpha)),
    { level: 9 },
  ).toString("base64");

function inflated(plane: string, pixels: number): Uint8Array {
  const refuse = (got: string, cause?: unknown): never => {
    throw new AppError("pack_corrupt", `ground of a style: expected planes of ${pixels} bytes, got ${got}`, { cause });
  };
  let bytes: Uint8Array;
  try {
    bytes = inflateRawSync(Buffer.from(plane, "base64"), { maxOutputLength: pixels + 1 });
  } catch (error) {
    return refuse("one that can't be inflated", error);
  }
  return bytes.length === pixels ? bytes : refuse(`${bytes.length}`);
}
