/** Work whose client waits within its request. */
import { AppError } from "../../../shared/problem.ts";

/** Runs work that ends early with the client or the deadline. @param what is made, in a word @throws AppError deadline_exceeded, cancelled */
export async function withDeadline<T>(
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
    if (client.aborted) throw new AppError("cancelled", `${what}: expected a client that waits, got one that left`);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
