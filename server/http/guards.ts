/**
 * What stands before every route: the Host check against DNS rebinding, CORS for the plugin (whose origin is `null`),
 * the bearer token and the rate limit. Each is a plain function of the request; app.ts puts them in order.
 */
import { createHash, timingSafeEqual } from "node:crypto";
import { AppError } from "../../shared/problem.ts";

const localNames = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Refuses requests that name a host which is not ours: a page whose DNS name was rebound to 127.0.0.1 sends its own name.
 * @throws AppError origin_host_refused
 */
export function checkHost(host: string, names: readonly string[]): void {
  const name = host.toLowerCase().replace(/:\d*$/, "");
  if (localNames.includes(name) || names.includes(name)) return;
  const expected = [...localNames, ...names].join(", ");
  throw new AppError(
    "origin_host_refused",
    `Host: expected one of ${expected}, got ${JSON.stringify(name.slice(0, 80))}`,
    {
      field: "Host",
    },
  );
}

/**
 * Figma's UI frame has the origin `null`, which must not be echoed; `*` without credentials lets any page ask, and the
 * token, which no page but ours has, decides.
 */
export const corsHeaders: Readonly<Record<string, string>> = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Expose-Headers":
    "Location, Retry-After, ETag, X-Request-Id, WWW-Authenticate, Allow, Idempotency-Replayed, Content-Length",
};

export function preflightResponse(request: Request): Response {
  const headers = new Headers({
    "Access-Control-Allow-Methods": "GET, HEAD, POST, DELETE, OPTIONS",
    "Access-Control-Allow-Headers":
      "Authorization, Content-Type, Accept, Idempotency-Key, Last-Event-ID, If-None-Match, X-Request-Id, Cache-Control",
    "Access-Control-Max-Age": "600",
    Vary: "Access-Control-Request-Headers, Access-Control-Request-Private-Network",
  });
  if (request.headers.get("access-control-request-private-network") === "true")
    headers.set("Access-Control-Allow-Private-Network", "true");
  return new Response(null, { status: 204, headers });
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/** Checks `Authorization: Bearer <token>` in constant time. */
export function createTokenCheck(token: string): (authorization: string | null) => void {
  const wanted = digest(token);
  return (authorization) => {
    const given = /^Bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
    if (given !== undefined && timingSafeEqual(digest(given), wanted)) return;
    const received = given === undefined ? (authorization ? "another scheme" : "none") : "another token";
    throw new AppError("unauthorized", `Authorization: expected the bearer token of this server, got ${received}`, {
      field: "Authorization",
      expected: "Bearer and the token that the server printed at its first start",
      received,
    });
  };
}

/** A bucket a token: full at the start, `perMinute` deep, refilled evenly. */
export function createRateLimit(perMinute: number, now: () => number): () => void {
  let tokens = perMinute;
  let at = now();
  return () => {
    const time = now();
    tokens = Math.min(perMinute, tokens + (Math.max(0, time - at) * perMinute) / 60_000);
    at = time;
    if (tokens >= 1) {
      tokens--;
      return;
    }
    const retryAfterSeconds = Math.max(1, Math.ceil(((1 - tokens) * 60) / perMinute));
    const expected = `at most ${perMinute} requests a minute`;
    throw new AppError("rate_limited", `expected ${expected}, got more`, {
      expected,
      received: "more",
      retryAfterSeconds,
    });
  };
}
