/**
 * Puts an app on both loopback addresses, because the plugin must call `localhost`, which may resolve to either; with
 * Node's limits for slow and idle clients set. Never moves to another port.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer, type HttpBindings } from "@hono/node-server";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { Connections } from "./connections.ts";
import { problemResponse } from "./problems.ts";

export interface Listener {
  readonly port: number;
  /** Addresses really bound. */
  readonly addresses: readonly string[];
  /** Takes no new connection; resolves when those at work are answered, or after `graceMs` by cutting them. */
  close(graceMs: number): Promise<void>;
}

export interface ListenTimings {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly connectionsMax: number;
  readonly connectionsSurplusMax: number;
  readonly pipelinedMax: number;
}

type Fetch = (request: Request) => Response | Promise<Response>;
type FetchCallback = Parameters<typeof createAdaptorServer>[0]["fetch"];

const loopback = ["127.0.0.1", "::1"];

/** @param asked addresses; none = those of this machine alone. @throws AppError port_in_use */
export async function listen(
  fetch: Fetch,
  port: number,
  timings: ListenTimings = limits,
  requested: readonly string[] = [],
): Promise<Listener> {
  const [address = "", ...others] = requested.length > 0 ? requested : loopback;
  const first = await bind(fetch, address, port, timings);
  const settledPort = (first.address() as AddressInfo).port;
  const servers = [first];
  for (const other of others)
    try {
      servers.push(await bind(fetch, other, settledPort, timings));
    } catch (error) {
      if (error instanceof AppError || requested.length > 0) {
        await closeAll(servers, 0);
        throw error;
      }
      // No IPv6 on this machine: `localhost` then means 127.0.0.1.
    }
  return {
    port: settledPort,
    addresses: servers.map((server) => (server.address() as AddressInfo).address),
    close: (graceMs) => closeAll(servers, graceMs),
  };
}

async function bind(fetch: Fetch, hostname: string, port: number, timings: ListenTimings): Promise<Server> {
  const serverOptions = {
    headersTimeout: timings.headersTimeoutMs,
    requestTimeout: timings.requestTimeoutMs,
    connectionsCheckingInterval: Math.min(5000, timings.headersTimeoutMs),
    keepAliveTimeout: 5000,
  };
  const { connectionsMax, connectionsSurplusMax: surplusMax, idleTimeoutMs } = timings;
  const connections = new Connections({ connectionsMax, surplusMax, idleTimeoutMs });
  const bounded = bound(fetch, timings, connections);
  const server = createAdaptorServer({ fetch: bounded, serverOptions, overrideGlobalObjects: false }) as Server;
  connections.watch(server);
  server.listen({ port, host: hostname, ipv6Only: hostname.includes(":") });
  try {
    await once(server, "listening");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EADDRINUSE")
      throw new AppError(
        "port_in_use",
        `port ${port} on ${hostname}: expected a free port, got one in use; stop the other server, or choose another with --port or TAU_PORT and set it in the plugin's settings`,
        { field: "port", expected: "a free port", received: `port ${port} in use`, cause: error },
      );
    if ((error as NodeJS.ErrnoException).code === "EACCES")
      throw new AppError("config_invalid", `port: expected a port that this user may use, got ${port}`, {
        field: "port",
      });
    throw error;
  }
  return server;
}

/**
 * Answers a connection that is one too many, and ends one on which more than `pipelinedMax` requests wait for their answers: Node
 * answers them all at once, and would keep thousands of pages in memory for a client that reads none.
 */
function bound(fetch: Fetch, { pipelinedMax, connectionsMax }: ListenTimings, connections: Connections): FetchCallback {
  const waiting = new WeakMap<object, number>();
  return (request, env) => {
    const { incoming, outgoing } = env as HttpBindings;
    const { socket } = incoming;
    const count = (waiting.get(socket) ?? 0) + 1;
    if (!connections.begin({ incoming, outgoing })) return oneTooMany(connectionsMax);
    if (count > pipelinedMax) {
      socket.destroy();
      return new Response(null, { status: 503 });
    }
    waiting.set(socket, count);
    outgoing.once("close", () => {
      const left = waiting.get(socket)! - 1;
      waiting.set(socket, left);
      if (left === 0) connections.rest(socket);
    });
    return fetch(request);
  };
}

/** Readable for pages of any origin, as all answers are. */
function oneTooMany(connectionsMax: number): Response {
  const message = `expected at most ${connectionsMax} connections, got more`;
  const answer = problemResponse(new AppError("rate_limited", message, { retryAfterSeconds: 1 }), randomUUID());
  answer.headers.set("Access-Control-Allow-Origin", "*");
  answer.headers.set("Connection", "close");
  return answer;
}

async function closeAll(servers: readonly Server[], graceMs: number): Promise<void> {
  const closed = Promise.all(servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve()))));
  for (const server of servers) server.closeIdleConnections();
  const cut = setTimeout(() => {
    for (const server of servers) server.closeAllConnections();
  }, graceMs);
  await closed;
  clearTimeout(cut);
}
