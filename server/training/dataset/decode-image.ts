/** Pictures of a folder of training images as planes. */
import { decodeFitted, mediaTypeOf, renderSvg } from "../../images/codec.ts";
import { inUsualInk } from "../../images/svg.ts";
import { isSvg } from "./captions-of-folder.ts";

/**
 * Premultiplied RGBA planes [4, sizePx, sizePx], as `decodeFitted`. An SVG is drawn at that size; what takes the colour of the text around it is in the usual
 * ink.
 * @param file its name
 * @throws AppError `unsupported_media`, `image_rejected`
 */
export async function decodeImage(bytes: Uint8Array, file: string, sizePx: number): Promise<Float32Array> {
  if (isSvg(file)) return renderSvg(inUsualInk(Buffer.from(bytes).toString("utf8")), sizePx, "image");
  mediaTypeOf(bytes);
  return decodeFitted(bytes, sizePx);
}
