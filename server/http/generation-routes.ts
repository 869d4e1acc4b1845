/** Generations: start, list, look at, follow, fetch images, cancel or delete. */
import { z } from "zod";
import { GenerationRequestSchema, IdempotencyKeySchema, ListQuerySchema } from "../../shared/contract.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { describe, parse } from "../../shared/validation.ts";
import { isFinal, type Snapshot } from "../jobs/job-queue.ts";
import { readJson } from "./body.ts";
import { eventStream } from "./events.ts";
import { fingerprintOf, resolveGeneration, resolveProblems } from "./resolve-request.ts";
import { type AppContext, json, type Parameter, type Route, type RouteDeps, requireInference } from "./route.ts";

const idParameter: Parameter = {
  name: "id",
  in: "path",
  description: "Id of a generation.",
  schema: z.string(),
  isRequired: true,
};
const idPath = "/v1/generations/{id}";

export function generationRoutes(deps: RouteDeps): Route[] {
  const find = async (c: AppContext): Promise<Snapshot> => {
    const id = c.req.param("id") ?? "";
    const snapshot = await deps.queue.get(id);
    if (!snapshot) throw unknown("generation", "the id of a generation that this server knows", id);
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

const unknown = (field: string, expected: string, value: string): AppError =>
  new AppError("not_found", `${field}: expected ${expected}, got ${describe(value)}`, {
    field,
    expected,
    received: describe(value),
  });

const startRoute = (deps: RouteDeps): Route => ({
  method: "post",
  path: "/v1/generations",
  summary: "Start a generation",
  description:
    "Answers at once; follow `Location` or its `/events`. With an Idempotency-Key a repeated request is the same job.",
  parameters: [
    {
      name: "Idempotency-Key",
      in: "header",
      description: "Any key of your own, new for each job.",
      schema: IdempotencyKeySchema,
    },
  ],
  body: { mediaTypes: ["application/json"], schema: "GenerationRequest" },
  answers: {
    202: { description: "Accepted. `Idempotency-Replayed: true` if the key was known.", schema: "Generation" },
  },
  problems: [
    "invalid_json",
    "unsupported_media",
    "payload_too_large",
    "caption_empty",
    "caption_too_long",
    "caption_unreadable",
    ...resolveProblems,
    "idempotency_conflict",
    "queue_full",
    "inference_unavailable",
    "shutting_down",
  ],
  handle: async (c) => {
    const header = c.req.header("idempotency-key");
    const key = header === undefined ? undefined : parse(IdempotencyKeySchema, header, "Idempotency-Key");
    const asked = parse(GenerationRequestSchema, await readJson(c.req.raw, deps.limits.jsonMaxBytes));
    requireInference(deps);
    const { request, packDigest } = await resolveGeneration(asked, deps);
    const idempotency = key === undefined ? {} : { idempotency: { key, fingerprint: fingerprintOf(asked) } };
    const { generation, isNew } = await deps.queue.add({ request, packDigest, ...idempotency });
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
    {
      name: "limit",
      in: "query",
      description: "Length of a page.",
      schema: z.number().int().min(1).max(limits.listMax),
    },
    {
      name: "before",
      in: "query",
      description: "`nextBefore` of the page before.",
      schema: ListQuerySchema.shape.before,
    },
  ],
  answers: { 200: { description: "One page.", schema: "GenerationList" } },
  handle: async (c) => json(await deps.queue.list(parse(ListQuerySchema, c.req.query()))),
});

const readRoute = (find: Find): Route => ({
  method: "get",
  path: idPath,
  summary: "Look at a generation",
  parameters: [idParameter],
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
  parameters: [
    idParameter,
    { name: "Last-Event-ID", in: "header", description: "Id of the last event seen.", schema: z.string() },
  ],
  answers: { 200: { description: "The stream.", mediaType: "text/event-stream" } },
  problems: ["not_found"],
  handle: async (c) => {
    const first = await find(c);
    const headers = { "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no" };
    // Hono answers HEAD through GET and drops the body unread, which would leave its subscription behind.
    if (c.req.raw.method === "HEAD") return new Response(null, { headers });
    const seen = /^\d{1,15}$/.exec(c.req.header("last-event-id") ?? "")?.[0];
    const options = {
      lastEventId: seen === undefined ? undefined : Number(seen),
      heartbeatMs: deps.limits.eventHeartbeatMs,
    };
    return new Response(eventStream(deps.queue, first, { ...options, signal: deps.streamsEnd }), {
      headers,
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
  parameters: [
    idParameter,
    { name: "n", in: "path", description: "Index of the image, from 0.", schema: z.number().int(), isRequired: true },
    { name: "If-None-Match", in: "header", description: "ETag of the bytes that the client has.", schema: z.string() },
  ],
  answers: {
    200: { description: "The PNG.", mediaType: "image/png" },
    304: { description: "The client has it." },
  },
  problems: ["not_found", "not_ready"],
  handle: async (c) => {
    const { generation } = await find(c);
    const file = c.req.param("file") ?? "";
    const n = /^(0|[1-9]\d{0,4})\.png$/.exec(file)?.[1];
    const image = n === undefined ? undefined : generation.images.find(({ index }) => index === Number(n));
    const last = generation.request.count - 1;
    if (n !== undefined && Number(n) <= last && !image && !isFinal(generation))
      throw new AppError("not_ready", `image ${n}: expected a finished image, got one that is not drawn yet`, {
        retryAfterSeconds: 1,
      });
    if (!image)
      throw unknown("image", `the name of an image from 0.png to ${last}.png of a generation that is done`, file);
    const etag = `"${image.sha256}"`;
    const headers = { ETag: etag, "Cache-Control": "private, max-age=31536000, immutable" };
    const known = (c.req.header("if-none-match") ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
    if (known.includes(etag) || known.includes("*")) return new Response(null, { status: 304, headers });
    const bytes = await deps.results.read(image.sha256);
    if (!bytes) throw unknown("image", "a file that is still on the disk", file);
    return new Response(bytes as Uint8Array<ArrayBuffer>, {
      headers: { ...headers, "Content-Type": "image/png", "Content-Length": String(bytes.byteLength) },
    });
  },
});

const deleteRoute = (deps: RouteDeps, find: Find): Route => ({
  method: "delete",
  path: idPath,
  // A cancel that is refused would leave the work running.
  isUnlimited: true,
  summary: "Cancel a generation, or delete a finished one",
  parameters: [idParameter],
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
