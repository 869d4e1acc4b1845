/**
 * Work that the server does in its own time, generations and upscales alike: started, followed by server-sent events
 * with resumption and then by polling, and taken back. Requests themselves are in api-client.ts.
 */
import type { JobState } from "../../../shared/contract/job-fields.ts";
import { limits } from "../../../shared/limits.ts";
import { Failure } from "./failure.ts";
import type { Guard } from "./guards.ts";
import { readEvents } from "./sse.ts";
import { wait } from "./wait.ts";

export interface Exchange {
  /** @throws Failure; the signal's reason when aborted */
  send(method: string, path: string, init: RequestInit, signal?: AbortSignal): Promise<Response>;
  /** @throws Failure answer_broken when the body is not what the guard lets through */
  parse<T>(response: Response, guard: Guard<T>): Promise<T>;
}

export interface JobTimings {
  /** Pauses before reopening a broken event stream; after the last, polling. */
  readonly reconnectMs: readonly number[];
  readonly pollMs: number;
  /** Failed polls in a row before giving up. */
  readonly pollFailuresMax: number;
}

interface ServerJob {
  readonly id: string;
  readonly state: JobState;
}

const isFinal = ({ state }: ServerJob): boolean => state === "done" || state === "failed" || state === "cancelled";

/** The jobs under `path`, e.g. `/v1/generations`. */
export function createServerJobs<Job extends ServerJob, Input>(
  { send, parse }: Exchange,
  timings: JobTimings,
  path: string,
  guard: Guard<Job>,
) {
  const pathOf = (id: string): string => `${path}/${encodeURIComponent(id)}`;

  const read = async (id: string, signal?: AbortSignal): Promise<Job> =>
    parse(await send("GET", pathOf(id), {}, signal), guard);

  async function start(input: Input, idempotencyKey: string): Promise<Job> {
    // Not abortable: a job that was accepted must be known by its id, so that cancelling can delete it.
    const headers = { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey };
    const response = await send("POST", path, { headers, body: JSON.stringify(input) });
    return parse(response, guard);
  }

  /** Calls back on every step and resolves with the final state, whatever the connection does in between. */
  async function follow(first: Job, onStep: (job: Job) => void, signal: AbortSignal): Promise<Job> {
    let latest = first;
    let lastEventId: string | undefined;
    const take = (job: Job): void => {
      latest = job;
      onStep(job);
    };
    for (let attempt = 0; !isFinal(latest) && attempt <= timings.reconnectMs.length; attempt++) {
      if (attempt > 0) await wait(timings.reconnectMs[attempt - 1]!, signal);
      try {
        const headers: HeadersInit = {
          Accept: "text/event-stream",
          ...(lastEventId ? { "Last-Event-ID": lastEventId } : {}),
        };
        const silence = new AbortController();
        const either = AbortSignal.any([signal, silence.signal]);
        const response = await send("GET", `${pathOf(first.id)}/events`, { headers }, either);
        if (response.body === null) break;
        let watchdog = setTimeout(() => silence.abort(), 3 * limits.eventHeartbeatMs);
        const alive = (): void => {
          clearTimeout(watchdog);
          watchdog = setTimeout(() => silence.abort(), 3 * limits.eventHeartbeatMs);
        };
        try {
          for await (const { id, data } of readEvents(response.body, alive)) {
            lastEventId = id ?? lastEventId;
            const step = parseStep(data, guard);
            if (step === undefined) continue;
            attempt = 0;
            take(step);
            if (isFinal(step)) break;
          }
        } finally {
          clearTimeout(watchdog);
        }
      } catch {
        signal.throwIfAborted();
      }
    }
    for (let failures = 0; !isFinal(latest); ) {
      try {
        take(await read(first.id, signal));
        failures = 0;
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof Failure && error.code === "not_found") throw error;
        if (++failures >= timings.pollFailuresMax) throw error;
      }
      if (!isFinal(latest)) await wait(timings.pollMs, signal);
    }
    return latest;
  }

  /** Takes a job off the server, with all that it made; one that is gone already is as good. @throws Failure */
  async function remove(id: string): Promise<void> {
    try {
      await send("DELETE", pathOf(id), { keepalive: true });
    } catch (error) {
      if (!(error instanceof Failure && error.code === "not_found")) throw error;
    }
  }

  /** Asks the server to stop. */
  const cancel = (id: string): Promise<void> =>
    remove(id).catch(() => {
      // Nothing a person could do: the job ends by its own deadline.
    });

  return { start, read, follow, remove, cancel };
}

/** An event's data as job; undefined for events of other kinds. */
function parseStep<Job>(data: string, guard: Guard<Job>): Job | undefined {
  try {
    return guard(JSON.parse(data));
  } catch {
    return undefined;
  }
}
