/**
 * The only file that calls `fetch`: requests to a Tau server, answers parsed with the shared schemas, every way to fail
 * turned into a Failure with its own code. Progress is read from server-sent events with resumption, then by polling.
 */
import type { z } from "zod";
import {
  type Generation,
  type GenerationInput,
  GenerationSchema,
  type Meta,
  MetaSchema,
} from "../../shared/contract.ts";
import { limits } from "../../shared/limits.ts";
import { ProblemSchema } from "../../shared/problem.ts";
import { checkApiRange, checkCompatible, Failure, failureOfProblem } from "./failure.ts";
import { readEvents } from "./sse.ts";

export interface ClientOptions {
  readonly serverUrl: string;
  readonly token: string;
  /** True when the manifest or the browser refused the address itself; browsers report that apart from `fetch`. */
  readonly wasBlocked?: () => "url_not_allowed" | "network_blocked" | undefined;
  readonly timings?: Partial<typeof defaultTimings>;
}

const defaultTimings = {
  answerMs: 10_000,
  /** Pauses before reopening a broken event stream; after the last, polling. */
  reconnectMs: [200, 800] as readonly number[],
  pollMs: 700,
  /** Failed polls in a row before giving up. */
  pollFailuresMax: 5,
};

export type ApiClient = ReturnType<typeof createApiClient>;

const isFinal = ({ state }: Generation): boolean => state === "done" || state === "failed" || state === "cancelled";

/** Accepts what people type: a missing scheme and trailing slashes are repaired. @throws Failure url_invalid */
export function normalizeServerUrl(typed: string): string {
  const text = typed.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  try {
    const url = new URL(withScheme);
    if (url.protocol !== "http:" && url.protocol !== "https:") throw new Error(`scheme ${url.protocol}`);
    return url.origin;
  } catch (error) {
    throw new Failure(
      "url_invalid",
      `expected an address like http://localhost:7826, got “${text}” (${String(error)})`,
    );
  }
}

export const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, ms);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });

export function createApiClient({ serverUrl, token, wasBlocked = () => undefined, ...options }: ClientOptions) {
  const origin = normalizeServerUrl(serverUrl);
  const timings = { ...defaultTimings, ...options.timings };

  /** One exchange; the answer's headers must arrive in time. @throws Failure; the signal's reason when aborted */
  async function send(method: string, path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
    const headers = new Headers(init.headers);
    if (token !== "") headers.set("Authorization", `Bearer ${token}`);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), timings.answerMs);
    const stop = (): void => deadline.abort();
    signal?.addEventListener("abort", stop, { once: true });
    // The listener stays for the body: aborting must end a stream as well.
    let response: Response;
    try {
      signal?.throwIfAborted();
      response = await fetch(origin + path, { ...init, method, headers, signal: deadline.signal, cache: "no-store" });
    } catch (error) {
      signal?.throwIfAborted();
      if (deadline.signal.aborted) throw new Failure("no_answer", `${origin} did not answer in ${timings.answerMs} ms`);
      throw new Failure(wasBlocked() ?? "unreachable", `${origin}: ${error instanceof Error ? error.message : error}`);
    } finally {
      clearTimeout(timer);
    }
    if (!response.ok) throw await failureOf(response, path);
    return response;
  }

  async function failureOf(response: Response, path: string): Promise<Failure> {
    const body: unknown = await response.json().catch(() => undefined);
    const problem = ProblemSchema.safeParse(body);
    if (problem.success) return failureOfProblem(problem.data, token !== "");
    if (response.status === 401) return new Failure(token === "" ? "token_missing" : "unauthorized", path);
    const retry = Number(response.headers.get("Retry-After") ?? Number.NaN);
    if (response.status === 429) return new Failure("rate_limited", path, Number.isFinite(retry) ? retry : undefined);
    return new Failure("not_tau", `${origin}${path} answered ${response.status} without a problem document`);
  }

  async function parse<T extends z.ZodType>(
    response: Response,
    schema: T,
    code: "not_tau" | "answer_broken",
  ): Promise<z.output<T>> {
    const body: unknown = await response.json().catch(() => undefined);
    const result = schema.safeParse(body);
    if (!result.success) throw new Failure(code, result.error.issues[0]?.message ?? "not JSON");
    return result.data;
  }

  async function readMeta(signal?: AbortSignal): Promise<Meta> {
    const response = await send("GET", "/v1/meta", {}, signal);
    const body: unknown = await response.json().catch(() => undefined);
    const about = body as { name?: unknown; api?: { min?: unknown; max?: unknown } } | undefined;
    const { min, max } = about?.api ?? {};
    const result = MetaSchema.safeParse(body);
    if (result.success) {
      checkCompatible(result.data);
      return result.data;
    }
    // A much newer or older Tau may describe itself differently, yet its API range says what to do.
    if (about?.name === "tau" && typeof min === "number" && typeof max === "number") checkApiRange({ min, max });
    throw new Failure("not_tau", result.error.issues[0]?.message ?? "not JSON");
  }

  const read = async (id: string, signal?: AbortSignal): Promise<Generation> =>
    parse(
      await send("GET", `/v1/generations/${encodeURIComponent(id)}`, {}, signal),
      GenerationSchema,
      "answer_broken",
    );

  async function start(input: GenerationInput, idempotencyKey: string): Promise<Generation> {
    // Not abortable: a job that was accepted must be known by its id, so that cancelling can delete it.
    const headers = { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey };
    const response = await send("POST", "/v1/generations", { headers, body: JSON.stringify(input) });
    return parse(response, GenerationSchema, "answer_broken");
  }

  /** Calls back on every step and resolves with the final state, whatever the connection does in between. */
  async function follow(
    first: Generation,
    onStep: (generation: Generation) => void,
    signal: AbortSignal,
  ): Promise<Generation> {
    let latest = first;
    let lastEventId: string | undefined;
    const take = (generation: Generation): void => {
      latest = generation;
      onStep(generation);
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
        const response = await send(
          "GET",
          `/v1/generations/${encodeURIComponent(first.id)}/events`,
          { headers },
          either,
        );
        if (response.body === null) break;
        let watchdog = setTimeout(() => silence.abort(), 3 * limits.eventHeartbeatMs);
        const alive = (): void => {
          clearTimeout(watchdog);
          watchdog = setTimeout(() => silence.abort(), 3 * limits.eventHeartbeatMs);
        };
        try {
          for await (const { id, data } of readEvents(response.body, alive)) {
            lastEventId = id ?? lastEventId;
            const step = parseStep(data);
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

  const readImage = async (path: string, signal: AbortSignal): Promise<Uint8Array> =>
    new Uint8Array(await (await send("GET", path, {}, signal)).arrayBuffer());

  /** Tells the server to stop; a job that is gone already is as good. */
  async function cancel(id: string): Promise<void> {
    try {
      await send("DELETE", `/v1/generations/${encodeURIComponent(id)}`, { keepalive: true });
    } catch {
      // Nothing a person could do: the job ends by its own deadline.
    }
  }

  return { origin, readMeta, start, read, follow, readImage, cancel };
}

/** An event's data as generation, bare or wrapped; undefined for events of other kinds. */
function parseStep(data: string): Generation | undefined {
  try {
    const body = JSON.parse(data) as { generation?: unknown };
    const result = GenerationSchema.safeParse(body.generation ?? body);
    return result.success ? result.data : undefined;
  } catch {
    return undefined;
  }
}
