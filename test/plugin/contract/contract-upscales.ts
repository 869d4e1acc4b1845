/**
 * Uploads and upscales of the contract server: sizes come from the PNG's header, pictures are real PNGs of the enlarged
 * size, requests are refused as the contract says.
 */
import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type ImageUpload, ImageUploadSchema } from "../../../shared/contract/upload.ts";
import { enlargedSize } from "../../../shared/contract/upscale-scales.ts";
import {
  requireFits,
  type Upscale,
  type UpscaleImage,
  UpscaleRequestSchema,
  UpscaleSchema,
  type UpscaleStage,
} from "../../../shared/contract/upscaling.ts";
import { AppError } from "../../../shared/problem.ts";
import { drawPng } from "../png.ts";
import { JobLog, type Pace, readBody, sendError, sendJson, sendProblem } from "./contract-jobs.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const pngOf = ({ images }: Upscale, index: number): Buffer | undefined => {
  const image = images[index];
  return image === undefined ? undefined : drawPng(image.seed ?? 0, image.widthPx);
};

export function createUpscales(packDigest: string, pace: Pace<Upscale>) {
  const uploads = new Map<string, ImageUpload>();
  const log = new JobLog<Upscale>("upscale", UpscaleSchema, pngOf);

  async function upload(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const bytes = await readBody(request);
    const size = { widthPx: bytes.readUInt32BE(16), heightPx: bytes.readUInt32BE(20) };
    const stored = { digest: sha256(bytes), ...size, mediaType: "image/png" as const, bytes: bytes.length };
    uploads.set(stored.digest, ImageUploadSchema.parse(stored));
    sendJson(response, 201, stored);
  }

  async function start(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = UpscaleRequestSchema.safeParse(JSON.parse((await readBody(request)).toString()));
    if (!body.success) return sendProblem(response, "invalid_request");
    const image = uploads.get(body.data.image);
    if (image === undefined) return sendProblem(response, "image_unknown");
    try {
      requireFits(image, body.data);
    } catch (error) {
      if (error instanceof AppError) return sendError(response, error);
      throw error;
    }
    const id = randomUUID();
    const tiles = body.data.count * 4;
    const job: Upscale = {
      id,
      state: "queued",
      request: { ...body.data, seed: body.data.seed ?? 7 },
      packDigest,
      createdAt: new Date().toISOString(),
      progress: { stage: "waiting", completed: 0, total: 0, position: 1 },
      notes: [],
      images: [],
    };
    const running =
      (stage: UpscaleStage, completed: number, total: number) =>
      (now: Upscale): Upscale => ({
        ...now,
        state: "running",
        progress: { stage, completed, total },
      });
    log.accept(response, job, pace, [
      running("decoding", 0, 0),
      running("upscaling", 1, tiles),
      running("upscaling", tiles, tiles),
      running("storing", tiles, tiles),
      (now) => ({
        ...now,
        state: "done",
        progress: { stage: "finished", completed: tiles, total: tiles },
        images: imagesOf(now, image),
        finishedAt: new Date().toISOString(),
      }),
    ]);
  }

  /** False when the path belongs to others. */
  function route(pathname: string, request: IncomingMessage, response: ServerResponse): boolean {
    if (request.method === "POST" && pathname === "/v1/images") void upload(request, response);
    else if (request.method === "POST" && pathname === "/v1/upscales") void start(request, response);
    else return log.route(pathname, request, response);
    return true;
  }

  return { uploads, upscales: log.jobs, route };
}

function imagesOf({ id, request }: Upscale, image: ImageUpload): UpscaleImage[] {
  const size = enlargedSize(image, request);
  return Array.from({ length: request.count + (request.variance ? 1 : 0) }, (_, index) => {
    const seed = (request.seed + index) % 2 ** 32;
    const isMap = index === request.count;
    const png = drawPng(isMap ? 0 : seed, size.widthPx);
    return {
      index,
      ...(isMap
        ? { kind: "variance" as const, meanDeviation: 3, brightestDeviation: 12 }
        : { kind: "hypothesis" as const, seed, lrPsnrDb: 52 }),
      ...size,
      sha256: sha256(png),
      bytes: png.length,
      path: `/v1/upscales/${id}/images/${index}.png`,
    };
  });
}
