/**
 * Decodes any image file for enlarging: unpremultiplied 8-bit sRGB with alpha, upright, the first frame of an animation, and
 * notes on what was done. Of a JPEG whose pixels are kept, also its tables. An embedded colour profile is applied, unless it changes nothing: then it is another version of sRGB,
 * and the file's numbers are kept.
 */
import type { UpscaleNote } from "../../shared/contract/upscaling.ts";
import type { Picture, Pixels } from "../engine/interfaces.ts";
import { decodeRgba, decodeRgba16, mediaTypeOf, readHeader, reduceGrey16 } from "./codec.ts";
import { readJpegTables } from "./jpeg-tables.ts";

/** Difference in levels between profiles that are called sRGB. */
const profileToleranceLevels = 2;

/** @throws AppError `unsupported_media` for other types, `image_rejected` for damaged or too large files */
export async function decodePicture(bytes: Uint8Array): Promise<{ pixels: Picture; notes: UpscaleNote[] }> {
  const mediaType = mediaTypeOf(bytes);
  const { space, depth, icc, pages = 1, orientation = 1 } = await readHeader(bytes);
  const is16Bit = depth === "ushort";
  const isCmyk = space === "cmyk";
  // CMYK has no numbers to keep: without a profile libvips uses its own.
  const own = is16Bit ? await decodeRgba16(bytes, true) : await decodeRgba(bytes, !isCmyk);
  const converted = icc && !isCmyk ? await followProfile(bytes, space, is16Bit) : own;
  const isConverted = differ(own.rgba, converted.rgba);
  const notes: Array<UpscaleNote | false> = [
    (pages > 1 || (mediaType === "image/png" && isAnimatedPng(bytes))) && "first_frame",
    (isConverted || isCmyk) && "to_srgb",
    is16Bit && "to_8_bits",
    orientation > 1 && "turned_upright",
  ];
  const jpeg = isConverted || orientation > 1 ? undefined : readJpegTables(bytes);
  return {
    pixels: { ...(isConverted ? converted : own), ...(jpeg ? { jpeg } : {}) },
    notes: notes.filter((note) => note !== false),
  };
}

async function followProfile(bytes: Uint8Array, space: string | undefined, is16Bit: boolean): Promise<Pixels> {
  if (!is16Bit) return decodeRgba(bytes);
  return space === "grey16" ? decodeRgba(await reduceGrey16(bytes)) : decodeRgba16(bytes, false);
}

const differ = (a: Uint8Array, b: Uint8Array): boolean =>
  a !== b && a.some((value, at) => Math.abs(value - b[at]!) > profileToleranceLevels);

/** An APNG declares its animation before its first pixels, which are its first frame or a still image for other readers. */
function isAnimatedPng(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 8; at + 8 <= bytes.length; at += 12 + view.getUint32(at)) {
    const type = view.getUint32(at + 4);
    if (type === 0x6163_544c) return true; // acTL
    if (type === 0x4944_4154) return false; // IDAT
  }
  return false;
}
