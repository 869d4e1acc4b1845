/** The route that starts a job of any kind: reads the request, resolves it, adds it to the queue, answers. */
import type { z } from "zod";
import type { ProblemCode } from "../../../shared/problem.ts";
import { parse } from "../../../shared/validation.ts";
import type { JobBody, JobQueue, JobRequest } from "../../jobs/job-queue.ts";
import { readJson } from "../body.ts";
import { type Identity, identityOf, ownerOf } from "../identity.ts";
import { accepted, acceptedAnswers, idempotencyOf, idempotencyParameter } from "../job-answers.ts";
import { type HoldingDeps, type Route, type RouteDeps, whileHeld } from "../route.ts";
import type { JobWords } from "./job-routes.ts";

interface StartOptions<Schema extends z.ZodType<object>, Body extends JobBody, Request> {
  readonly summary: string;
  readonly description: string;
  /** Of the request; its name in ./openapi.ts is the job's with `Request` behind. */
  readonly schema: Schema;
  readonly maxBytes: number;
  readonly queue: Pick<JobQueue<Body, Request>, "add" | "replayOf">;
  /** Codes of reading and resolving. */
  readonly problems: readonly ProblemCode[];
  /** Asked before anything is resolved. @throws AppError when the server can't take such a job now */
  requireReady?(): void;
  /** What the queue takes. */
  resolve(requested: z.output<Schema>, deps: HoldingDeps, asking: Identity): Promise<JobRequest<Body, Request>>;
}

export const startRoute = <Schema extends z.ZodType<object>, Body extends JobBody, Request>(
  deps: RouteDeps,
  { home, schema: name }: JobWords,
  { summary, description, schema, maxBytes, queue, ...options }: StartOptions<Schema, Body, Request>,
): Route => ({
  method: "post",
  path: home,
  summary,
  description,
  parameters: [idempotencyParameter],
  body: { mediaTypes: ["application/json"], schema: `${name}Request` },
  answers: acceptedAnswers(name),
  problems: [
    ...options.problems,
    "idempotency_conflict",
    "queue_full",
    "queue_unavailable",
    "storage_full",
    "store_unavailable",
    "shutting_down",
    // Of a client that left.
    "cancelled",
  ],
  handle: async (c) => {
    const requested = parse(schema, await readJson(c.req.raw, maxBytes));
    const idempotency = idempotencyOf(c, requested);
    // Before all else: what the request names may be gone by now.
    const former = await queue.replayOf(idempotency);
    if (former) return accepted(home, former, false);
    options.requireReady?.();
    const { body, isNew } = await whileHeld(deps, c.req.raw.signal, async (holding) =>
      queue.add({
        ...(await options.resolve(requested, holding, identityOf(c))),
        ...ownerOf(c),
        ...(idempotency && { idempotency }),
      }),
    );
    return accepted(home, body, isNew);
  },
});
