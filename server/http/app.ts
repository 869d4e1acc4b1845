/**
 * The HTTP app: puts guards, routes and error answers in order. It never listens, so tests call `app.request()`.
 * Order for every request: id → CORS (before the token, as preflights carry none) → Host → token → rate → route.
 */
import { Hono, type MiddlewareHandler } from "hono";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { describe } from "../../shared/validation.ts";
import { shuttingDown } from "../jobs/job-queue.ts";
import type { AppDeps } from "./deps.ts";
import { adminCheck, allowAnyOrigin, allowPrivateNetwork, hostCheck, identify, secure, tokenCheck } from "./guards.ts";
import { problemResponse } from "./problems.ts";
import { createBuckets, rateLimit } from "./rate-limit.ts";
import { type AppEnv, patternOf, type Route, type RouteDeps } from "./route.ts";
import { batchRoutes } from "./routes/batch-routes.ts";
import { drawingRoutes } from "./routes/drawing-routes.ts";
import { generationRoutes } from "./routes/generation-routes.ts";
import { healthRoutes } from "./routes/health-routes.ts";
import { imageRoutes } from "./routes/image-routes.ts";
import { inversionRoutes } from "./routes/inversion-routes.ts";
import { pageRoutes } from "./routes/page-routes.ts";
import { trainingRoutes } from "./routes/training-routes.ts";
import { upscaleRoutes } from "./routes/upscale-routes.ts";
import { vectorRoutes } from "./routes/vector-routes.ts";

/** All routes of this server; the app, its contract and the test of its guards are made from this list. */
export function routesOf(deps: AppDeps): Route[] {
  const settled: RouteDeps = { ...deps, limits: { ...limits, ...deps.limits } };
  const routes: Route[] = [];
  routes.push(
    ...healthRoutes(settled),
    ...imageRoutes(settled),
    ...generationRoutes(settled),
    ...batchRoutes(settled),
    ...upscaleRoutes(settled),
    ...inversionRoutes(settled),
    ...drawingRoutes(settled),
    ...vectorRoutes(settled),
    ...trainingRoutes(settled),
    ...pageRoutes(settled, () => routes),
  );
  return routes;
}

export function createApp(deps: AppDeps): Hono<AppEnv> {
  const app = new Hono<AppEnv>();
  const routes = routesOf(deps);
  const closed = [
    tokenCheck(deps.token, deps.tokens),
    rateLimit(deps.limits?.requestsPerMinute ?? limits.requestsPerMinute, deps.spend ?? createBuckets(deps.now)),
  ];
  const guardsOf = ({ isOpen, isUnlimited, isOfAdmins }: Partial<Route>): MiddlewareHandler[] =>
    isOpen ? [] : [...closed.slice(0, isUnlimited ? 1 : 2), ...(isOfAdmins ? [adminCheck] : [])];
  const refuseNewWork: MiddlewareHandler = async (_c, next) => {
    if (deps.stopping.aborted) throw shuttingDown(5);
    await next();
  };

  if (deps.trace) app.use(deps.trace);
  app.use(identify, deps.metrics.recordRequests, logRequests(deps.log), secure);
  // CORS answers preflights by itself, so their Host is checked first; all other answers carry its headers, refusals too.
  const checkHost = hostCheck(deps.hosts ?? []);
  app.options("*", checkHost, allowPrivateNetwork);
  app.use(allowAnyOrigin, checkHost);

  const methods = new Map<string, Set<string>>();
  for (const route of routes) {
    const pattern = patternOf(route);
    const guards = [...guardsOf(route), ...(route.method === "post" ? [refuseNewWork] : [])];
    app.on(route.method.toUpperCase(), [pattern], ...guards, (c) => route.handle(c));
    const allowed = methods.get(pattern) ?? new Set(["OPTIONS"]);
    allowed.add(route.method.toUpperCase());
    if (route.method === "get") allowed.add("HEAD");
    methods.set(pattern, allowed);
  }
  for (const [pattern, allowed] of methods) {
    const isOpen = routes.some((route) => route.isOpen && patternOf(route) === pattern);
    app.on("all", [pattern], ...guardsOf({ isOpen }), (c) => {
      const expected = [...allowed].sort().join(", ");
      throw new AppError("method_not_allowed", `method: expected ${expected}, got ${c.req.method}`, {
        field: "method",
        expected,
        received: c.req.method,
      });
    });
  }

  // Without the token, nobody learns which routes below /v1 exist.
  app.use("/v1/*", ...closed);
  app.all("*", (c) => {
    const expected = "a path of /openapi.json";
    const received = describe(c.req.path);
    throw new AppError("not_found", `path: expected ${expected}, got ${received}`, {
      field: "path",
      expected,
      received,
    });
  });
  app.onError((error, c) => {
    const requestId = c.get("requestId");
    if (error instanceof AppError && error.code !== "internal") return problemResponse(error, requestId);
    deps.log.error({ requestId, route: c.req.routePath, err: error }, "a request failed in an unexpected way");
    return problemResponse(
      new AppError("internal", "the server failed in an unexpected way; its log says more under the request id"),
      requestId,
    );
  });
  return app;
}

const logRequests =
  (log: AppDeps["log"]): MiddlewareHandler<AppEnv> =>
  async (c, next) => {
    const started = performance.now();
    await next();
    const { method, routePath } = c.req;
    const durationMs = Math.round(performance.now() - started);
    // Polls would bury what starts or changes something.
    const level = method === "GET" || method === "HEAD" || method === "OPTIONS" ? "debug" : "info";
    log[level](
      { requestId: c.get("requestId"), method, route: routePath, status: c.res.status, durationMs },
      "request",
    );
  };
