/** Health, readiness, what this server is and can, and its metrics. */
import { apiVersion } from "../../../shared/contract/api-version.ts";
import type { Health, Meta } from "../../../shared/contract/meta.ts";
import { networkScales } from "../../../shared/contract/upscale-scales.ts";
import type { WorkerList } from "../../../shared/contract/workers.ts";
import { limits } from "../../../shared/limits.ts";
import { json, type Route, type RouteDeps } from "../route.ts";

export function healthRoutes(deps: RouteDeps): Route[] {
  const readiness = async (): Promise<Health> => {
    if (deps.stopping.aborted) return { status: "stopping" };
    const fault = await deps.storageFault();
    if (fault !== undefined) return { status: "unavailable", detail: fault };
    const { state, detail } = deps.inference();
    if (state === "ready") return { status: "ok" };
    return { status: state, ...(detail === undefined ? {} : { detail }) };
  };
  return [
    {
      method: "get",
      path: "/healthz",
      summary: "Liveness",
      isOpen: true,
      isUnlimited: true,
      answers: { 200: { description: "The process is alive.", schema: "Health" } },
      handle: () => json({ status: "ok" } satisfies Health),
    },
    {
      method: "get",
      path: "/readyz",
      summary: "Readiness: packs are loaded and an inference child answers",
      isOpen: true,
      isUnlimited: true,
      answers: {
        200: { description: "Ready.", schema: "Health" },
        503: {
          description:
            "Starting, stopping, without a child or a disk that can be written; `status` and `detail` say which.",
          schema: "Health",
        },
      },
      handle: async () => {
        const health = await readiness();
        return json(health, health.status === "ok" ? 200 : 503);
      },
    },
    {
      method: "get",
      path: "/v1/meta",
      summary: "Version, packs, provider in use, limits",
      answers: { 200: { description: "What this server is.", schema: "Meta" } },
      handle: () =>
        json({
          name: "tau",
          version: deps.version,
          api: { min: apiVersion, max: apiVersion },
          packs: [...deps.catalogue.packs()],
          provider: deps.inference().provider ?? "none",
          durability: deps.queue.durability,
          limits: {
            captionMaxChars: limits.captionMaxChars,
            countMax: limits.countMax,
            queueMax: deps.limits.queueMax,
            uploadMaxBytes: deps.limits.uploadMaxBytes,
            imageMaxSidePx: limits.imageMaxSidePx,
            temperatureMax: limits.temperatureMax,
            guidanceMax: limits.guidanceMax,
            bestOfMax: limits.bestOfMax,
            batchMax: limits.batchMax,
            angleMaxDegrees: limits.angleMaxDegrees,
            attributeStrengthMax: limits.attributeStrengthMax,
            svgMaxChars: limits.svgMaxChars,
            upscale: {
              scales: [...networkScales],
              anyWidth: true,
              countMax: limits.upscaleCountMax,
              temperatureMax: limits.upscaleTemperatureMax,
              maxSidePx: limits.imageMaxSidePx,
            },
          },
        } satisfies Meta),
    },
    {
      method: "get",
      path: "/v1/workers",
      isOfAdmins: true,
      summary: "Workers: where they are, what they draw with and what they take",
      description: "A server that draws by itself lists itself. A worker that went stays in the list for a day.",
      answers: { 200: { description: "Newest first.", schema: "WorkerList" } },
      handle: async () => json({ workers: [...(await deps.workers())] } satisfies WorkerList),
    },
    {
      method: "get",
      path: "/metrics",
      isOfAdmins: true,
      summary: "Metrics in the text format of Prometheus",
      answers: { 200: { description: "The exposition.", mediaType: "text/plain; version=0.0.4" } },
      handle: async () => {
        const [generations, upscales, trainings, freeBytes] = await Promise.all([
          deps.queue.depth(),
          deps.upscales.depth(),
          deps.trainings.depth(),
          deps.freeBytes?.(),
        ]);
        const { state, counts } = deps.inference();
        const scraped = { generations, upscales, trainings, isReady: state === "ready", counts, freeBytes };
        return new Response(await deps.metrics.text(scraped), {
          headers: { "Content-Type": deps.metrics.contentType, "Cache-Control": "no-store" },
        });
      },
    },
  ];
}
