/** Work that routes request without a queue: inversions, tracings and families; and the reading of a request's pictures. */

import type { DrawingsRequest } from "../../shared/contract/generations/drawings.ts";
import type { ResolvedRequest } from "../../shared/contract/generations/generation-request.ts";
import type { InversionRequest } from "../../shared/contract/generations/inversion.ts";
import { findTranslation } from "../../shared/contract/translation-rules.ts";
import { limits } from "../../shared/limits.ts";
import type { AppDeps } from "../http/deps.ts";
import { decodeRgba, encodePng } from "../images/codec.ts";
import { createSvgDrawer } from "../images/svg-drawer.ts";
import { createConditionImageLoader } from "../inference/conditions/condition-images.ts";
import type { ConditionImages, InferenceClient } from "../inference/protocol.ts";
import type { ResultStore } from "../jobs/blobs/result-store.ts";
import { drawFamily } from "../jobs/work/draw-family.ts";
import { FamilyDrawings } from "../jobs/work/family-drawings.ts";
import type { Served } from "../packs/served-catalogue.ts";
import { InFlight } from "../platform/in-flight.ts";
import { VectorPool } from "../vector/vector-pool.ts";

export interface DirectWork extends Pick<AppDeps, "invert" | "findDrawings" | "vectorise" | "drawFamily"> {
  /** Pictures that a request names or holds, at the size of its translation. */
  imagesOf(request: ResolvedRequest | InversionRequest | DrawingsRequest): Promise<ConditionImages>;
  /** Of families, for the generations that follow. */
  readonly drawings: FamilyDrawings;
  /** Pixels as an SVG. */
  readonly trace: VectorPool["trace"];
  /** Resolves when nothing runs; after `graceMs` at the latest. */
  drain(graceMs: number): Promise<void>;
  close(): Promise<void>;
}

export function createDirectWork(inference: InferenceClient, served: Served, uploads: ResultStore): DirectWork {
  const running = new InFlight();
  const drawings = new FamilyDrawings();
  const tracers = new VectorPool();
  const drawer = createSvgDrawer(limits.svgDrawMs);
  const load = createConditionImageLoader(
    (digest) => uploads.read(digest),
    limits.decodedImagesMax,
    (text, sizePx, field = "svg") => drawer.draw(text, sizePx, field),
  );
  const imagesOf: DirectWork["imagesOf"] = (request) =>
    load(request, findTranslation(served.packs(), request.translation).translation.widthPx);
  const trace: VectorPool["trace"] = (pixels, options) => tracers.trace(pixels, options);
  return {
    imagesOf,
    drawings,
    trace,
    invert: (request, signal) => running.add(async () => inference.invert(request, await imagesOf(request), signal)),
    findDrawings: (request, signal) =>
      running.add(async () => ({ drawings: await inference.drawings(request, await imagesOf(request), signal) })),
    vectorise: (bytes, options) => running.add(async () => trace(await decodeRgba(bytes), options)),
    drawFamily: (request, signal) =>
      running.add(() =>
        drawFamily(
          request,
          { inference, drawings, packs: served.packs(), vectorise: trace, imagesOf, encodePng },
          signal,
        ),
      ),
    drain: (graceMs) => running.drain(graceMs),
    async close(): Promise<void> {
      drawer.close();
      await tracers.close();
    },
  };
}
