/**
 * What stands before every route: request id, security headers, the Host check against DNS rebinding, CORS for the plugin
 * (whose origin is `null`) and the bearer token; rate-limit.ts has the rate limit. Hono's middleware where it has one, with our
 * problems as answers; it has no Host check, and its CORS knows nothing of Chrome's private-network preflights. app.ts puts them in
 * order.
 */
import type { Context, MiddlewareHandler } from "hono";
import { bearerAuth } from "hono/bearer-auth";
import { cors } from "hono/cors";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { AppError } from "../../shared/problem.ts";
import { hashToken, type IdentityEnv, identityOf, ownIdentity, type Tokens } from "./identity.ts";

/** A harmless `X-Request-Id` of the client's, or one of our own; for logs and problems. */
export const identify = requestId({ limitLength: 64 });

/** Headers of every answer; a page's own Content-Security-Policy stays. */
export const secure = secureHeaders({
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  permissionsPolicy: { camera: [], geolocation: [], microphone: [] },
  // The plugin's frame and the playground of another port are other origins, and TLS is a reverse proxy's to promise.
  crossOriginResourcePolicy: false,
  strictTransportSecurity: false,
  overwrite: false,
});

const localNames = ["localhost", "127.0.0.1", "[::1]"];

/**
 * Refuses requests that name a host which is not ours: a page whose DNS name was rebound to 127.0.0.1 sends its own name.
 * Probes of an orchestrator name an address; health holds nothing secret.
 * @throws AppError origin_host_refused
 */
export function hostCheck(names: readonly string[]): MiddlewareHandler {
  return async (c, next) => {
    if (c.req.path !== "/healthz" && c.req.path !== "/readyz")
      checkHost(c.req.header("host") ?? new URL(c.req.url).host, names);
    await next();
  };
}

function checkHost(host: string, names: readonly string[]): void {
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
 * token, which no page but ours has, decides. Answers preflights itself.
 */
export const allowAnyOrigin = cors({
  origin: "*",
  allowMethods: ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"],
  allowHeaders: [
    "Authorization",
    "Content-Type",
    "Accept",
    "Idempotency-Key",
    "Last-Event-ID",
    "If-None-Match",
    "X-Request-Id",
    "Cache-Control",
  ],
  maxAge: 600,
  exposeHeaders: [
    "Location",
    "Retry-After",
    "ETag",
    "X-Request-Id",
    "WWW-Authenticate",
    "Allow",
    "Idempotency-Replayed",
    "Content-Length",
  ],
});

/** Chrome asks whether a public page may call this machine (Private Network Access), and sends nothing without a yes. */
export const allowPrivateNetwork: MiddlewareHandler = async (c, next) => {
  c.header("Vary", "Access-Control-Request-Private-Network", { append: true });
  if (c.req.header("access-control-request-private-network") === "true")
    c.header("Access-Control-Allow-Private-Network", "true");
  await next();
};

/** Checks `Authorization: Bearer <token>` by its hash, and says who asks. @throws AppError unauthorized, queue_unavailable */
export function tokenCheck(token: string, tokens?: Tokens): MiddlewareHandler {
  const own = hashToken(token);
  const refuse = (received: string) => ({
    message: (): never => {
      throw new AppError("unauthorized", `Authorization: expected the bearer token of this server, got ${received}`, {
        field: "Authorization",
        expected: "Bearer and the token that the server printed at its first start",
        received,
      });
    },
  });
  return bearerAuth({
    verifyToken: async (given, c) => {
      const hash = hashToken(given);
      const identity = hash === own ? ownIdentity : await tokens?.find(hash);
      if (identity) (c as Context<IdentityEnv>).set("identity", identity);
      return identity !== undefined;
    },
    noAuthenticationHeader: refuse("none"),
    invalidAuthenticationHeader: refuse("another scheme"),
    invalidToken: refuse("another token"),
  });
}

/** Lets admins pass. @throws AppError forbidden */
export const adminCheck: MiddlewareHandler = async (c, next) => {
  const { role, name } = identityOf(c);
  if (role !== "admin")
    throw new AppError("forbidden", `Authorization: expected the token of an admin, got that of ${name}`, {
      field: "Authorization",
    });
  await next();
};
