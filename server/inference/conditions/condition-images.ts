/**
 * Decodes the images of a request for the inference child: uploads by their digest, inline drawings by the digest of their
 * text. Decoded planes are cached by content (LRU), because an edit is tried in many variants.
 */

import type { PartialCondition } from "../../../shared/contract/conditions.ts";
import {
  drawingsIn,
  type Sourced,
  unknownUpload,
  uploadsIn,
} from "../../../shared/contract/generations/request-sources.ts";
import { AppError } from "../../../shared/problem.ts";
import { decodeFitted, renderSvg } from "../../images/codec.ts";
import { inUsualInk } from "../../images/svg.ts";
import { PromiseCache } from "../../platform/lru-cache.ts";
import type { ConditionImages } from "../protocol.ts";
import { keyOfDrawing, keyOfSketch, keyOfVectorDrawing } from "./condition-values.ts";

/** Side of decoded sketches: a small drawing on a large sheet must keep its lines until the expert finds and enlarges it. */
const sketchPx = 512;

/** Reads the bytes of an upload; undefined if it is not stored. */
export type ReadUpload = (digest: string) => Promise<Uint8Array | undefined>;

/** Decodes the images of a request: at the size of its target, sketches at `sketchPx`. */
export type ConditionImageLoader = (request: Sourced, sizePx: number) => Promise<ConditionImages>;

/**
 * A loader that caches `keptMax` decoded images.
 * @param drawSvg draws inline drawings; a server uses a process that can be ended
 * @returns a function that throws AppError `image_unknown` for an upload that is not stored and `image_rejected` for one that
 *   can't be decoded, or shall be drawn again and shows nothing, each naming the field
 */
export function createConditionImageLoader(
  read: ReadUpload,
  keptMax: number,
  drawSvg: typeof renderSvg = renderSvg,
): ConditionImageLoader {
  const kept = new PromiseCache<Float32Array>(keptMax);
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
          ? { field, key: keyOfSketch(digest), side: sketchPx, decode: () => decodeUpload(digest, sketchPx, field) }
          : { field, key: digest, side: sizePx, decode: () => decodeUpload(digest, sizePx, field) },
      ),
      ...drawingsIn(request).map(({ field, svg }) => {
        const isSketch = field.endsWith(".sketch.svg");
        const [key, side] = isSketch ? [keyOfDrawing(svg), sketchPx] : [keyOfVectorDrawing(svg), sizePx];
        return { field, key, side, decode: () => drawSvg(isSketch ? svg : inUsualInk(svg), side, field) };
      }),
    ];
    const entries = sources.map(async ({ field, key, side, decode }) => {
      // A missing upload may be stored by the next request: what failed is not kept.
      const decoded = await kept.once(`${key}@${side}`, decode);
      if (isRedrawn(field, request) && showsNothing(decoded)) throw nothingIn(field);
      return [key, { planes: decoded, sizePx: side }] as const;
    });
    return new Map(await Promise.all(entries));
  };
}

/** Whether an answer keeps what the image of a field shows. With a mask, what is painted comes from elsewhere. */
const isRedrawn = (field: string, request: Sourced): boolean =>
  field === "keepResidualOf.image" ||
  (/^condition\.drawing\.(?:image|svg)$/.test(field) && drawingOf(request)?.mask === undefined);

const drawingOf = ({ condition }: { readonly condition: PartialCondition }) => condition.drawing;

/** Least difference of a channel by which something is seen: more than a file's rounding. */
const seenFrom = 3 / 255;

/** Whether premultiplied planes [4, n, n] are transparent, or of one colour, all over. */
function showsNothing(planes: Float32Array): boolean {
  const pixelCount = planes.length / 4;
  for (let plane = 0; plane < 4; plane += 1) {
    const values = planes.subarray(plane * pixelCount, (plane + 1) * pixelCount);
    const first = values[0]!;
    if (values.some((value) => Math.abs(value - first) >= seenFrom)) return false;
  }
  return true;
}

function nothingIn(field: string): AppError {
  const [expected, received] = ["an image that shows something", "one that is transparent or of one colour all over"];
  return new AppError("image_rejected", `${field}: expected ${expected}, got ${received}`, {
    field,
    expected,
    received,
  });
}
