/**
 * The only file that calls `fetch`: requests to a Tau server, answers checked by guards, every way to fail
 * turned into a Failure with its own code. Generations and upscales are followed in server-jobs.ts.
 */
import type { BatchEvent } from "../../../shared/contract/generations/batches.ts";
import type { DrawingsRequest, FittingDrawing } from "../../../shared/contract/generations/drawings.ts";
import type { Generation, GenerationList } from "../../../shared/contract/generations/generation.ts";
import type { GenerationInput } from "../../../shared/contract/generations/generation-request.ts";
import type { Meta } from "../../../shared/contract/meta.ts";
import type { Training, TrainingList, TrainingRequest } from "../../../shared/contract/training.ts";
import type { ImageUpload } from "../../../shared/contract/upload.ts";
import type { Upscale, UpscaleInput } from "../../../shared/contract/upscaling.ts";
import type { Family, FamilyInput, Vector } from "../../../shared/contract/vectors.ts";
import { limits } from "../../../shared/limits.ts";
import { checkApiRange, Failure, failureOfProblem } from "./failure.ts";
import {
  type Guard,
  readMeta as guardMeta,
  readBatchEvent,
  readDrawings,
  readFamily,
  readGeneration,
  readGenerationList,
  readProblem,
  readTraining,
  readTrainingList,
  readUpload,
  readUpscale,
  readVector,
} from "./guards.ts";
import { createServerJobs, type Exchange } from "./server-jobs.ts";
import { readEvents } from "./sse.ts";
import { checkCompatible } from "./translations.ts";
import { wait } from "./wait.ts";

export type Blocked = "url_not_allowed" | "network_blocked";

export interface ClientOptions {
  readonly serverUrl: string;
  readonly token: string;
  /** Why the manifest or the browser refused the address itself; browsers report that apart from `fetch`. */
  readonly whyBlocked?: (origin: string) => Promise<Blocked | undefined>;
  readonly timings?: Partial<typeof defaultTimings>;
}

const defaultTimings = {
  answerMs: 10_000,
  /** An answer comes only after all bytes were sent; the server itself waits no longer. */
  uploadMs: limits.requestTimeoutMs,
  /** A family is answered when all its icons are drawn, and waits for those before it. */
  familyMs: 300_000,
  /** Pauses before reopening a broken event stream; after the last, polling. */
  reconnectMs: [200, 800] as readonly number[],
  pollMs: 700,
  /** Failed polls in a row before giving up. */
  pollFailuresMax: 5,
};

/** How often a picture is sent again to a server that says when, and the longest pause for that, in seconds. */
const [uploadTriesMax, pauseMaxSeconds] = [5, 10] as const;

export type ApiClient = ReturnType<typeof createApiClient>;

/** Accepts what people type: a missing scheme and trailing slashes are repaired. @throws Failure url_invalid */
export function normalizeServerUrl(typed: string): string {
  const text = typed.trim();
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  try {
    const url = new URL(withScheme);
    if (url.protocol !== "http:" && url.protocol !== "https:") throw new Error(`scheme ${url.protocol}`);
    // Browsers write a space in a host as a sign of its own, and go on.
    if (/[\s%]/.test(url.hostname)) throw new Error(`host ${url.hostname}`);
    return url.origin;
  } catch (error) {
    throw new Failure(
      "url_invalid",
      `expected an address like http://localhost:7826, got “${text}” (${String(error)})`,
    );
  }
}

/** Where the server says what its API is; undefined where its address can't be read. */
export function docsUrlOf(serverUrl: string): string | undefined {
  try {
    return `${normalizeServerUrl(serverUrl)}/docs`;
  } catch {
    return undefined;
  }
}

const isThisComputer = (origin: string): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(origin).hostname);

/**
 * Says that the address is this computer, which Chromium wants to hear before it requests permission to reach it from
 * figma.com. https://wicg.github.io/local-network-access; other browsers ignore the field.
 */
const addressSpace = (origin: string): { readonly targetAddressSpace?: "loopback" } =>
  isThisComputer(origin) ? { targetAddressSpace: "loopback" } : {};

export function createApiClient({
  serverUrl,
  token,
  whyBlocked = () => Promise.resolve(undefined),
  ...options
}: ClientOptions) {
  const origin = normalizeServerUrl(serverUrl);
  const timings = { ...defaultTimings, ...options.timings };

  /** One exchange; the answer's headers must arrive in time. @throws Failure; the signal's reason when aborted */
  async function send(
    method: string,
    path: string,
    init: RequestInit,
    signal?: AbortSignal,
    answerMs = timings.answerMs,
  ): Promise<Response> {
    const headers = new Headers(init.headers);
    if (token !== "") headers.set("Authorization", `Bearer ${token}`);
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), answerMs);
    // It also ends a body: aborting must end a stream as well.
    const ends = signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]);
    let response: Response;
    try {
      signal?.throwIfAborted();
      const request = { ...init, method, headers, signal: ends, cache: "no-store", ...addressSpace(origin) };
      response = await fetch(origin + path, request as RequestInit);
    } catch (error) {
      signal?.throwIfAborted();
      const isHere = isThisComputer(origin);
      // Behind a VPN that is gone, packets to another computer are dropped: its silence is that of the network.
      if (deadline.signal.aborted)
        throw new Failure(isHere ? "no_answer" : "host_unreachable", `${origin} did not answer in ${answerMs} ms`);
      const blocked = await whyBlocked(origin);
      signal?.throwIfAborted();
      const silence = isHere ? "unreachable" : "host_unreachable";
      throw new Failure(blocked ?? silence, `${origin}: ${error instanceof Error ? error.message : error}`);
    } finally {
      clearTimeout(timer);
    }
    if (!response.ok) throw await failureOf(response, path);
    return response;
  }

  async function failureOf(response: Response, path: string): Promise<Failure> {
    const body: unknown = await response.json().catch(() => undefined);
    const problem = readProblem(body);
    if (problem !== undefined) return failureOfProblem(problem, token !== "");
    if (response.status === 401) return new Failure(token === "" ? "token_missing" : "unauthorized", path);
    const retry = Number(response.headers.get("Retry-After") ?? Number.NaN);
    if (response.status === 429) return new Failure("rate_limited", path, Number.isFinite(retry) ? retry : undefined);
    return new Failure("not_tau", `${origin}${path} answered ${response.status} without a problem document`);
  }

  async function parse<T>(response: Response, guard: Guard<T>): Promise<T> {
    const body: unknown = await response.json().catch(() => undefined);
    const value = guard(body);
    if (value === undefined) throw new Failure("answer_broken", `${origin}: an answer of another shape`);
    return value;
  }

  async function readMeta(signal?: AbortSignal): Promise<Meta> {
    const response = await send("GET", "/v1/meta", {}, signal);
    const body: unknown = await response.json().catch(() => undefined);
    const about = body as { name?: unknown; api?: { min?: unknown; max?: unknown } } | undefined;
    const { min, max } = about?.api ?? {};
    const meta = guardMeta(body);
    if (meta !== undefined) {
      checkCompatible(meta);
      return meta;
    }
    // A much newer or older Tau may describe itself differently, yet its API range says what to do.
    if (about?.name === "tau" && typeof min === "number" && typeof max === "number") checkApiRange({ min, max });
    throw new Failure("not_tau", `${origin}/v1/meta answered something else than Tau does`);
  }

  /** Small pictures that it sent, by digest: layers keep them. */
  const sent = new Map<string, Uint8Array>();

  /** Stores the bytes for requests that name them by their digest; sending them twice stores them once. */
  async function uploadImage(bytes: Uint8Array, signal?: AbortSignal): Promise<ImageUpload> {
    const headers = { "Content-Type": "application/octet-stream" };
    const body = bytes as Uint8Array<ArrayBuffer>;
    for (let attempt = 0; ; attempt++) {
      try {
        const response = await send("POST", "/v1/images", { headers, body }, signal, timings.uploadMs);
        const upload = await parse(response, readUpload);
        if (bytes.length <= limits.keptPictureMaxBytes) sent.set(upload.digest, bytes);
        return upload;
      } catch (error) {
        const seconds = error instanceof Failure ? error.retryAfterSeconds : undefined;
        if (seconds === undefined || seconds > pauseMaxSeconds || attempt >= uploadTriesMax) throw error;
        await wait(1000 * seconds, signal ?? new AbortController().signal);
      }
    }
  }

  /** An uploaded picture as SVG, without a title: names of layers stay here. @param palette `#rrggbb`; absent: its own colours */
  async function vectorise(
    image: string,
    { palette }: { readonly palette?: readonly string[] | undefined },
    signal?: AbortSignal,
  ): Promise<Vector> {
    const headers = { "Content-Type": "application/json" };
    const body = JSON.stringify({ image, palette });
    return parse(await send("POST", "/v1/vectors", { headers, body }, signal, timings.uploadMs), readVector);
  }

  /** Icons that belong together. Leaving ends the work. */
  async function family(input: FamilyInput, signal: AbortSignal): Promise<Family> {
    const headers = { "Content-Type": "application/json" };
    const init = { headers, body: JSON.stringify(input) };
    return parse(await send("POST", "/v1/families", init, signal, timings.familyMs), readFamily);
  }

  /** Drawings that a caption may start from, the one that fits best first. @throws Failure server_too_old before 0.57 */
  async function drawings(request: DrawingsRequest, signal: AbortSignal): Promise<readonly FittingDrawing[]> {
    const init = { headers: { "Content-Type": "application/json" }, body: JSON.stringify(request) };
    const response = await send("POST", "/v1/drawings", init, signal, timings.uploadMs).catch((error: unknown) => {
      const isStrange = error instanceof Failure && (error.code === "not_found" || error.code === "method_not_allowed");
      throw isStrange ? new Failure("server_too_old", `${origin}/v1/drawings is not there`) : error;
    });
    return (await parse(response, readDrawings)).drawings;
  }

  const readImage = async (path: string, signal: AbortSignal): Promise<Uint8Array> =>
    new Uint8Array(await (await send("GET", path, {}, signal)).arrayBuffer());

  /** Earlier generations whose caption holds the words, newest first; of stars alone when asked. */
  async function list(words: string, isStarred: boolean, before?: string): Promise<GenerationList> {
    const query = new URLSearchParams({
      ...(isStarred ? { starred: "true" } : {}),
      ...(words === "" ? {} : { q: words }),
      ...(before === undefined ? {} : { before }),
    });
    return parse(await send("GET", `/v1/generations?${query}`, {}), readGenerationList);
  }

  /**
   * Many generations in one request: calls back for each as it is accepted, refused and finished. A stream that breaks
   * just ends: with the key `KEY-i`, what is missing can be requested again one by one.
   */
  async function batch(
    inputs: readonly GenerationInput[],
    idempotencyKey: string,
    onEvent: (event: BatchEvent) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": idempotencyKey };
    const body = JSON.stringify({ generations: inputs });
    const response = await send("POST", "/v1/batches", { headers, body }, signal);
    if (response.body === null) return;
    for await (const { event, data } of readEvents(response.body)) {
      const known = readBatchEvent(event, data);
      if (known !== undefined) onEvent(known);
    }
  }

  /** A starred generation is kept when older ones go. */
  const star = async (id: string, isStarred: boolean): Promise<Generation> =>
    parse(
      await send(isStarred ? "PUT" : "DELETE", `/v1/generations/${encodeURIComponent(id)}/star`, {}),
      readGeneration,
    );

  const exchange: Exchange = { send, parse };
  return {
    origin,
    sent,
    readMeta,
    uploadImage,
    readImage,
    vectorise,
    family,
    drawings,
    list,
    batch,
    star,
    listTrainings: async (): Promise<TrainingList> =>
      parse(await send("GET", "/v1/trainings?limit=5", {}), readTrainingList),
    trainings: createServerJobs<Training, Partial<TrainingRequest>>(exchange, timings, "/v1/trainings", readTraining),
    ...createServerJobs<Generation, GenerationInput>(exchange, timings, "/v1/generations", readGeneration),
    upscales: createServerJobs<Upscale, UpscaleInput>(exchange, timings, "/v1/upscales", readUpscale),
  };
}
