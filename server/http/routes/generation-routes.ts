/** Generations: how one is started and listed; the rest is as for every kind of job. */
import { GenerationRequestSchema, ListQuerySchema } from "../../../shared/contract.ts";
import { parse } from "../../../shared/validation.ts";
import { captionedJsonProblems, readJson } from "../body.ts";
import { accepted, acceptedAnswers, idempotencyOf, idempotencyParameter, pageParameters } from "../job-answers.ts";
import { resolveGeneration, resolveProblems } from "../resolve-request.ts";
import { type Route, type RouteDeps, requireInference } from "../route.ts";
import { type JobWords, readRoutes, resultRoutes } from "./job-routes.ts";

const words: JobWords = {
  one: "generation",
  anyOne: "a generation",
  many: "generations",
  home: "/v1/generations",
  schema: "Generation",
};

export const generationRoutes = (deps: RouteDeps): Route[] => [
  startRoute(deps),
  ...readRoutes(deps, words, deps.queue, {
    parameters: [
      { name: "q", in: "query", description: "Words that the caption must contain.", schema: ListQuerySchema.shape.q },
      ...pageParameters(ListQuerySchema.shape.before),
    ],
    async page(c) {
      const { jobs, ...next } = await deps.queue.list(parse(ListQuerySchema, c.req.query()));
      return { generations: jobs, ...next };
    },
  }),
  ...resultRoutes(words, deps.queue, { read: (sha256) => deps.results.read(sha256), countOf: ({ count }) => count }),
];

const startRoute = (deps: RouteDeps): Route => ({
  method: "post",
  path: words.home,
  summary: "Start a generation",
  description:
    "Answers at once; follow `Location` or its `/events`. With an Idempotency-Key a repeated request is the same job.",
  parameters: [idempotencyParameter],
  body: { mediaTypes: ["application/json"], schema: "GenerationRequest" },
  answers: acceptedAnswers("Generation"),
  problems: [
    ...captionedJsonProblems,
    ...resolveProblems,
    "upscale_too_large",
    "idempotency_conflict",
    "queue_full",
    "storage_full",
    "inference_unavailable",
    "shutting_down",
  ],
  handle: async (c) => {
    const asked = parse(GenerationRequestSchema, await readJson(c.req.raw, deps.limits.jsonMaxBytes));
    const idempotency = idempotencyOf(c, asked);
    requireInference(deps);
    const resolved = await resolveGeneration(asked, deps);
    const { body, isNew } = await deps.queue.add({ ...resolved, ...(idempotency && { idempotency }) });
    return accepted(words.home, body, isNew);
  },
});
