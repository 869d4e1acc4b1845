/**
 * The work of the inference child, independent of its process: the loaded translations and the upscaler behind four methods
 * (generate, invert, drawings, upscale), and the warm-up before them.
 */
import { type FlowConditionName, fieldOf } from "../../shared/contract/conditions.ts";
import type { DrawingsRequest, FittingDrawing } from "../../shared/contract/generations/drawings.ts";
import type { InversionRequest } from "../../shared/contract/generations/inversion.ts";
import { AppError } from "../../shared/problem.ts";
import { type ConditionValues, encodeConditions } from "../engine/conditions.ts";
import type { ConditionValue, Upscaler } from "../engine/interfaces.ts";
import { decodeImage, drawLatents, type Translation } from "../engine/translation.ts";
import { yieldToEventLoop } from "../platform/yield-to-event-loop.ts";
import { createUpscaleQueue, requireUpscaler, type UpscaleJob } from "../upscaling/upscale-queue.ts";
import { Batcher, type BatchJob } from "./batcher.ts";
import { decodeHere, type ImageDecoder } from "./decoding/image-decoder.ts";
import { fittingDrawings } from "./drawings/fitting-drawings.ts";
import { generateEnlarged } from "./generate-enlarged.ts";
import { runInversion } from "./inversion.ts";
import type { Drawn } from "./messages.ts";
import type { ConditionImages, InversionResult } from "./protocol.ts";

export interface InferenceService {
  /**
   * Generates all images of a request, enlarged on request.
   * @throws AppError `translation_unknown`, `pack_unavailable`, `cancelled`, `invalid_request`, or an expert's own error
   */
  generate(job: BatchJob): Promise<void>;
  /** @throws AppError `translation_unknown`, `cancelled`, or an expert's own error */
  invert(request: InversionRequest, images: ConditionImages, signal: AbortSignal): Promise<InversionResult>;
  /** Drawings that a caption may start from. @throws as `invert`, and `caption_unknown` where none fit */
  drawings(request: DrawingsRequest, images: ConditionImages, signal: AbortSignal): Promise<FittingDrawing[]>;
  /** @throws AppError `pack_unavailable` without an upscaler, `upscale_too_large`, `cancelled` */
  upscale(job: UpscaleJob): Promise<void>;
  /** Runs of a flow and their images since the last call. */
  takeDrawn(): Drawn;
}

/**
 * @param batchRows rows of one run of a flow
 * @param upscaler the packs' upscaler, if any
 * @param now milliseconds since any moment; by it upscales give way to generations
 * @param decoder who decodes what flows draw
 */
export function createService(
  translations: readonly Translation[],
  batchRows: number,
  upscaler?: Upscaler | undefined,
  now = () => performance.now(),
  decoder: ImageDecoder = decodeHere,
): InferenceService {
  const batcher = new Batcher(batchRows, decoder);
  const byId = new Map(translations.map((translation) => [translation.id, translation]));
  const find = (id: string): Translation => {
    const translation = byId.get(id);
    if (translation) return translation;
    const expected = [...byId.keys()].join(", ");
    const message = `translation: expected one of ${expected}; got "${id}"`;
    throw new AppError("translation_unknown", message, { field: "translation", expected, received: id });
  };
  let drawing = 0;
  // Generations take moments, upscales minutes. A generation with enlarging takes as long as an upscale, so it has no priority.
  const drawUpscale = createUpscaleQueue(() => drawing > 0, now);

  /** Runs work on large pictures, which needs the memory of the decoder's threads. */
  async function withMemory(work: () => Promise<void>): Promise<void> {
    const release = decoder.holdBack?.();
    try {
      await work();
    } finally {
      release?.();
    }
  }

  async function draw(translation: Translation, job: BatchJob): Promise<void> {
    drawing += 1;
    try {
      await batcher.generate(translation, job);
    } finally {
      drawing -= 1;
    }
  }

  return {
    async generate(job) {
      const { translation: id, upscale: scale } = job.request;
      const translation = find(id);
      if (scale === undefined) return draw(translation, job);
      const found = requireUpscaler(upscaler, "upscale");
      return withMemory(() => generateEnlarged(found, scale, job, (drawn) => draw(translation, drawn)));
    },
    async invert(request, images, signal) {
      const translation = find(request.translation);
      await yieldToEventLoop();
      if (signal.aborted) throw new AppError("cancelled", "inversion: cancelled before it began");
      return runInversion(translation, request, images);
    },
    async drawings(request, images, signal) {
      const translation = find(request.translation);
      await yieldToEventLoop();
      if (signal.aborted) throw new AppError("cancelled", "drawings: cancelled before they were looked for");
      return fittingDrawings(translation, request, images);
    },
    upscale: (job) => withMemory(() => drawUpscale(requireUpscaler(upscaler, "scale"), job)),
    takeDrawn: () => batcher.takeDrawn(),
  };
}

/** Runs every session of a translation once, so that the runtime plans its memory before the first request. */
export async function warmUp(translation: Translation): Promise<void> {
  const { flow, target, conditions } = translation;
  const pixels = target.imageSizePx ** 2;
  // A black bar, because the sketch expert refuses an empty drawing.
  const planes = new Float32Array(4 * pixels).fill(1, 3 * pixels, 3.25 * pixels);
  const values: Partial<Record<FlowConditionName, ConditionValue>> = {};
  for (const { name } of conditions) {
    const value = sampleOf(name, planes, target.imageSizePx);
    if (value) values[name] = value;
  }
  const encoded = await encodeConditions(translation, values satisfies ConditionValues);
  await target.encode(planes, 1).catch((error: unknown) => {
    // A generator without encoder reads no images, which is no error.
    if (!(error instanceof AppError) || error.code !== "invalid_request") throw error;
  });
  const row = { residual: new Float32Array(flow.dims), conditions: encoded, guidance: [] };
  const [drawn] = await drawLatents(translation, [row]);
  await decodeImage(translation, drawn!);
}

/** The most expensive value of an expert; none for labels and colours, which cost nothing. */
function sampleOf(name: FlowConditionName, planes: Float32Array, sizePx: number): ConditionValue | undefined {
  const field = fieldOf(name);
  if (field === "label" || field === "style" || field === "colours") return undefined;
  // The longest text that fits, because a session keeps the memory of its largest run.
  if (field === "caption") return { kind: "text", text: "warm up ".repeat(60).trim() };
  const image = { kind: "image" as const, planes, sizePx, key: "warm up" };
  return name === "drawing-style" ? { kind: "images", images: [image] } : image;
}
