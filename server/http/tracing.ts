/**
 * Traces of requests for an OpenTelemetry collector: a span each with method, route pattern and status. Loaded only where a collector
 * is named. Spans never have captions: searches are cut off from addresses, and messages of errors are not recorded.
 */
import { httpInstrumentationMiddleware } from "@hono/otel";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider, type SpanProcessor } from "@opentelemetry/sdk-trace-node";
import type { MiddlewareHandler } from "hono";

export interface Tracing {
  readonly middleware: MiddlewareHandler;
  /** Sends what is left. */
  close(): Promise<void>;
}

/** Cuts the query off, which may hold words of captions. */
const withoutQueries: SpanProcessor = {
  onStart: (span) => {
    const address = span.attributes["url.full"];
    if (typeof address === "string") span.setAttribute("url.full", address.replace(/[?#].*$/, ""));
  },
  onEnd: () => undefined,
  forceFlush: async () => undefined,
  shutdown: async () => undefined,
};

/** @param endpoint base address of a collector that takes OTLP over HTTP, as in OTEL_EXPORTER_OTLP_ENDPOINT */
export function startTracing(endpoint: string, version: string): Tracing {
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, "")}/v1/traces` });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ "service.name": "tau", "service.version": version }),
    // Events of a span are its errors, whose messages may quote what was requested.
    spanLimits: { eventCountLimit: 0 },
    spanProcessors: [withoutQueries, new BatchSpanProcessor(exporter)],
  });
  const middleware = httpInstrumentationMiddleware({
    serviceName: "tau",
    serviceVersion: version,
    tracerProvider: provider,
  });
  return { middleware, close: () => provider.shutdown().catch(() => undefined) };
}
