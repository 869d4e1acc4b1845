/** Traces where a collector is named; loaded only then, because OpenTelemetry takes time and memory. */
import type { Tracing } from "../http/tracing.ts";
import type { Config } from "./config.ts";

export async function openTracing({ otlpEndpoint, version }: Config): Promise<Tracing | undefined> {
  if (otlpEndpoint === undefined) return undefined;
  return (await import("../http/tracing.ts")).startTracing(otlpEndpoint, version);
}
