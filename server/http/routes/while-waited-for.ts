/** Work of the inference child whose client waits within its request: some at a time, each until the client leaves or a deadline ends it. */
import type { Context } from "hono";
import { AppError, type ProblemCode } from "../../../shared/problem.ts";
import { createSemaphore } from "../../platform/semaphore.ts";
import type { HttpLimits } from "../deps.ts";
import { ownerOf, type Standing } from "../identity.ts";

/** What such work can be refused with, besides what its request is. */
export const waitedForProblems: readonly ProblemCode[] = [
  "queue_full",
  "queue_unavailable",
  "storage_full",
  "inference_unavailable",
  "inference_crashed",
  "deadline_exceeded",
  "cancelled",
  "shutting_down",
];

/** @param what is made, in a word */
export const clientLeft = (what: string): AppError =>
  new AppError("cancelled", `${what}: expected a client that waits, got one that left`);

/**
 * @returns what runs work of one kind for a request, of several owners in turn
 * @throws AppError of `waitedForProblems`
 */
export function createWaitedFor(what: string, limits: HttpLimits) {
  const gate = createSemaphore(limits.inversionsParallelMax, limits.inversionsWaitingMax);
  return <T>(c: Context, work: (signal: AbortSignal, standing: Standing) => Promise<T>): Promise<T> => {
    const standing = ownerOf(c);
    return gate(
      () => withDeadline(what, limits.attemptDeadlineMs, c.req.raw.signal, (signal) => work(signal, standing)),
      standing.owner,
    );
  };
}

async function withDeadline<T>(
  what: string,
  deadlineMs: number,
  client: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), deadlineMs);
  const signal = AbortSignal.any([client, deadline.signal]);
  try {
    signal.throwIfAborted();
    return await work(signal);
  } catch (error) {
    if (deadline.signal.aborted)
      throw new AppError("deadline_exceeded", `${what}: expected at most ${deadlineMs} ms of work, got more`);
    if (client.aborted) throw clientLeft(what);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
