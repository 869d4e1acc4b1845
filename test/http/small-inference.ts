/**
 * An InferenceClient in miniature, in this process: draws real, deterministic RGBA pixels from the seed. The only double
 * of these tests; the real child is tested in test/model and test/e2e.
 */

import type { GenerateHandlers, InferenceClient, ReadyInfo } from "../../server/inference/protocol.ts";
import type { ResolvedRequest } from "../../shared/contract.ts";
import { AppError } from "../../shared/problem.ts";

const sidePx = 16;

/** Stripes whose colours depend on the seed alone, with a transparent corner. */
export function drawPixels(seed: number): Uint8Array {
  const rgba = new Uint8Array(sidePx * sidePx * 4);
  for (let pixel = 0; pixel < sidePx * sidePx; pixel++) {
    const value = Math.imul(seed ^ (pixel >> 2), 2_654_435_761) >>> 0;
    rgba.set([value & 255, (value >>> 8) & 255, (value >>> 16) & 255, pixel < 8 ? 0 : 255], pixel * 4);
  }
  return rgba;
}

export class SmallInference implements InferenceClient {
  ready: ReadyInfo | undefined;
  /** Requests that began, for asserting attempts. */
  readonly begun: ResolvedRequest[] = [];
  /** While set, every image waits for it. */
  gate: Promise<void> | undefined;
  /** Next attempts fail with these. */
  readonly faults: Error[] = [];
  isDeaf = false;

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

  async generate(request: ResolvedRequest, handlers: GenerateHandlers): Promise<void> {
    this.begun.push(request);
    const cancelled = new Promise<never>((_, reject) => {
      if (this.isDeaf) return;
      handlers.signal?.addEventListener("abort", () => reject(new AppError("cancelled", "cancelled")), { once: true });
    });
    cancelled.catch(() => undefined);
    handlers.onProgress?.({ stage: "translating", completed: 0, total: request.count });
    for (let index = 0; index < request.count; index++) {
      await Promise.race([this.gate ?? new Promise((resolve) => setImmediate(resolve)), cancelled]);
      const fault = this.faults.shift();
      if (fault) throw fault;
      const seed = (request.seed + index) % 2 ** 32;
      const about = { index, seed, logLikelihood: -12.5, natsPerDimension: 1.25 };
      await handlers.onImage({ ...about, widthPx: sidePx, heightPx: sidePx, rgba: drawPixels(seed) });
    }
  }

  async close(): Promise<void> {
    this.ready = undefined;
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
