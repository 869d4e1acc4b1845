/** Upscales: how one is started and listed; the rest is as for every kind of job. */
import { PageQuerySchema } from "../../../shared/contract/job-fields.ts";
import { pictureCount, UpscaleRequestSchema } from "../../../shared/contract/upscaling.ts";
import { parse } from "../../../shared/validation.ts";
import { createSemaphore } from "../../platform/semaphore.ts";
import { jsonProblems } from "../body.ts";
import { pageParameters, visibleTo } from "../job-answers.ts";
import { resolveUpscale, upscaleProblems } from "../resolve-upscale.ts";
import { type Route, type RouteDeps, requireInference } from "../route.ts";
import { type JobWords, readRoutes, resultRoutes } from "./job-routes.ts";
import { startRoute } from "./start-route.ts";

const words: JobWords = {
  one: "upscale",
  anyOne: "an upscale",
  many: "upscales",
  home: "/v1/upscales",
  schema: "Upscale",
};

export const upscaleRoutes = (deps: RouteDeps): Route[] => [
  enlargeRoute(deps),
  ...readRoutes(deps, words, deps.upscales, {
    parameters: pageParameters,
    async page(c) {
      const { jobs, ...next } = await deps.upscales.list(visibleTo(c, parse(PageQuerySchema, c.req.query())));
      return { upscales: jobs, ...next };
    },
  }),
  ...resultRoutes(words, deps.upscales, { read: (sha256) => deps.upscaled.read(sha256), countOf: pictureCount }),
];

function enlargeRoute(deps: RouteDeps): Route {
  // Each holds the bytes of an upload for a moment.
  const gate = createSemaphore(deps.limits.uploadsParallelMax);
  return startRoute(deps, words, {
    summary: "Enlarge an image",
    description:
      "Upload the image first and name it by its digest. `scale` is 2, 3 or 4; `widthPx` instead gives any width up to four times the image's. `clean` says how far marks of JPEG are removed first; with `scale` 1 nothing else is done. Answers at once; follow `Location` or its `/events`. With `detail` 0 there is one accurate answer; above it each of `count` hypotheses is another image that shrinks back to the same input, and `variance` adds a map of the doubt about the accurate answer, as the image after the last, in which `outlines` outlines what can't be known. One upscale runs at a time. With an Idempotency-Key a repeated request is the same job.",
    schema: UpscaleRequestSchema,
    maxBytes: deps.limits.jsonMaxBytes,
    queue: deps.upscales,
    problems: [...jsonProblems, ...upscaleProblems, "inference_unavailable"],
    requireReady: () => requireInference(deps),
    resolve: (requested, holding) => gate(() => resolveUpscale(requested, holding)),
  });
}
