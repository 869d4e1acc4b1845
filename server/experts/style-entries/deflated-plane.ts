/** Planes of a picture in a manifest: bytes, deflated (RFC 1951), in base64. */
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { AppError } from "../../../shared/problem.ts";

/** @param plane values in [0, 1] */
export const deflatedPlane = (plane: Float32Array): string =>
  deflateRawSync(
    Uint8Array.from(plane, (alpha) => Math.round(255 * alpha)),
    { level: 9 },
  ).toString("base64");

/**
 * @returns values in [0, 1], [sizePx, sizePx]
 * @throws AppError `pack_corrupt` for a plane of another size
 */
export function planeOf(deflated: string, sizePx: number): Float32Array {
  const pixels = sizePx ** 2;
  const refuse = (got: string, cause?: unknown): never => {
    throw new AppError("pack_corrupt", `ground of a style: expected planes of ${pixels} bytes, got ${got}`, { cause });
  };
  let bytes: Uint8Array;
  try {
    bytes = inflateRawSync(Buffer.from(deflated, "base64"), { maxOutputLength: pixels + 1 });
  } catch (error) {
    return refuse("one that can't be inflated", error);
  }
  return bytes.length === pixels ? Float32Array.from(bytes, (alpha) => alpha / 255) : refuse(`${bytes.length}`);
}
