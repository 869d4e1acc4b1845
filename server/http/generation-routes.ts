/** Generations: start, list, look at, follow, fetch images, cancel or delete. */
import { GenerationRequestSchema, ListQuerySchema } from "../../shared/contract.ts";
import { AppError } from "../../shared/problem.ts";
import { parse } from "../../shared/validation.ts";
import { isFinal, type Snapshot } from "../jobs/job-queue.ts";
import { captionedJsonProblems, readJson } from "./body.ts";
import { answerEvents } from "./events.ts";
import {
  answerPng,
  etagParameter,
  idempotencyOf,
  idempotencyParameter,
  idParameter,
  indexParameter,
  lastEventParameter,
  notFound,
  pageParameters,
  pngIndexIn,
} from "./job-answers.ts";
import { resolveGeneration, resolveProblems } from "./resolve-request.ts";
import { type AppContext, json, type Route, type RouteDeps, requireInference } from "./route.ts";

const generationId = idParameter("generation");
const idPath = "/v1/generations/{id}";

export function generationRoutes(deps: RouteDeps): Route[] {
  const find = async (c: AppContext): Promise<Snapshot> => {
    const id = c.req.param("id") ?? "";
    const snapshot = await deps.queue.get(id);
    if (!snapshot) throw notFound("generation", "the id of a generation that this server knows", id);
    return snapshot;
  };
  return [
    startRoute(deps),
    listRoute(deps),
    readRoute(find),
    eventsRoute(deps, find),
    imageRoute(deps, find),
    deleteRoute(deps, find),
  ];
}

type Find = (c: AppContext) => Promise<Snapshot>;

const startRoute = (deps: RouteDeps): Route => ({
  method: "post",
  path: "/v1/generations",
  summary: "Start a generation",
  description:
    "Answers at once; follow `Location` or its `/events`. With an Idempotency-Key a repeated request is the same job.",
  parameters: [idempotencyParameter],
  body: { mediaTypes: ["application/json"], schema: "GenerationRequest" },
  answers: {
    202: { description: "Accepted. `Idempotency-Replayed: true` if the key was known.", schema: "Generation" },
  },
  problems: [
    ...captionedJsonProblems,
    ...resolveProblems,
    "idempotency_conflict",
    "queue_full",
    "inference_unavailable",
    "shutting_down",
  ],
  handle: async (c) => {
    const asked = parse(GenerationRequestSchema, await readJson(c.req.raw, deps.limits.jsonMaxBytes));
    const idempotency = idempotencyOf(c, asked);
    requireInference(deps);
    const { request, packDigest } = await resolveGeneration(asked, deps);
    const { generation, isNew } = await deps.queue.add({ request, packDigest, ...(idempotency && { idempotency }) });
    const replayed: Record<string, string> = isNew ? {} : { "Idempotency-Replayed": "true" };
    return json(generation, 202, { Location: `/v1/generations/${generation.id}`, ...replayed });
  },
});

const listRoute = (deps: RouteDeps): Route => ({
  method: "get",
  path: "/v1/generations",
  summary: "List generations, newest first",
  parameters: [
    { name: "q", in: "query", description: "Words that the caption must hold.", schema: ListQuerySchema.shape.q },
    ...pageParameters(ListQuerySchema.shape.before),
  ],
  answers: { 200: { description: "One page.", schema: "GenerationList" } },
  handle: async (c) => json(await deps.queue.list(parse(ListQuerySchema, c.req.query()))),
});

const readRoute = (find: Find): Route => ({
  method: "get",
  path: idPath,
  summary: "Look at a generation",
  parameters: [generationId],
  answers: { 200: { description: "As it is now.", schema: "Generation" } },
  problems: ["not_found"],
  handle: async (c) => json((await find(c)).generation),
});

const eventsRoute = (deps: RouteDeps, find: Find): Route => ({
  method: "get",
  path: `${idPath}/events`,
  summary: "Follow a generation by server-sent events",
  description: "Each event's data is the whole Generation, its id grows. The stream ends after a final state.",
  isUnlimited: true,
  parameters: [generationId, lastEventParameter],
  answers: { 200: { description: "The stream.", mediaType: "text/event-stream" } },
  problems: ["not_found"],
  handle: async (c) => {
    const { revision, generation } = await find(c);
    return answerEvents(c, deps, {
      event: "generation",
      first: { revision, body: generation },
      subscribe: (listener) =>
        deps.queue.subscribe(generation.id, (next) => listener({ revision: next.revision, body: next.generation })),
    });
  },
});

const imageRoute = (deps: RouteDeps, find: Find): Route => ({
  method: "get",
  path: `${idPath}/images/{n}.png`,
  pattern: "/v1/generations/:id/images/:file",
  // A plugin reads sixteen a caption; a read of a stored file costs next to nothing.
  isUnlimited: true,
  summary: "Fetch one image",
  description: "PNG with alpha. The bytes of a path never change, so it may be cached for ever.",
  parameters: [generationId, indexParameter("n", "Index of the image, from 0."), etagParameter],
  answers: {
    200: { description: "The PNG.", mediaType: "image/png" },
    304: { description: "The client has it." },
  },
  problems: ["not_found", "not_ready"],
  handle: async (c) => {
    const { generation } = await find(c);
    const file = c.req.param("file") ?? "";
    const n = pngIndexIn(file);
    const image = generation.images.find(({ index }) => index === n);
    const last = generation.request.count - 1;
    if (n !== undefined && n <= last && !image && !isFinal(generation))
      throw new AppError("not_ready", `image ${n}: expected a finished image, got one that is not drawn yet`, {
        retryAfterSeconds: 1,
      });
    if (!image)
      throw notFound("image", `the name of an image from 0.png to ${last}.png of a generation that is done`, file);
    const { sha256 } = image;
    return answerPng(
      c,
      sha256,
      () => deps.results.read(sha256),
      () => notFound("image", "a file that is still on the disk", file),
    );
  },
});

const deleteRoute = (deps: RouteDeps, find: Find): Route => ({
  method: "delete",
  path: idPath,
  // A cancel that is refused would leave the work running.
  isUnlimited: true,
  summary: "Cancel a generation, or delete a finished one",
  parameters: [generationId],
  answers: {
    200: { description: "It was waiting or running and is now cancelled.", schema: "Generation" },
    204: { description: "It was finished and is now deleted, with images that no other generation shares." },
  },
  problems: ["not_found"],
  handle: async (c) => {
    const { generation } = await find(c);
    const ended = isFinal(generation) ? generation : await deps.queue.cancel(generation.id);
    // What was finished a moment before the cancel is deleted like anything finished.
    if (!isFinal(generation) && ended?.state === "cancelled") return json(ended);
    await deps.queue.remove(generation.id);
    return new Response(null, { status: 204 });
  },
});
