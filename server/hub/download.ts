/**
 * Downloads a file so that a broken line costs nothing: what came stays in `<file>.part` and the next attempt goes on behind it. The file gets its name
 * only when its SHA-256 is the expected one. The one importer of undici, which knows HTTPS_PROXY, HTTP_PROXY and NO_PROXY.
 */
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { EnvHttpProxyAgent, request } from "undici";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { asStorageError } from "../platform/files/atomic-file.ts";
import { sha256OfFile } from "../platform/sha256.ts";

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Bytes so far, and all of them where the server says. */
  readonly onProgress?: ((done: number, total: number | undefined) => void) | undefined;
}

/** Redirects that are followed: a hub sends on to its store. */
const redirectsMax = 5;

/**
 * Fetches `address` to `path`.
 * @param sha256 of the whole file, 64 lower-case hex digits
 * @throws AppError `config_invalid` when it can't be had or has other bytes, `cancelled` by the signal, `storage_full`
 */
export async function download(
  address: URL,
  path: string,
  sha256: string,
  options: DownloadOptions = {},
): Promise<void> {
  if ((await sha256OfFile(path).catch(() => undefined)) === sha256) return;
  await mkdir(dirname(path), { recursive: true });
  const part = `${path}.part`;
  const agent = createAgent();
  try {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await fetchRest(address, part, agent, options);
        break;
      } catch (error) {
        if (error instanceof AppError) throw error;
        requireWanted(address, part, options);
        if (attempt >= limits.downloadAttemptsMax)
          throw new AppError(
            "config_invalid",
            `${shown(address)}: expected a file, got ${reasonOf(error)} in ${attempt} attempts; ${part} keeps what came`,
          );
        // An abort ends the pause; what it means is said below.
        await sleep(limits.downloadRetryMs * attempt, undefined, { signal: options.signal }).catch(() => undefined);
        requireWanted(address, part, options);
      }
    }
  } finally {
    await agent.close();
  }
  const received = await sha256OfFile(part);
  if (received !== sha256) {
    await rm(part, { force: true });
    throw new AppError("config_invalid", `${shown(address)}: expected SHA-256 ${sha256}, got ${received}`, {
      expected: sha256,
      received,
    });
  }
  await rename(part, path);
}

/** @throws AppError config_invalid for an address of a proxy that is none */
function createAgent(): EnvHttpProxyAgent {
  try {
    return new EnvHttpProxyAgent({ headersTimeout: limits.downloadSilenceMs, bodyTimeout: limits.downloadSilenceMs });
  } catch {
    // Without the cause, which quotes the address and the password in it.
    const message = "HTTP_PROXY, HTTPS_PROXY: expected addresses like http://proxy:3128, got another";
    throw new AppError("config_invalid", message, { field: "HTTP_PROXY" });
  }
}

/** @throws AppError cancelled */
function requireWanted(address: URL, part: string, { signal }: DownloadOptions): void {
  if (signal?.aborted) throw new AppError("cancelled", `${shown(address)}: stopped; ${part} keeps what came`);
}

async function fetchRest(
  address: URL,
  part: string,
  agent: EnvHttpProxyAgent,
  options: DownloadOptions,
): Promise<void> {
  const start = (await stat(part).catch(() => undefined))?.size ?? 0;
  const { statusCode, headers, body } = await follow(address, start, agent, options.signal);
  // The part is all there was, or the file is another by now; the digest decides.
  if (statusCode === 416) return void (await body.dump());
  const isRest = statusCode === 206 && String(headers["content-range"]).startsWith(`bytes ${start}-`);
  if (!isRest && statusCode !== 200) {
    await body.dump();
    const error = new AppError("config_invalid", `${shown(address)}: expected a file, got HTTP status ${statusCode}`);
    throw statusCode >= 500 ? new Error(error.message) : error;
  }
  const from = isRest ? start : 0;
  const length = Number(headers["content-length"]);
  const total = Number.isSafeInteger(length) ? from + length : undefined;
  const file = await open(part, from === 0 ? "w" : "r+");
  try {
    await store(body, file, from, total, address, options);
  } finally {
    await file.close();
  }
}

async function follow(address: URL, start: number, agent: EnvHttpProxyAgent, signal: AbortSignal | undefined) {
  let at = address;
  for (let hop = 0; hop <= redirectsMax; hop += 1) {
    const response = await request(at, {
      dispatcher: agent,
      headers: {
        "user-agent": "tau",
        "accept-encoding": "identity",
        ...(start > 0 ? { range: `bytes=${start}-` } : {}),
      },
      ...(signal ? { signal } : {}),
    });
    const { location } = response.headers;
    if (response.statusCode < 300 || response.statusCode >= 400 || typeof location !== "string") return response;
    await response.body.dump();
    const next = new URL(location, at);
    if (at.protocol === "https:" && next.protocol !== "https:")
      throw new AppError("config_invalid", `${shown(at)}: expected a redirect to https, got one to ${next.protocol}`);
    at = next;
  }
  throw new AppError("config_invalid", `${shown(address)}: expected at most ${redirectsMax} redirects, got more`);
}

async function store(
  body: AsyncIterable<Buffer>,
  file: FileHandle,
  from: number,
  total: number | undefined,
  address: URL,
  { signal, onProgress }: DownloadOptions,
): Promise<void> {
  let at = from;
  for await (const chunk of body) {
    signal?.throwIfAborted();
    at += chunk.length;
    if (at > limits.checkpointMaxBytes)
      throw new AppError(
        "config_invalid",
        `${shown(address)}: expected at most ${limits.checkpointMaxBytes} bytes, got more`,
      );
    try {
      await file.write(chunk, 0, chunk.length, at - chunk.length);
    } catch (error) {
      throw asStorageError(error);
    }
    onProgress?.(at, total);
  }
  await file.sync();
}

/** User and password of addresses, of the hub or of a proxy, are no one's business. */
const withoutCredentials = (text: string): string => text.replace(/(:\/\/)[^/\s]*@/g, "$1");
const shown = (address: URL): string => withoutCredentials(String(address));
const reasonOf = (error: unknown): string =>
  withoutCredentials(error instanceof Error ? error.message : String(error)).slice(0, 200);
