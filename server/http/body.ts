/**
 * Reads request bodies under a cap, whether the client announces a length or sends chunks, and JSON out of them.
 * Not hono's body-limit: of a chunked body it makes a new Request, which fails on the one that @hono/node-server gives
 * unless that replaces the global Request.
 */
import { AppError } from "../../shared/problem.ts";
import { describe } from "../../shared/validation.ts";

/** Codes that a JSON body can be refused with before anything is looked up, for the contract; and one with captions. */
export const jsonProblems = ["invalid_json", "unsupported_media", "payload_too_large"] as const;
export const captionedJsonProblems = [
  ...jsonProblems,
  "caption_empty",
  "caption_too_long",
  "caption_unreadable",
] as const;

const tooLarge = (maxBytes: number, received: string): AppError =>
  new AppError("payload_too_large", `body: expected at most ${maxBytes} bytes, got ${received}`, {
    field: "body",
    expected: `at most ${maxBytes} bytes`,
    received,
  });

/** Media type without parameters, in small letters. */
export const mediaTypeOf = (request: Request): string =>
  (request.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();

/** @throws AppError unsupported_media */
export function requireMediaType(request: Request, accepted: readonly string[]): void {
  const type = mediaTypeOf(request);
  if (accepted.includes(type)) return;
  const expected = accepted.join(", ");
  const received = type === "" ? "none" : describe(type);
  throw new AppError("unsupported_media", `Content-Type: expected ${expected}, got ${received}`, {
    field: "Content-Type",
    expected,
    received,
  });
}

/** Runs work that holds bodies in memory; `take` gets their bytes as they come. @throws AppError queue_full */
type ByteBudget = <T>(work: (take: (bytes: number) => void) => Promise<T>) => Promise<T>;

/** Bounds the bytes of bodies in memory, however many clients send them and however slowly. */
export function createByteBudget(maxBytes: number): ByteBudget {
  let all = 0;
  return async (work) => {
    let own = 0;
    try {
      return await work((bytes) => {
        if (all + bytes > maxBytes)
          throw new AppError("queue_full", `expected at most ${maxBytes} bytes of uploads at a time, got more`, {
            retryAfterSeconds: 1,
          });
        all += bytes;
        own += bytes;
      });
    } finally {
      all -= own;
    }
  };
}

/**
 * @param take gets the number of bytes as they come, and may throw
 * @throws AppError payload_too_large, before more than the cap is in memory
 */
export async function readBody(
  request: Request,
  maxBytes: number,
  take: (bytes: number) => void = () => undefined,
): Promise<Uint8Array> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > maxBytes) throw tooLarge(maxBytes, `${announced} bytes`);
  const chunks: Uint8Array[] = [];
  let total = 0;
  if (request.body) {
    const reader = request.body.getReader();
    const next = () =>
      reader.read().catch((cause: unknown) => {
        throw new AppError(
          "invalid_request",
          `body: expected a whole body, got a connection that ended after ${total} bytes`,
          {
            field: "body",
            cause,
          },
        );
      });
    for (let part = await next(); !part.done; part = await next()) {
      try {
        total += part.value.byteLength;
        if (total > maxBytes) throw tooLarge(maxBytes, `more than ${maxBytes} bytes`);
        take(part.value.byteLength);
      } catch (error) {
        await reader.cancel().catch(() => undefined);
        throw error;
      }
      chunks.push(part.value);
    }
  }
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

/** @throws AppError unsupported_media, payload_too_large, invalid_json */
export async function readJson(request: Request, maxBytes: number): Promise<unknown> {
  requireMediaType(request, ["application/json"]);
  const bytes = await readBody(request, maxBytes);
  const fail = (received: string): AppError =>
    new AppError("invalid_json", `body: expected a JSON document in UTF-8, got ${received}`, {
      field: "body",
      expected: "a JSON document in UTF-8",
      received,
    });
  if (bytes.byteLength === 0) throw fail("an empty body");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw fail("bytes that are no UTF-8");
  }
  try {
    return JSON.parse(text);
  } catch {
    throw fail(`${bytes.byteLength} bytes that are no JSON`);
  }
}
