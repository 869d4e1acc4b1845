/** Generations: how one is started and listed; the rest is as for every kind of job. */

import { GenerationQuerySchema } from "../../../shared/contract/generations/generation.ts";
import { GenerationRequestSchema } from "../../../shared/contract/generations/generation-request.ts";
import { AppError } from "../../../shared/problem.ts";
import { parse } from "../../../shared/validation.ts";
import { isFinal } from "../../jobs/job-queue.ts";
import { captionedJsonProblems } from "../body.ts";
import {
  answerFile,
  etagParameter,
  fileIndexIn,
  idParameter,
  indexParameter,
  notFound,
  pageParameters,
  visibleTo,
} from "../job-answers.ts";
import { resolveGeneration, resolveProblems } from "../resolve-request.ts";
import { type Route, type RouteDeps, requireInference } from "../route.ts";
import { findJob, type JobWords, readRoutes, resultRoutes } from "./job-routes.ts";
import { startRoute } from "./start-route.ts";

const words: JobWords = {
  one: "generation",
  anyOne: "a generation",
  many: "generations",
  home: "/v1/generations",
  schema: "Generation",
};

export const generationRoutes = (deps: RouteDeps): Route[] => [
  startRoute(deps, words, {
    summary: "Start a generation",
    description:
      "Answers at once; follow `Location` or its `/events`. With an Idempotency-Key a repeated request is the same job.",
    schema: GenerationRequestSchema,
    maxBytes: deps.limits.jsonMaxBytes,
    queue: deps.queue,
    problems: [...captionedJsonProblems, ...resolveProblems, "upscale_too_large", "inference_unavailable"],
    requireReady: () => requireInference(deps),
    resolve: resolveGeneration,
  }),
  ...readRoutes(deps, words, deps.queue, {
    parameters: [
      {
        name: "q",
        in: "query",
        description: "Words that caption, label and the label's title together must contain.",
        schema: GenerationQuerySchema.shape.q,
      },
      ...pageParameters,
    ],
    async page(c) {
      const { jobs, ...next } = await deps.queue.list(visibleTo(c, parse(GenerationQuerySchema, c.req.query())));
      return { generations: jobs, ...next };
    },
  }),
  vectorRoute(deps),
  ...resultRoutes(words, deps.queue, { read: (sha256) => deps.results.read(sha256), countOf: ({ count }) => count }),
];

const vectorRoute = (deps: RouteDeps): Route => ({
  method: "get",
  path: `${words.home}/{id}/images/{n}.svg`,
  // Before the route of PNGs, which takes every name.
  pattern: `${words.home}/:id/images/:file{.+\\.svg}`,
  isUnlimited: true,
  summary: "Fetch one image as a vector",
  description: 'Of a generation with `format: "svg"`. The bytes of a path never change, so it may be cached for ever.',
  parameters: [idParameter(words.anyOne), indexParameter("n", "Index of the image, from 0."), etagParameter],
  answers: {
    200: { description: "The SVG.", mediaType: "image/svg+xml" },
    304: { description: "The client has it." },
  },
  problems: ["not_found", "not_ready"],
  handle: async (c) => {
    const { body } = await findJob(c, words, deps.queue);
    const file = c.req.param("file") ?? "";
    const n = fileIndexIn(file, ".svg");
    const image = body.images.find(({ index }) => index === n);
    if (n !== undefined && n < body.request.count && body.request.format === "svg" && !image && !isFinal(body))
      throw new AppError("not_ready", `image ${n}: expected a traced image, got one that is not drawn yet`, {
        retryAfterSeconds: 1,
      });
    if (!image?.vector)
      throw notFound("image", `the name of a vector of ${words.anyOne} with format "svg" that is done`, file);
    const { sha256 } = image.vector;
    return answerFile(
      c,
      sha256,
      () => deps.results.read(sha256),
      () => notFound("image", "a file that is still on the disk", file),
      "image/svg+xml",
    );
  },
});
