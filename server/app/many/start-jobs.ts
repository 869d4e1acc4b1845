/** What a worker process of many does with a job of each kind but trainings: draws, enlarges, or answers a call. */
import type { DrawingsRequest } from "../../../shared/contract/generations/drawings.ts";
import type { ResolvedRequest } from "../../../shared/contract/generations/generation-request.ts";
import type { InversionRequest } from "../../../shared/contract/generations/inversion.ts";
import { findTranslation } from "../../../shared/contract/translation-rules.ts";
import type { FamilyRequest } from "../../../shared/contract/vectors.ts";
import type { WorkKind } from "../../../shared/contract/workers.ts";
import { limits } from "../../../shared/limits.ts";
import type { Metrics } from "../../http/metrics.ts";
import { encodePng } from "../../images/codec.ts";
import { decodePicture } from "../../images/picture.ts";
import type { createSvgDrawer } from "../../images/svg-drawer.ts";
import { createConditionImageLoader } from "../../inference/conditions/condition-images.ts";
import type { ConditionImages, InferenceClient } from "../../inference/protocol.ts";
import type { Call } from "../../jobs/bull/calls.ts";
import { startWorker, type Worker } from "../../jobs/work/attempt-loop.ts";
import { drawFamily } from "../../jobs/work/draw-family.ts";
import { FamilyDrawings } from "../../jobs/work/family-drawings.ts";
import { startGenerationWorker } from "../../jobs/work/generation-worker.ts";
import { startUpscaleWorker } from "../../jobs/work/upscale-worker.ts";
import type { Served } from "../../packs/served-catalogue.ts";
import type { Log } from "../../platform/log.ts";
import { createSemaphore } from "../../platform/semaphore.ts";
import type { VectorPool } from "../../vector/vector-pool.ts";
import type { Shared } from "./open-shared.ts";

interface WorkParts {
  readonly served: Served;
  readonly inference: InferenceClient;
  readonly drawer: ReturnType<typeof createSvgDrawer>;
  readonly tracers: VectorPool;
  readonly kinds: readonly WorkKind[];
  readonly metrics: Metrics;
  readonly log: Log;
}

/** Takes jobs of all kinds but trainings from now on. */
export async function startJobs(shared: Shared, parts: WorkParts): Promise<Worker[]> {
  const { served, inference, drawer, tracers, kinds, metrics, log } = parts;
  const { queue, upscales, calls, uploads, results, upscaled } = shared;
  const load = createConditionImageLoader(
    (digest) => uploads.read(digest),
    limits.decodedImagesMax,
    (text, sizePx, field = "svg") => drawer.draw(text, sizePx, field),
  );
  const imagesOf = (request: ResolvedRequest | InversionRequest | DrawingsRequest): Promise<ConditionImages> =>
    load(request, findTranslation(served.packs(), request.translation).translation.widthPx);
  const vectorise: VectorPool["trace"] = (pixels, options) => tracers.trace(pixels, options);
  const drawings = new FamilyDrawings();
  const common = { inference, encodePng, suspects: createSemaphore(1), log };
  const { attemptsMax, upscaleDeadlineMs, callDeadlineMs } = limits;
  const answer = async ({ name, with: requested }: Call["request"], signal: AbortSignal): Promise<object> => {
    if (name === "family") {
      const request = requested as unknown as FamilyRequest & { seed: number };
      const packs = served.packs();
      return drawFamily(request, { inference, drawings, packs, vectorise, imagesOf, encodePng }, signal);
    }
    if (name === "drawings") {
      const request = requested as unknown as DrawingsRequest;
      return { drawings: await inference.drawings(request, await imagesOf(request), signal) };
    }
    const request = requested as unknown as InversionRequest;
    return inference.invert(request, await imagesOf(request), signal);
  };
  const starts: Readonly<Record<Exclude<WorkKind, "trainings">, () => Worker>> = {
    generations: () =>
      startGenerationWorker({
        ...{ ...common, inference: drawings.using(inference), queue, results, imagesOf, vectorise, limits },
        onFinished: (job) => metrics.recordEnd("generation", job),
      }),
    upscales: () =>
      startUpscaleWorker({
        ...{ ...common, queue: upscales, results: upscaled, decodePicture },
        readUpload: (digest) => uploads.read(digest),
        limits: { attemptsMax, attemptDeadlineMs: upscaleDeadlineMs, jobsParallelMax: limits.upscalesParallelMax },
        onFinished: (job) => metrics.recordEnd("upscale", job),
      }),
    calls: () =>
      startWorker<Call>(
        {
          ...{ ...common, queue: calls, results },
          imagePath: () => "",
          limits: { attemptsMax, attemptDeadlineMs: callDeadlineMs, jobsParallelMax: limits.inversionsParallelMax },
        },
        async ({ job, signal }) => {
          job.reportFindings({ result: { ...(await answer(job.request, signal)) } });
        },
      ),
  };
  await Promise.all([queue, upscales, calls].map((each) => each.watch()));
  return kinds.flatMap((kind) => (kind === "trainings" ? [] : [starts[kind]()]));
}
