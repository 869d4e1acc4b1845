/**
 * Image files ↔ pixels; the only importer of sharp. Input is checked by its first bytes and its header before decoding, then
 * decoded within limits of pixels, channels and time. Output is always PNG with unpremultiplied alpha.
 */
import sharp, { type Metadata, type Sharp } from "sharp";
import type { ImageUpload } from "../../shared/contract/upload.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import type { Pixels } from "../engine/interfaces.ts";
import { toPremultipliedPlanes } from "../engine/pixels/pixels.ts";
import { shrinkIntoSquare } from "./fit-square.ts";
import { requirePlainSvg } from "./svg.ts";

/** Longer decoding means a hostile file, not a large one. */
const decodeTimeoutSeconds = 5;

const signatures: ReadonlyArray<{ readonly mediaType: ImageUpload["mediaType"]; matches(bytes: Uint8Array): boolean }> =
  [
    { mediaType: "image/png", matches: (bytes) => startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) },
    { mediaType: "image/jpeg", matches: (bytes) => startsWith(bytes, [0xff, 0xd8, 0xff]) },
    { mediaType: "image/gif", matches: (bytes) => startsWith(bytes, [0x47, 0x49, 0x46, 0x38]) },
    {
      mediaType: "image/webp",
      matches: (bytes) =>
        startsWith(bytes, [0x52, 0x49, 0x46, 0x46]) && startsWith(bytes.subarray(8), [0x57, 0x45, 0x42, 0x50]),
    },
  ];

const startsWith = (bytes: Uint8Array, prefix: readonly number[]): boolean =>
  prefix.every((value, index) => bytes[index] === value);

/** Opens an image with libvips' guards: at most the pixels of the largest allowed image, warnings are errors, one page. */
const open = (bytes: Uint8Array, ignoreIcc = false) =>
  sharp(bytes, {
    limitInputPixels: limits.imageMaxSidePx ** 2,
    failOn: "warning",
    pages: 1,
    sequentialRead: true,
    ignoreIcc,
  }).timeout({ seconds: decodeTimeoutSeconds });

/**
 * Size and type of an image file, upright by its EXIF orientation, after a full bounded decode that finds truncation and damage.
 * @throws AppError `unsupported_media` for other types, `image_rejected` for damaged or too large files
 */
export async function probeImage(
  bytes: Uint8Array,
): Promise<{ widthPx: number; heightPx: number; mediaType: ImageUpload["mediaType"] }> {
  const mediaType = mediaTypeOf(bytes);
  const { width, height } = (await readHeader(bytes)).autoOrient;
  await whole(() => open(bytes).stats());
  return { widthPx: width, heightPx: height, mediaType };
}

/** The header of a file whose size is allowed; decodes no pixel. @throws AppError `image_rejected` */
export async function readHeader(bytes: Uint8Array): Promise<Metadata> {
  const header = await reject(() => sharp(bytes, { limitInputPixels: false }).metadata(), "a readable header");
  const { width, height } = header;
  if (width > limits.imageMaxSidePx || height > limits.imageMaxSidePx) {
    const [expected, received] = [
      `at most ${limits.imageMaxSidePx} × ${limits.imageMaxSidePx} px`,
      `${width} × ${height} px`,
    ];
    throw new AppError("image_rejected", `image: expected ${expected}, got ${received}`, {
      field: "image",
      expected,
      received,
    });
  }
  return header;
}

/** The type of an image file by its first bytes, without decoding. @throws AppError `unsupported_media` for other types */
export function mediaTypeOf(bytes: Uint8Array): ImageUpload["mediaType"] {
  const known = signatures.find(({ matches }) => matches(bytes));
  if (known) return known.mediaType;
  throw new AppError(
    "unsupported_media",
    "image: expected PNG, JPEG, WebP or GIF by its first bytes, got something else",
    {
      field: "image",
      expected: "PNG, JPEG, WebP or GIF",
      received: `bytes that begin with ${[...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")}`,
    },
  );
}

async function reject<T>(work: () => Promise<T>, expected: string, field = "image"): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    const received = cause instanceof Error ? cause.message.split("\n")[0]! : String(cause);
    throw new AppError("image_rejected", `${field}: expected ${expected}, got: ${received}`, {
      field,
      expected,
      received,
      cause,
    });
  }
}

const whole = <T>(work: () => Promise<T>): Promise<T> => reject(work, "a complete, undamaged file");

/** Planes of a picture that libvips fits into the square: one to enlarge, or an SVG, which it draws at the final size. */
async function fittedByLibrary(image: Sharp, sizePx: number): Promise<Float32Array> {
  const background = { r: 0, g: 0, b: 0, alpha: 0 };
  const fitted = image.ensureAlpha().resize({ width: sizePx, height: sizePx, fit: "contain", background });
  return toPremultipliedPlanes((await rgbaOf(fitted)).rgba, sizePx);
}

/**
 * Side to which libvips shrinks larger pictures first, so that only some megabytes of pixels are processed. Eight times the
 * square's side hides the effect of its kernel; for large squares it is less.
 */
const coarsePx = (sizePx: number): number => Math.max(2 * sizePx, Math.min(8 * sizePx, 1024));

/**
 * Planes of a pixel picture. The decoders of WebP and JPEG must not shrink by their own filters, or the same picture would give
 * other pixels than as PNG; for JPEG libvips does so anyway from four times the coarse side on.
 */
async function fitted(image: Sharp, sizePx: number): Promise<Float32Array> {
  const side = coarsePx(sizePx);
  const coarse = {
    width: side,
    height: side,
    fit: "inside",
    withoutEnlargement: true,
    fastShrinkOnLoad: false,
  } as const;
  const pixels = await rgbaOf(image.resize(coarse));
  const { rgba, widthPx, heightPx } = pixels;
  if (Math.max(widthPx, heightPx) >= sizePx) return shrinkIntoSquare(pixels, sizePx);
  return fittedByLibrary(sharp(rgba, { raw: { width: widthPx, height: heightPx, channels: 4 } }), sizePx);
}

/** Unpremultiplied 8-bit sRGB with alpha. */
async function rgbaOf(image: Sharp): Promise<Pixels> {
  const { data, info } = await image
    .toColourspace("srgb")
    .ensureAlpha()
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  return { rgba: data, widthPx: info.width, heightPx: info.height };
}

/**
 * An image file as input of experts: premultiplied RGBA planes [4, sizePx, sizePx] in [0, 1], sRGB, upright by its EXIF
 * orientation, the first frame of an animation; the whole image scaled to fit, with a transparent border.
 * @throws AppError `image_rejected`
 */
export const decodeFitted = (bytes: Uint8Array, sizePx: number): Promise<Float32Array> =>
  whole(() => fitted(open(bytes).rotate(), sizePx));

/** Density of SVG: a drawing of 96 px is one inch; sharp treats this density as scale 1. */
const svgDensity = 72;

/**
 * An SVG drawing in the form of `decodeFitted`, rendered at the requested size on transparency.
 * @throws AppError `image_rejected` for anything but plain strokes and shapes (server/images/svg.ts)
 */
export async function renderSvg(text: string, sizePx: number, field = "svg"): Promise<Float32Array> {
  requirePlainSvg(text, field);
  const bytes = Buffer.from(text);
  const options = { limitInputPixels: limits.imageMaxSidePx ** 2, failOn: "warning" } as const;
  const draw = async (): Promise<Float32Array> => {
    const sideAt = async (density: number): Promise<number> => {
      const { width, height } = await sharp(bytes, { ...options, density }).metadata();
      return Math.max(width, height);
    };
    const scale = sizePx / (await sideAt(svgDensity));
    const densityOf = (factor: number): number => Math.min(100_000, Math.max(1, svgDensity * factor));
    // The density scales millimetres and the like twice, once as units and once as all else. Sides are rounded.
    const overPx = (await sideAt(densityOf(scale))) / sizePx;
    const isOfUnits = Math.abs(Math.log(overPx / scale)) < Math.abs(Math.log(overPx));
    const density = densityOf(isOfUnits ? Math.sqrt(scale) : scale);
    return fittedByLibrary(sharp(bytes, { ...options, density }).timeout({ seconds: decodeTimeoutSeconds }), sizePx);
  };
  return reject(draw, "an SVG that can be drawn", field);
}

/** A drawing of our own as pixels, at the size that it states; its words in the fonts of this machine. Never for a drawing from elsewhere. */
export const rasterise = (svg: string): Promise<Pixels> => rgbaOf(sharp(Buffer.from(svg)));

/** The colours of opaque pixels as a JPEG of this quality, chroma halved below 90 as most encoders do. */
export const encodeJpeg = ({ rgba, widthPx, heightPx }: Pixels, quality: number): Promise<Uint8Array> =>
  sharp(rgba, { raw: { width: widthPx, height: heightPx, channels: 4 } })
    .removeAlpha()
    .jpeg({ quality, chromaSubsampling: quality < 90 ? "4:2:0" : "4:4:4" })
    .toBuffer();

/**
 * Unpremultiplied 8-bit RGBA [height, width, 4] → PNG. Settings are fixed, so equal pixels and attribution give equal bytes.
 * @param attribution whose drawings it was made from; the file says it as its EXIF copyright
 */
export async function encodePng(
  rgba: Uint8Array,
  widthPx: number,
  heightPx: number,
  attribution?: string,
): Promise<Uint8Array> {
  const raw = { width: widthPx, height: heightPx, channels: 4 } as const;
  const image = sharp(rgba, { raw }).png({ compressionLevel: 6, adaptiveFiltering: false, palette: false });
  if (attribution !== undefined) image.withExif({ IFD0: { Copyright: attribution } });
  return image.toBuffer();
}

/** Opaque 8-bit RGBA [height, width, 4] → PNG, with a generated SVG composited over it. */
export async function encodeFigure(
  rgba: Uint8Array,
  widthPx: number,
  heightPx: number,
  overlaySvg?: string,
): Promise<Uint8Array> {
  const image = sharp(rgba, { raw: { width: widthPx, height: heightPx, channels: 4 } });
  if (overlaySvg !== undefined) image.composite([{ input: Buffer.from(overlaySvg), left: 0, top: 0 }]);
  return image.removeAlpha().png({ compressionLevel: 9, palette: true, colours: 256 }).toBuffer();
}

/**
 * Unpremultiplied 8-bit sRGB with alpha, upright by its EXIF orientation.
 * @param ignoreProfile keeps the numbers despite an embedded colour profile; CMYK is converted anyway
 * @throws AppError `image_rejected`
 */
export const decodeRgba = (bytes: Uint8Array, ignoreProfile = false): Promise<Pixels> =>
  whole(() => rgbaOf(open(bytes, ignoreProfile).rotate()));

/**
 * `decodeRgba` for 16 bits a channel: rounds each value to 8 bits where libvips would truncate.
 * @param ignoreProfile must be true without an embedded profile, and for grey, whose profile libvips reads in 8 bits only
 */
export async function decodeRgba16(bytes: Uint8Array, ignoreProfile: boolean): Promise<Pixels> {
  const image = open(bytes, ignoreProfile).rotate().toColourspace("rgb16").ensureAlpha().raw({ depth: "ushort" });
  // libvips processes 16 bits in P3 and stays there unless a target is given.
  if (!ignoreProfile) image.withIccProfile("srgb");
  const { data, info } = await whole(() => image.toBuffer({ resolveWithObject: true }));
  const values = new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2);
  const rgba = new Uint8Array(values.length);
  // 65535 = 257 · 255
  for (let at = 0; at < rgba.length; at += 1) rgba[at] = Math.round(values[at]! / 257);
  return { rgba, widthPx: info.width, heightPx: info.height };
}

/** A 16-bit grey file as an 8-bit PNG, upright, with its profile. @throws AppError `image_rejected` */
export const reduceGrey16 = (bytes: Uint8Array): Promise<Uint8Array> =>
  // libvips drops the lower byte of v · 256 / 257 + 128: v / 257, rounded.
  whole(() =>
    open(bytes)
      .rotate()
      .linear(256 / 257, 128)
      .toColourspace("b-w")
      .keepIccProfile()
      .png()
      .toBuffer(),
  );

/**
 * `decodeRgba` of a local picture, which the command line measures; it may be larger than any upload. @throws AppError
 * `image_rejected`
 */
export const decodeLocalRgba = (bytes: Uint8Array): Promise<Pixels> =>
  whole(() => rgbaOf(sharp(bytes, { limitInputPixels: false, failOn: "error", pages: 1 }).rotate()));
