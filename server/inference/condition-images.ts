/**
 * The images that a request names, decoded for the inference child: uploads by their digest and inline drawings by the digest
 * of their text. Decoded planes are kept by content, least recently used first out, because an edit is tried in many variants.
 */
import { AppError } from "../../shared/problem.ts";
import { drawingsIn, type Sourced, unknownUpload, uploadsIn } from "../../shared/request-sources.ts";
import { decodeFitted, renderSvg } from "../images/codec.ts";
import { LruCache } from "../platform/lru-cache.ts";
import { keyOfDrawing, keyOfSketch } from "./condition-values.ts";
import type { ConditionImages } from "./protocol.ts";

/** Side of decoded sketches: a small drawing on a large sheet must still have its lines when the expert finds and enlarges it. */
const sketchPx = 512;

/** Reads the bytes of an upload, or undefined when they are not here. */
export type ReadUpload = (digest: string) => Promise<Uint8Array | undefined>;

/** Decodes what requests name: images at the size of their target, sketches at one of their own. */
export type ConditionImageLoader = (request: Sourced, sizePx: number) => Promise<ConditionImages>;

/**
 * A loader with a memory of `keptMax` decoded images.
 * @param drawSvg draws inline drawings; a server's does so where a hostile one can be ended
 * @returns a function that throws AppError `image_unknown` for an upload that is not here, `image_rejected` for one that
 * can't be decoded, each naming the field
 */
export function createConditionImageLoader(
  read: ReadUpload,
  keptMax: number,
  drawSvg: typeof renderSvg = renderSvg,
): ConditionImageLoader {
  const kept = new LruCache<Promise<Float32Array>>(keptMax);
  const decodeUpload = async (digest: string, sizePx: number, field: string): Promise<Float32Array> => {
    const bytes = await read(digest);
    if (!bytes) throw unknownUpload(field, digest);
    return decodeFitted(bytes, sizePx).catch((error: unknown) => {
      throw error instanceof AppError
        ? new AppError(error.code, `${field}: ${error.message}`, { field, cause: error })
        : error;
    });
  };

  return async (request, sizePx) => {
    const sources = [
      ...uploadsIn(request).map(({ field, digest }) =>
        field.endsWith(".sketch.image")
          ? { key: keyOfSketch(digest), side: sketchPx, decode: () => decodeUpload(digest, sketchPx, field) }
          : { key: digest, side: sizePx, decode: () => decodeUpload(digest, sizePx, field) },
      ),
      ...drawingsIn(request).map(({ field, svg }) => ({
        key: keyOfDrawing(svg),
        side: sketchPx,
        decode: () => drawSvg(svg, sketchPx, field),
      })),
    ];
    const entries = sources.map(async ({ key, side, decode }) => {
      const keptKey = `${key}@${side}`;
      const planes = kept.once(keptKey, decode);
      // An upload that is missing now may be there for the next request.
      planes.catch(() => kept.delete(keptKey));
      return [key, { planes: await planes, sizePx: side }] as const;
    });
    return new Map(await Promise.all(entries));
  };
}
