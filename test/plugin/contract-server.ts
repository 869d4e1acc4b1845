/**
 * A small server that speaks the real contract over real HTTP, for the plugin's tests: every answer passes the shared
 * schemas, images are real PNGs. What goes wrong is chosen per test by `intercept`; how fast it is by `stepMs`.
 */
import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import {
  apiVersion,
  type Generation,
  GenerationRequestSchema,
  GenerationSchema,
  type Meta,
  MetaSchema,
  type Stage,
} from "../../shared/contract.ts";
import { limits } from "../../shared/limits.ts";
import { AppError, type ProblemCode, problemStatus, toProblem } from "../../shared/problem.ts";
import { drawPng } from "./png.ts";

export interface ContractServer {
  readonly url: string;
  readonly token: string;
  /** Pause between two steps of a generation. */
  stepMs: number;
  meta: Meta;
  /** Runs before routing; true = it answered. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly generations: Map<string, Generation>;
  readonly requests: { readonly method: string; readonly path: string; readonly headers: IncomingMessage["headers"] }[];
  close(): Promise<void>;
}

const cors = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, Last-Event-ID",
  "Access-Control-Allow-Methods": "GET, POST, DELETE",
  "Access-Control-Expose-Headers": "Location, Retry-After",
};

export function sendProblem(response: ServerResponse, code: ProblemCode, retryAfterSeconds?: number): void {
  const error = new AppError(
    code,
    `refused with ${code}`,
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  );
  response.writeHead(problemStatus[code], { ...cors, "Content-Type": "application/problem+json" });
  response.end(JSON.stringify(toProblem(error)));
}

const sendJson = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { ...cors, "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};

const packDigest = createHash("sha256").update("test pack").digest("hex");

export const testMeta: Meta = MetaSchema.parse({
  name: "tau",
  version: "0.1.0",
  api: { min: apiVersion, max: apiVersion },
  provider: "cpu",
  durability: "memory",
  limits: { ...limits },
  packs: [
    {
      id: "default",
      version: "1",
      digest: packDigest,
      licence: "MIT",
      sizeBytes: 1,
      parts: [],
      translations: [
        {
          id: "caption",
          label: "Caption",
          conditions: ["caption", "style"],
          labels: [],
          depths: [],
          styles: ["flat", "outline", "emoji"].map((id) => ({ id, label: id[0]!.toUpperCase() + id.slice(1) })),
          widthPx: 64,
          heightPx: 64,
          latentDims: 128,
        },
      ],
    },
  ],
});

export async function startContractServer(page?: () => string): Promise<ContractServer> {
  const token = "test-token";
  const generations = new Map<string, Generation>();
  const watchers = new Map<string, Set<(generation: Generation, eventId: number) => void>>();
  const events = new Map<string, Generation[]>();
  const requests: ContractServer["requests"] = [];

  const publish = (generation: Generation): void => {
    const parsed = GenerationSchema.parse(generation);
    generations.set(parsed.id, parsed);
    const log = events.get(parsed.id) ?? [];
    log.push(parsed);
    events.set(parsed.id, log);
    for (const watch of watchers.get(parsed.id) ?? []) watch(parsed, log.length);
  };

  async function work(id: string): Promise<void> {
    const pause = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, server.stepMs));
    const total = generations.get(id)!.request.count;
    const stages: [Stage, number, number?][] = [
      ["waiting", 0, 2],
      ["waiting", 0, 0],
      ["encoding", 0],
      ["translating", Math.ceil(total / 2)],
      ["translating", total],
      ["decoding", total],
      ["storing", total],
    ];
    for (const [stage, completed, position] of stages) {
      await pause();
      const now = generations.get(id)!;
      if (now.state === "cancelled") return;
      publish({
        ...now,
        state: stage === "waiting" ? "queued" : "running",
        progress: { stage, completed, total, ...(position === undefined ? {} : { position }) },
      });
    }
    await pause();
    const now = generations.get(id)!;
    if (now.state === "cancelled") return;
    const images = Array.from({ length: total }, (_, index) => {
      const seed = (now.request.seed + index) % 2 ** 32;
      const png = drawPng(seed);
      const natsPerDimension = 1.2 + 0.3 * Math.sin(seed);
      return {
        index,
        seed,
        natsPerDimension,
        logLikelihood: -128 * natsPerDimension,
        conditionGain: 10 - natsPerDimension,
        widthPx: 64,
        heightPx: 64,
        sha256: createHash("sha256").update(png).digest("hex"),
        bytes: png.length,
        path: `/v1/generations/${id}/images/${index}.png`,
      };
    });
    publish({
      ...now,
      state: "done",
      progress: { stage: "finished", completed: total, total },
      images,
      finishedAt: new Date().toISOString(),
    });
  }

  async function create(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = GenerationRequestSchema.safeParse(JSON.parse(Buffer.concat(chunks).toString()));
    if (!body.success) return sendProblem(response, "invalid_request");
    const id = randomUUID();
    const seed = body.data.seed ?? 7;
    publish({
      id,
      state: "queued",
      request: { ...body.data, seed },
      packDigest,
      createdAt: new Date().toISOString(),
      progress: { stage: "waiting", completed: 0, total: body.data.count, position: 2 },
      images: [],
      outside: [],
    });
    void work(id);
    sendJson(response, 202, generations.get(id), { Location: `/v1/generations/${id}` });
  }

  function stream(id: string, request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { ...cors, "Content-Type": "text/event-stream" });
    const send = (generation: Generation, eventId: number): void => {
      response.write(`id: ${eventId}\nevent: generation\ndata: ${JSON.stringify(generation)}\n\n`);
      if (["done", "failed", "cancelled"].includes(generation.state)) response.end();
    };
    const seen = Number(request.headers["last-event-id"] ?? 0);
    events.get(id)!.forEach((generation, index) => {
      if (index + 1 > seen) send(generation, index + 1);
    });
    const watching = watchers.get(id) ?? new Set();
    watchers.set(id, watching.add(send));
    response.on("close", () => watching.delete(send));
  }

  function route(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const method = request.method ?? "GET";
    requests.push({ method, path: pathname, headers: request.headers });
    if (method === "OPTIONS") {
      response.writeHead(204, cors).end();
      return;
    }
    if (pathname === "/" && page !== undefined) {
      response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(page());
      return;
    }
    if (server.intercept(request, response)) return;
    if (request.headers.authorization !== `Bearer ${token}`) sendProblem(response, "unauthorized");
    else if (pathname === "/v1/meta") sendJson(response, 200, server.meta);
    else if (pathname === "/v1/generations" && method === "POST") void create(request, response);
    else routeGeneration(pathname, request, response);
  }

  function routeGeneration(pathname: string, request: IncomingMessage, response: ServerResponse): void {
    const [, id = "", rest = ""] = pathname.match(/^\/v1\/generations\/([^/]+)(.*)$/) ?? [];
    const generation = generations.get(id);
    const image = generation?.images[Number(rest.match(/\/images\/(\d+)\.png/)?.[1])];
    if (generation === undefined) sendProblem(response, "not_found");
    else if (request.method === "DELETE") {
      publish({ ...generation, state: "cancelled" });
      response.writeHead(204, cors).end();
    } else if (rest === "/events") stream(id, request, response);
    else if (rest === "") sendJson(response, 200, generation);
    else if (image === undefined) sendProblem(response, "not_found");
    else response.writeHead(200, { ...cors, "Content-Type": "image/png" }).end(drawPng(image.seed));
  }

  const http = createServer(route);
  await new Promise<void>((resolve) => http.listen(0, "localhost", resolve));
  const server: ContractServer = {
    url: `http://localhost:${(http.address() as AddressInfo).port}`,
    token,
    stepMs: 5,
    meta: testMeta,
    intercept: () => false,
    generations,
    requests,
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
