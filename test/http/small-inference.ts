/**
 * An InferenceClient in miniature, in this process: draws real, deterministic RGBA pixels from the seed. The only double
 * of these tests; the real child is tested in test/model and test/e2e.
 */

import type {
  ConditionImages,
  GenerateHandlers,
  InferenceClient,
  InversionResult,
  ReadyInfo,
} from "../../server/inference/protocol.ts";
import type { UpscaleHandlers } from "../../server/upscaling/upscale-queue.ts";
import type { DrawingsRequest, FittingDrawing } from "../../shared/contract/generations/drawings.ts";
import type { OutOfDistribution } from "../../shared/contract/generations/generation.ts";
import type { ResolvedRequest } from "../../shared/contract/generations/generation-request.ts";
import type { InversionRequest } from "../../shared/contract/generations/inversion.ts";
import { enlargedSize, type UpscaleTarget } from "../../shared/contract/upscale-scales.ts";
import { type ResolvedUpscale, temperatureOf } from "../../shared/contract/upscaling.ts";
import { AppError } from "../../shared/problem.ts";

export const sidePx = 16;

/** Stripes whose colours depend on the seed alone, with a transparent corner. */
export function drawPixels(seed: number): Uint8Array {
  const rgba = new Uint8Array(sidePx * sidePx * 4);
  for (let pixel = 0; pixel < sidePx * sidePx; pixel++) {
    const value = Math.imul(seed ^ (pixel >> 2), 2_654_435_761) >>> 0;
    rgba.set([value & 255, (value >>> 8) & 255, (value >>> 16) & 255, pixel < 8 ? 0 : 255], pixel * 4);
  }
  return rgba;
}

type Pixels = Parameters<InferenceClient["upscale"]>[1];

/** Every pixel as a square of its own; with detail, a lighter or darker one by the seed. */
export function enlargePixels(image: Pixels, target: UpscaleTarget, detail: number, seed: number): Pixels {
  const { rgba, widthPx, heightPx } = image;
  const large = enlargedSize(image, target);
  const enlarged = new Uint8Array(large.widthPx * large.heightPx * 4);
  for (let y = 0; y < large.heightPx; y++)
    for (let x = 0; x < large.widthPx; x++) {
      const from =
        (Math.floor((y * heightPx) / large.heightPx) * widthPx + Math.floor((x * widthPx) / large.widthPx)) * 4;
      const shift = Math.round(temperatureOf(detail) * (((Math.imul(seed + x + 1, y + 1) >>> 0) % 5) - 2));
      const [red, green, blue, alpha] = rgba.subarray(from, from + 4);
      const shifted = [red!, green!, blue!].map((value) => Math.min(255, Math.max(0, value + shift)));
      enlarged.set([...shifted, alpha!], (y * large.widthPx + x) * 4);
    }
  return { ...large, rgba: enlarged };
}

export class SmallInference implements InferenceClient {
  ready: ReadyInfo | undefined;
  /** Requests that began, for asserting attempts. */
  readonly begun: ResolvedRequest[] = [];
  /** Upscales that began, and the pixels that came with each. */
  readonly enlarged: ResolvedUpscale[] = [];
  readonly pixels: Pixels[] = [];
  /** Images that came with each of the generations. */
  readonly given: ConditionImages[] = [];
  /** What the next requests are said to be out of the distribution of. */
  outOfDistribution: readonly OutOfDistribution[] = [];
  /** While set, every image and inversion waits for it. */
  gate: Promise<void> | undefined;
  /** Next attempts fail with these. */
  readonly faults: Error[] = [];
  /** Inversions that run, and the most that ever ran at once. */
  inverting = 0;
  mostInverting = 0;

  constructor(isReady = true) {
    if (isReady) this.becomeReady();
  }

  becomeReady(): ReadyInfo {
    this.ready = { provider: "cpu", packs: [], startMs: 1, pid: process.pid };
    return this.ready;
  }

  start(): Promise<ReadyInfo> {
    return Promise.resolve(this.becomeReady());
  }

  async generate(
    request: ResolvedRequest,
    handlers: GenerateHandlers,
    images: ConditionImages = new Map(),
  ): Promise<void> {
    this.begun.push(request);
    this.given.push(images);
    const cancelled = this.cancelOf(handlers.signal);
    if (this.outOfDistribution.length > 0)
      handlers.onFindings?.({ outOfDistribution: this.outOfDistribution, namedLabels: [] });
    handlers.onProgress?.({ stage: "translating", completed: 0, total: request.count });
    for (let index = 0; index < request.count; index++) {
      await Promise.race([this.gate ?? new Promise((resolve) => setImmediate(resolve)), cancelled]);
      const fault = this.faults.shift();
      if (fault) throw fault;
      const seed = (request.seed + index) % 2 ** 32;
      const about = { index, seed, logLikelihood: -12.5, natsPerDimension: 1.25, conditionGain: 2.5 };
      const drawn = { widthPx: sidePx, heightPx: sidePx, rgba: drawPixels(seed) };
      await handlers.onImage({
        ...about,
        ...(request.upscale ? enlargePixels(drawn, { scale: request.upscale }, 0, seed) : drawn),
      });
    }
  }

  /** v = z: the mean of each plane of the image, twice. */
  async invert({ image }: InversionRequest, images: ConditionImages, signal?: AbortSignal): Promise<InversionResult> {
    this.inverting += 1;
    this.mostInverting = Math.max(this.mostInverting, this.inverting);
    try {
      await Promise.race([this.gate, this.cancelOf(signal)]);
      const fault = this.faults.shift();
      if (fault) throw fault;
      const { planes } = images.get(image)!;
      const latent = [0, 1, 2, 3].map((plane) => {
        const values = planes.subarray((plane * planes.length) / 4, ((plane + 1) * planes.length) / 4);
        return values.reduce((sum, value) => sum + value, 0) / values.length;
      });
      const likelihood = { logLikelihood: -12.5, natsPerDimension: 1.25, conditionGain: 2.5 };
      const checks = { roundTripError: 0, reconstructionPsnrDb: 30 };
      return {
        latent,
        residual: latent,
        ...likelihood,
        ...checks,
        outOfDistribution: [...this.outOfDistribution],
        namedLabels: [],
      };
    } finally {
      this.inverting -= 1;
    }
  }

  /** As many as are asked for, called as the caption is; none of a zorgle. */
  async drawings({ condition: { caption }, count }: DrawingsRequest): Promise<FittingDrawing[]> {
    const fault = this.faults.shift();
    if (fault) throw fault;
    if (caption === "zorgle") {
      const detail = { field: "condition.caption", expected: "words that name a drawing", received: caption };
      throw new AppError("caption_unknown", `${detail.field}: expected ${detail.expected}, got ${caption}`, detail);
    }
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M1 1h6v6H1z"/></svg>';
    return Array.from({ length: count }, (_, at) => ({ id: `set-${at}:${caption}`, icon: caption, svg }));
  }

  /** Two tiles a hypothesis. */
  async upscale(request: ResolvedUpscale, image: Pixels, handlers: UpscaleHandlers): Promise<void> {
    this.enlarged.push(request);
    this.pixels.push(image);
    const cancelled = this.cancelOf(handlers.signal);
    const { detail, count } = request;
    const total = 2 * count;
    for (let index = 0; index < count; index++) {
      handlers.onProgress?.({ completed: 2 * index + 1, total });
      await Promise.race([this.gate ?? new Promise((resolve) => setImmediate(resolve)), cancelled]);
      const fault = this.faults.shift();
      if (fault) throw fault;
      handlers.onProgress?.({ completed: 2 * index + 2, total });
      const seed = (request.seed + index) % 2 ** 32;
      const pixels = enlargePixels(image, request, detail, seed);
      await handlers.onImage({ index, kind: "hypothesis", seed, lrPsnrDb: 60, ...pixels });
    }
    const map = { index: count, kind: "variance", meanDeviation: 0.5, brightestDeviation: 2 } as const;
    if (request.variance) await handlers.onImage({ ...map, ...enlargePixels(image, request, 0, 0) });
  }

  reload(): Promise<ReadyInfo> {
    return this.start();
  }

  async close(): Promise<void> {
    this.ready = undefined;
  }

  private cancelOf(signal: AbortSignal | undefined): Promise<never> {
    const cancelled = new Promise<never>((_, reject) => {
      const end = (): void => reject(new AppError("cancelled", "cancelled"));
      if (signal?.aborted) end();
      else signal?.addEventListener("abort", end, { once: true });
    });
    cancelled.catch(() => undefined);
    return cancelled;
  }
}

/** Holds images back until `open` is called. */
export function createGate(): { readonly closed: Promise<void>; open(): void } {
  let open: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { closed, open: () => open() };
}
