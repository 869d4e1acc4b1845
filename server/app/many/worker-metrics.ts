/** A worker's metrics for Prometheus: at `/metrics` of a port of its own, for this machine alone unless TAU_LISTEN says else. */

import { limits } from "../../../shared/limits.ts";
import { AppError } from "../../../shared/problem.ts";
import { type Listener, listen } from "../../http/listen.ts";
import type { Metrics, Scraped } from "../../http/metrics.ts";

/** @throws AppError port_in_use, config_invalid */
export const serveMetrics = (
  metrics: Metrics,
  { port, addresses }: { readonly port: number; readonly addresses: readonly string[] },
  scrape: () => Promise<Scraped>,
): Promise<Listener> =>
  listen(
    async ({ method, url }) => {
      if (method !== "GET" || new URL(url).pathname !== "/metrics") return new Response(null, { status: 404 });
      const headers = { "Content-Type": metrics.contentType, "Cache-Control": "no-store" };
      return new Response(await metrics.text(await scrape()), { headers });
    },
    port,
    limits,
    addresses,
  ).catch((cause: unknown) => {
    if (!(cause instanceof AppError)) throw cause;
    const expected = "a free port that this user may use";
    const message = `TAU_METRICS_PORT: expected ${expected}, got ${port}; choose another, or end the program that has it`;
    throw new AppError(cause.code, message, { field: "TAU_METRICS_PORT", expected, received: String(port), cause });
  });
