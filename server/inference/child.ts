/**
 * The inference child: the process that serves requests with onnxruntime (the trainer loads it too). Verifies and loads the packs, runs each translation once to
 * warm up, says so, then serves requests until its parent goes away. It never reloads a pack: sessions leak when released
 * (microsoft/onnxruntime#25325), so a new pack means a new child.
 */

import { AppError } from "../../shared/problem.ts";
import type { Upscaler } from "../engine/interfaces.ts";
import { runtime } from "../onnx/runtime.ts";
import { Catalogue } from "../packs/catalogue.ts";
import { type LoadedPacks, loadPacks } from "../packs/load.ts";
import { collectGarbage } from "../platform/processes/collect-garbage.ts";
import { serialize } from "../platform/processes/serialized-error.ts";
import { coresOf } from "../platform/processes/worker-pool.ts";
import { createUpscaleQueue, requireUpscaler } from "../upscaling/upscale-queue.ts";
import { ReceivedImages } from "./held-images.ts";
import type { ChildConfig, FromChild, JobRequest, ToChild } from "./messages.ts";
import { chooseProvider, isRequired } from "./provider.ts";
import type { InferenceService } from "./service.ts";

const started = performance.now();
/** Resolves when the message is sent: a picture of 64 MB must not pile up with the next one. */
const send = (message: FromChild): Promise<void> =>
  new Promise((resolve) => {
    // If the parent is gone, `disconnect` ends this process.
    if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
  });

async function start({
  packsFolder,
  userPacksFolder,
  packIds,
  onDemand,
  provider: wanted,
  threads,
}: ChildConfig): Promise<InferenceService> {
  let provider = await chooseProvider(wanted);
  const catalogue = await Catalogue.openSome(
    ({ id }) => packIds === undefined || packIds.includes(String(id)),
    packsFolder,
    ...(userPacksFolder === undefined ? [] : [userPacksFolder]),
  );
  const load = () => loadPacks(catalogue, { provider, threads, onDemand }, packIds);
  let providerRefused: string | undefined;
  const { entries, translations, upscaler, faults } = await load().catch((error: unknown) => {
    const isRefused = error instanceof AppError && error.code === "provider_unavailable";
    if (!isRefused || isRequired(wanted) || provider === runtime.processor) throw error;
    providerRefused = error.message;
    provider = runtime.processor;
    return load();
  });
  const cores = onDemand || provider !== "cpu" ? 1 : coresOf(threads);
  const service = await serviceOf(translations, upscaler, { entries, onDemand, cores });
  // The file contents of the packs are no longer needed.
  collectGarbage();
  const startMs = Math.round(performance.now() - started);
  send({
    type: "ready",
    info: {
      provider,
      ...(providerRefused !== undefined && { providerRefused }),
      packs: entries.map(({ manifest, digest }) => ({ id: manifest.id, digest })),
      leftOut: faults.map(({ folder, error }) => ({ folder, reason: error.message })),
      startMs,
      pid: process.pid,
      rssBytes: process.memoryUsage.rss(),
    },
  });
  return service;
}

/** The service of packs without translations. */
function enlarging(upscaler: Upscaler | undefined): InferenceService {
  const upscale = createUpscaleQueue(
    () => false,
    () => performance.now(),
  );
  const refuse = async (): Promise<never> => {
    throw new AppError("translation_unknown", "translation: expected packs with translations, got none");
  };
  return {
    generate: refuse,
    invert: refuse,
    drawings: refuse,
    upscale: async (job) => upscale(requireUpscaler(upscaler, "scale"), job),
    takeDrawn: () => ({ runs: 0, rows: 0 }),
  };
}

/** Packs that only enlarge need no experts, which take longer to load than an upscaler takes to open. */
async function serviceOf(
  translations: LoadedPacks["translations"],
  upscaler: Upscaler | undefined,
  { entries, onDemand, cores }: Pick<LoadedPacks, "entries"> & { readonly onDemand: boolean; readonly cores: number },
): Promise<InferenceService> {
  if (translations.length === 0) return enlarging(upscaler);
  const [{ createService, warmUp }, { DecodePool }, { flowBatch }] = await Promise.all([
    import("./service.ts"),
    import("./decoding/decode-pool.ts"),
    import("../flow/flow-sessions.ts"),
  ]);
  if (!onDemand) for (const translation of translations) await warmUp(translation);
  return createService(translations, flowBatch, upscaler, undefined, DecodePool.of(entries, cores));
}

const aliveEveryMs = 1000;

function serve(service: InferenceService): void {
  setInterval(() => void send({ type: "alive", drawn: service.takeDrawn() }), aliveEveryMs);
  const running = new Map<number, AbortController>();
  process.on("message", (message: ToChild) => {
    if (message.type === "cancel") running.get(message.job)?.abort();
    if (message.type !== "order") return;
    const { job, order } = message;
    const began = performance.now();
    const abort = new AbortController();
    running.set(job, abort);
    carryOut(service, job, order, abort.signal)
      .then(
        () => send({ type: "done", job, tookMs: performance.now() - began }),
        (error: unknown) => send({ type: "failed", job, fault: serialize(error) }),
      )
      .finally(() => running.delete(job));
  });
}

const images = new ReceivedImages();

async function carryOut(service: InferenceService, job: number, order: JobRequest, signal: AbortSignal): Promise<void> {
  if (order.type === "invert") {
    const inversion = await service.invert(order.request, images.received(order.images), signal);
    return send({ type: "inversion", job, inversion });
  }
  if (order.type === "drawings") {
    const drawings = await service.drawings(order.request, images.received(order.images), signal);
    return send({ type: "drawings", job, drawings });
  }
  if (order.type === "upscale")
    return service.upscale({
      request: order.request,
      image: order.image,
      signal,
      onProgress: (tiles) => void send({ type: "tiles", job, tiles }),
      onImage: (picture) => send({ type: "picture", job, picture }),
    });
  await service.generate({
    request: order.request,
    images: images.received(order.images),
    signal,
    onProgress: (progress) => void send({ type: "progress", job, progress }),
    onFindings: (findings) => void send({ type: "findings", job, findings }),
    onImage: (image) => void send({ type: "image", job, image }),
  });
}

// Kill at once: a regular exit would abort while a thread is inside the runtime, and there is nothing to clean up.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
// A terminal or a supervisor signals the whole process group; here the parent decides when this process ends.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => {});
process.once("message", (message: ToChild) => {
  if (message.type !== "start") return;
  // After a failed start the parent reads the reason and ends this process.
  start(message.config).then(serve, (error: unknown) => send({ type: "start-failed", fault: serialize(error) }));
});
