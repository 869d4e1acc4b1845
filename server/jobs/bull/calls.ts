/**
 * Calls: what a client waits for within its request (an inversion, drawings that fit, a family of icons), done by a worker. A call is a job like others
 * of the queue, which its caller follows to its end and then removes; who no longer waits cancels it.
 */
import { z } from "zod";
import { JobStateSchema } from "../../../shared/contract/job-fields.ts";
import { AppError, type Problem, problemCodes } from "../../../shared/problem.ts";
import type { JobKind } from "../job-kinds.ts";
import { isFinal, type JobQueue, type JobRequest } from "../job-queue.ts";

const CallSchema = z.object({
  id: z.string(),
  state: JobStateSchema,
  /** Which call, and what with. */
  request: z.object({ name: z.enum(["invert", "drawings", "family"]), with: z.looseObject({}) }),
  packDigest: z.string(),
  createdAt: z.string(),
  finishedAt: z.string().optional(),
  progress: z.object({ stage: z.string(), completed: z.number(), total: z.number() }),
  durationMs: z.number().optional(),
  result: z.looseObject({}).optional(),
  problem: z
    .custom<Problem>((value) => problemCodes.includes((value as Problem | undefined)?.code as never))
    .optional(),
});
export type Call = z.infer<typeof CallSchema>;

export const callKind: JobKind<Call> = {
  one: "call",
  many: "calls",
  schema: CallSchema,
  shown: (request) => request,
  fresh: () => ({ progress: { stage: "waiting", completed: 0, total: 1 } }),
  firstStage: "running",
  lastProgress: ({ total }, state) => ({ stage: "finished", completed: state === "done" ? total : 0, total }),
  uploadsIn: () => [],
  packsOf: ({ packDigest }) => [packDigest],
  textOf: () => "",
  startsMax: 3,
  retryAfterSeconds: 5,
};

/** Has a worker answer. @throws AppError of the worker, queue_full, queue_unavailable, or the signal's reason */
export async function call(
  queue: JobQueue<Call>,
  requested: Pick<Call, "request" | "packDigest"> & Pick<JobRequest<Call>, "owner" | "share">,
  signal: AbortSignal,
): Promise<object> {
  signal.throwIfAborted();
  const { body } = await queue.add(requested);
  const { id } = body;
  const ended = await new Promise<Call>((resolve, reject) => {
    const stop = queue.subscribe(id, (now) => {
      if (now && !isFinal(now.body)) return;
      settle();
      if (now) resolve(now.body);
      else reject(lost());
    });
    const leave = (): void => {
      settle();
      reject(signal.reason);
      queue
        .cancel(id)
        .then(() => queue.remove(id))
        .catch(() => undefined);
    };
    const settle = (): void => {
      stop();
      signal.removeEventListener("abort", leave);
    };
    signal.addEventListener("abort", leave);
    // It may have left while the call was added.
    if (signal.aborted) leave();
  });
  // The answer is there; a call that stays goes when there are too many.
  await queue.remove(id).catch(() => undefined);
  if (ended.state === "done" && ended.result) return ended.result;
  const { code = "internal", detail = "expected an answer of a worker, got none", ...about } = ended.problem ?? {};
  throw new AppError(code, detail, detailOf(about));
}

const lost = (): AppError =>
  new AppError("queue_unavailable", "expected a queue server that keeps calls, got one that lost this call", {
    retryAfterSeconds: callKind.retryAfterSeconds,
  });

const detailOf = ({ field, expected, received, retryAfterSeconds }: Partial<Problem>) => ({
  ...(field !== undefined && { field }),
  ...(expected !== undefined && { expected }),
  ...(received !== undefined && { received }),
  ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
});
