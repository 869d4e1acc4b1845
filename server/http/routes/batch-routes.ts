/**
 * A batch: many generations in one request, followed by one stream. Some of them are queued at a time, behind all that is requested
 * one by one, so that the queue never overflows and nobody waits for a batch; who closes the stream ends the queueing, what was accepted goes on.
 * A queue server that is away for a moment is waited for.
 */
import { randomUUID } from "node:crypto";
import { BatchEnvelopeSchema, type BatchEvent } from "../../../shared/contract/generations/batches.ts";
import type { Generation } from "../../../shared/contract/generations/generation.ts";
import { GenerationRequestSchema } from "../../../shared/contract/generations/generation-request.ts";
import { limits } from "../../../shared/limits.ts";
import { AppError, toProblem } from "../../../shared/problem.ts";
import { parse } from "../../../shared/validation.ts";
import { isFinal, type Snapshot } from "../../jobs/job-queue.ts";
import { captionedJsonProblems, readJson } from "../body.ts";
import { ownerOf, type Standing } from "../identity.ts";
import { idempotencyOf, idempotencyParameter, notFound } from "../job-answers.ts";
import { createPatience, type Patience } from "../patience.ts";
import { fingerprintOf, resolveGeneration, resolveProblems } from "../resolve-request.ts";
import { type HoldingDeps, type Route, type RouteDeps, requireInference, whileHeld } from "../route.ts";

export const batchRoutes = (deps: RouteDeps): Route[] => [
  {
    method: "post",
    path: "/v1/batches",
    summary: "Start many generations and follow them all",
    description:
      "The answer is a stream: `accepted`, `refused` and `finished` events with `index`, the place in the request, and the generation or problem. It ends when all are finished, or when the server stops: a generation that was accepted then goes on after the next start. With an Idempotency-Key the generation at place i has the key `KEY-i`.",
    parameters: [idempotencyParameter],
    body: { mediaTypes: ["application/json"], schema: "BatchRequest" },
    answers: { 200: { description: "The stream.", mediaType: "text/event-stream" } },
    problems: [...captionedJsonProblems, ...resolveProblems, "inference_unavailable", "shutting_down"],
    handle: async (c) => {
      const { generations } = parse(BatchEnvelopeSchema, await readJson(c.req.raw, limits.batchJsonMaxBytes));
      // What is sent to the queue again must be the same job, also where the client gave no key.
      const key = idempotencyOf(c, generations)?.key ?? randomUUID();
      requireInference(deps);
      const stream = batchStream(deps, generations, key, ownerOf(c));
      const headers = { "Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no" };
      return new Response(stream, { headers });
    },
  },
];

/** Generations of one batch in the queue at a time: enough to keep the child busy, few enough to leave room. */
const queuedMax = 2 * limits.jobsParallelMax;

const encoder = new TextEncoder();

function batchStream(
  deps: RouteDeps,
  requested: readonly unknown[],
  key: string,
  owner: Standing,
): ReadableStream<Uint8Array> {
  const left = new AbortController();
  const close = (): void => left.abort();
  /** The client reads. */
  const isOpen = (): boolean => !left.signal.aborted;
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const write = (text: string): void => {
        if (isOpen()) controller.enqueue(encoder.encode(text));
      };
      const send = ({ event, ...data }: BatchEvent): void =>
        write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      const heartbeat = setInterval(() => write(": heartbeat\n\n"), deps.limits.eventHeartbeatMs);
      write(": open\n\n");
      let next = 0;
      const patience = createPatience(deps.limits, () => !isOpen() || deps.streamsEnd.aborted);
      const work = async (): Promise<void> => {
        while (isOpen() && !deps.streamsEnd.aborted && next < requested.length) {
          const index = next++;
          try {
            const { body: first } = await whileHeld(deps, left.signal, async (holding) => {
              const job = await patience(() => resolve(holding, requested[index], `${key}-${index}`, owner));
              return patience(() => deps.queue.add(job));
            });
            send({ event: "accepted", index, generation: first });
            const ended = await whenFinal(deps, first, patience);
            if (ended) send({ event: "finished", index, generation: ended });
          } catch (error) {
            send({ event: "refused", index, problem: toProblem(asKnown(error, deps)) });
          }
        }
      };
      // Not awaited: `start` must return for the stream to be read.
      void Promise.all(Array.from({ length: queuedMax }, work)).finally(() => {
        clearInterval(heartbeat);
        if (isOpen()) controller.close();
        close();
      });
    },
    cancel: close,
  });
}

function asKnown(error: unknown, { log }: RouteDeps): AppError {
  if (error instanceof AppError) return error;
  log.error({ err: error }, "a generation of a batch could not be queued");
  return new AppError("internal", "expected a queue that works");
}

/** @throws AppError as POST /v1/generations answers it */
async function resolve(deps: HoldingDeps, requested: unknown, key: string, owner: Standing) {
  const request = parse(GenerationRequestSchema, requested);
  const idempotency = { key, fingerprint: fingerprintOf(request) };
  return { ...(await resolveGeneration(request, deps)), idempotency, ...owner, urgency: "bulk" } as const;
}

/**
 * Resolves with the final state; undefined when the server stops before: the generation goes on after the next start.
 * @throws AppError not_found when the queue no longer has it
 */
function whenFinal(
  { queue, streamsEnd }: RouteDeps,
  { id }: Generation,
  patience: Patience,
): Promise<Generation | undefined> {
  return new Promise((resolve, reject) => {
    const release = (): void => {
      unsubscribe();
      streamsEnd.removeEventListener("abort", look);
    };
    const end = (body: Generation | undefined): void => {
      release();
      resolve(body);
    };
    const fail = (error: unknown): void => {
      release();
      reject(error);
    };
    const take = (now: Snapshot<Generation> | undefined): void => {
      if (!now) fail(notFound("generation", "the id of a generation that this server knows", id));
      else if (isFinal(now.body)) end(now.body);
      else if (streamsEnd.aborted) end(undefined);
    };
    // It may have ended between its acceptance and the subscription, or just before the stop.
    const look = (): void => void patience(() => queue.get(id)).then(take, fail);
    const unsubscribe = queue.subscribe(id, take);
    streamsEnd.addEventListener("abort", look, { once: true });
    look();
  });
}
