/**
 * The HTTP app: puts guards, routes and error answers in order. It never listens, so tests call `app.request()`.
 * Order for every request: id → Host → CORS (before the token, as preflights carry none) → token → rate → route.
 */
import { randomUUID } from "node:crypto";
import { Hono } from "hono";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { describe } from "../../shared/validation.ts";
import { shuttingDown } from "../jobs/job-queue.ts";
import type { AppDeps } from "./deps.ts";
import { checkHost, corsHeaders, createRateLimit, createTokenCheck, preflightResponse } from "./guards.ts";
import { problemResponse } from "./problems.ts";
import { type AppContext, type AppEnv, patternOf, type Route, type RouteDeps } from "./route.ts";
import { generationRoutes } from "./routes/generation-routes.ts";
import { healthRoutes } from "./routes/health-routes.ts";
import { imageRoutes } from "./routes/image-routes.ts";
import { inversionRoutes } from "./routes/inversion-routes.ts";
import { pageRoutes } from "./routes/page-routes.ts";
import { trainingRoutes } from "./routes/training-routes.ts";
import { upscaleRoutes } from "./routes/upscale-routes.ts";

const secureHeaders: Readonly<Record<string, string>> = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "X-Frame-Options": "SAMEORIGIN",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
};
const answerPolicy = "default-src 'none'; frame-ancestors 'none'";

/** All routes of this server; the app, its contract and the test of its guards are made from this list. */
export function routesOf(deps: AppDeps): Route[] {
  const settled: RouteDeps = { ...deps, limits: { ...limits, ...deps.limits } };
  const routes: Route[] = [];
  routes.push(
    ...healthRoutes(settled),
    ...imageRoutes(settled),
    ...generationRoutes(settled),
    ...upscaleRoutes(settled),
    ...inversionRoutes(settled),
    ...trainingRoutes(settled),
    ...pageRoutes(settled, () => routes),
  );
  return routes;
}

export function createApp(deps: AppDeps): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const routes = routesOf(deps);
  const checkToken = createTokenCheck(deps.token);
  const spend = createRateLimit(deps.limits?.requestsPerMinute ?? limits.requestsPerMinute, deps.now);

  app.use(async (c, next) => {
    const started = performance.now();
    const given = c.req.header("x-request-id");
    const requestId = given !== undefined && /^[A-Za-z0-9._-]{1,64}$/.test(given) ? given : randomUUID();
    c.set("requestId", requestId);
    await next();
    const { headers, status } = c.res;
    headers.set("X-Request-Id", requestId);
    for (const [name, value] of Object.entries({ ...corsHeaders, ...secureHeaders })) headers.set(name, value);
    if (!headers.has("Content-Security-Policy")) headers.set("Content-Security-Policy", answerPolicy);
    const route = labels.get(c) ?? "other";
    const durationMs = performance.now() - started;
    deps.metrics.recordRequest(route, knownMethod(c.req.method), status, durationMs);
    deps.log.debug({ requestId, method: c.req.method, route, status, durationMs: Math.round(durationMs) }, "request");
  });

  app.use(async (c, next) => {
    // Probes of an orchestrator name an address; health tells nothing worth protecting.
    if (!isHealth(c.req.path)) checkHost(c.req.header("host") ?? new URL(c.req.url).host, deps.hosts ?? []);
    if (c.req.method === "OPTIONS") return preflightResponse(c.req.raw);
    return next();
  });

  const guard = (route: Pick<Route, "isOpen" | "isUnlimited" | "method">, c: AppContext): void => {
    if (!route.isOpen) {
      checkToken(c.req.header("authorization") ?? null);
      if (!route.isUnlimited) spend();
    }
    if (route.method === "post" && deps.stopping.aborted) throw shuttingDown(5);
  };

  const labels = new WeakMap<AppContext, string>();
  const methods = new Map<string, Set<string>>();
  for (const route of routes) {
    const pattern = patternOf(route);
    app.on(route.method.toUpperCase(), pattern, (c) => {
      labels.set(c, route.path);
      guard(route, c);
      return route.handle(c);
    });
    const allowed = methods.get(pattern) ?? new Set(["OPTIONS"]);
    allowed.add(route.method.toUpperCase());
    if (route.method === "get") allowed.add("HEAD");
    methods.set(pattern, allowed);
  }
  for (const [pattern, allowed] of methods)
    app.all(pattern, (c) => {
      if (!routes.some((route) => route.isOpen && patternOf(route) === pattern)) guard({ method: "get" }, c);
      const expected = [...allowed].sort().join(", ");
      throw new AppError("method_not_allowed", `method: expected ${expected}, got ${c.req.method}`, {
        field: "method",
        expected,
        received: c.req.method,
      });
    });

  app.notFound((c) => {
    // Also the absence of a route below /v1 is told only to who has the token.
    try {
      if (c.req.path.startsWith("/v1/")) guard({ method: "get" }, c);
      const expected = "a path of /openapi.json";
      const received = describe(c.req.path);
      throw new AppError("not_found", `path: expected ${expected}, got ${received}`, {
        field: "path",
        expected,
        received,
      });
    } catch (error) {
      return answerError(error, c);
    }
  });
  app.onError(answerError);

  function answerError(error: unknown, c: AppContext): Response {
    const requestId = c.get("requestId");
    if (error instanceof AppError && error.code !== "internal") return problemResponse(error, requestId);
    deps.log.error({ requestId, route: labels.get(c), err: error }, "a request failed in an unexpected way");
    return problemResponse(
      new AppError("internal", "the server failed in an unexpected way; its log tells more by the request id"),
      requestId,
    );
  }
  return app;
}

const isHealth = (path: string): boolean => path === "/healthz" || path === "/readyz";

const methodNames = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);
/** Bounds the label: a client may invent methods. */
const knownMethod = (method: string): string => (methodNames.has(method) ? method : "other");
