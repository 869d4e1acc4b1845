/** The ground of a style's icons (engine/pixels/ground.ts) in a manifest: its alpha in bytes, deflated, in base64. */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { AppError } from "../../shared/problem.ts";
import type { Ground } from "../engine/pixels/ground.ts";
import { channelsOfHex, hexOfChannels } from "../engine/pixels/hex-colour.ts";
import type { GroundEntry } from "../manifest/expert-entries.ts";

export function entryOfGround({ sizePx, mask, place, looks }: Ground): GroundEntry {
  const bytes = Uint8Array.from(mask, (alpha) => Math.round(255 * alpha));
  return {
    sizePx,
    mask: deflateRawSync(bytes, { level: 9 }).toString("base64"),
    place,
    looks: looks.map(({ ground, ink }) => ({ ground: hexOfChannels(ground), ink: hexOfChannels(ink) })),
  };
}

/** @throws AppError `pack_corrupt` for a mask of another size */
export function groundOfEntry({ sizePx, mask, place, looks }: GroundEntry): Ground {
  const bytes = inflated(mask, sizePx ** 2);
  return {
    sizePx,
    mask: Float32Array.from(bytes, (alpha) => alpha / 255),
    place,
    looks: looks.map(({ ground, ink }) => ({ ground: channelsOfHex(ground), ink: channelsOfHex(ink) })),
  };
}

function inflated(mask: string, pixels: number): Uint8Array {
  const refuse = (got: string, cause?: unknown): never => {
    throw new AppError("pack_corrupt", `ground of a style: expected a mask of ${pixels} bytes, got ${got}`, { cause });
  };
  let bytes: Uint8Array;
  try {
    bytes = inflateRawSync(Buffer.from(mask, "base64"), { maxOutputLength: pixels + 1 });
  } catch (error) {
    return refuse("none that can be inflated", error);
  }
  return bytes.length === pixels ? bytes : refuse(`${bytes.length}`);
}
