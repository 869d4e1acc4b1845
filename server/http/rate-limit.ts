/** The rate limit: a bucket a token, full at the start, as deep as its requests a minute, refilled evenly. */
import type { MiddlewareHandler } from "hono";
import { AppError } from "../../shared/problem.ts";
import { identityOf } from "./identity.ts";

/** Spends one of a token's requests. @returns 0, or the milliseconds after which there is one again */
export type Spend = (name: string, perMinute: number) => number | Promise<number>;

/** Buckets of this process. @param now milliseconds, of any origin */
export function createBuckets(now: () => number): Spend {
  const buckets = new Map<string, { left: number; at: number }>();
  return (name, perMinute) => {
    const key = `${name} ${perMinute}`;
    const bucket = buckets.get(key) ?? { left: perMinute, at: now() };
    buckets.set(key, bucket);
    const time = now();
    bucket.left = Math.min(perMinute, bucket.left + (Math.max(0, time - bucket.at) * perMinute) / 60_000);
    bucket.at = time;
    if (bucket.left < 1) return ((1 - bucket.left) * 60_000) / perMinute;
    bucket.left--;
    return 0;
  };
}

/** @param perMinute of tokens without a limit of their own @throws AppError rate_limited */
export function rateLimit(perMinute: number, spend: Spend): MiddlewareHandler {
  return async (c, next) => {
    const { name, requestsPerMinute = perMinute } = identityOf(c);
    const waitMs = await spend(name, requestsPerMinute);
    if (waitMs > 0) {
      const expected = `at most ${requestsPerMinute} requests a minute`;
      throw new AppError("rate_limited", `expected ${expected}, got more`, {
        expected,
        received: "more",
        retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1000)),
      });
    }
    await next();
  };
}
