/**
 * A small server that speaks the real contract over real HTTP, for the plugin's tests: every answer passes the shared
 * schemas, images are real PNGs. What goes wrong is chosen per test by `intercept`; how fast it is by `stepMs`, and where a job waits
 * until the test goes on by `isHeld`.
 */
import { createHash, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { apiVersion } from "../../../shared/contract/api-version.ts";
import { type Generation, GenerationSchema, type Stage } from "../../../shared/contract/generations/generation.ts";
import { GenerationRequestSchema } from "../../../shared/contract/generations/generation-request.ts";
import { unknownUpload, uploadsIn } from "../../../shared/contract/generations/request-sources.ts";
import { type Meta, MetaSchema } from "../../../shared/contract/meta.ts";
import type { Upscale } from "../../../shared/contract/upscaling.ts";
import { limits } from "../../../shared/limits.ts";
import { validationError } from "../../../shared/validation.ts";
import { drawPng } from "../png.ts";
import { JobLog, type Pace, readBody, sendEmpty, sendError, sendJson, sendProblem } from "./contract-jobs.ts";
import { createUpscales } from "./contract-upscales.ts";

export { sendProblem } from "./contract-jobs.ts";

export interface ContractServer {
  readonly url: string;
  readonly token: string;
  /** Pause between two steps of a generation. */
  stepMs: number;
  isHeld: (job: { readonly id: string; readonly progress: { readonly stage: string } }) => boolean;
  meta: Meta;
  /** Refuses generations of uploads that it does not have; else any digest will do. */
  isStrict: boolean;
  /** Runs before routing; true = it answered. */
  intercept: (request: IncomingMessage, response: ServerResponse) => boolean;
  readonly generations: Map<string, Generation>;
  readonly upscales: Map<string, Upscale>;
  /** What was uploaded is gone. */
  forget(): void;
  readonly requests: { readonly method: string; readonly path: string; readonly headers: IncomingMessage["headers"] }[];
  close(): Promise<void>;
}

const packDigest = createHash("sha256").update("test pack").digest("hex");
/** Of the pack that enlarges generations. */
export const upscalerDigest = createHash("sha256").update("test upscaler").digest("hex");

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

/** Beside the pack of `testMeta` one whose translation draws words in icon sets and in styles of the file. @param change to that translation */
export function metaWithStyles(change: object): Meta {
  const [pack] = testMeta.packs;
  const restyle: Meta["packs"][number]["translations"][number] = {
    ...pack!.translations[0]!,
    id: "restyle",
    conditions: ["caption", "style", "drawing"],
    styleImagesMax: 16,
    ...change,
  };
  return { ...testMeta, packs: [pack!, { ...pack!, id: "styles", translations: [restyle] }] };
}

/** The steps before the last, as a client sees them go by. */
const stagesOf = (total: number) =>
  (
    [
      ["waiting", 0, 2],
      ["waiting", 0, 0],
      ["encoding", 0],
      ["translating", Math.ceil(total / 2)],
      ["translating", total],
      ["decoding", total],
      ["storing", total],
    ] satisfies [Stage, number, number?][]
  ).map(
    ([stage, completed, position]) =>
      (now: Generation): Generation => ({
        ...now,
        state: stage === "waiting" ? "queued" : "running",
        progress: { stage, completed, total, ...(position === undefined ? {} : { position }) },
        // The first one is there before the others.
        ...(stage === "storing" && { images: imagesOf(now).slice(0, 1) }),
      }),
  );

const imagesOf = (now: Generation): Generation["images"] =>
  Array.from({ length: now.request.count }, (_, index) => {
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
      path: `/v1/generations/${now.id}/images/${index}.png`,
    };
  });

function finish(now: Generation): Generation {
  const total = now.request.count;
  const finishedAt = new Date().toISOString();
  const progress = { stage: "finished", completed: total, total } as const;
  return { ...now, state: "done", progress, images: imagesOf(now), finishedAt };
}

export async function startContractServer(page?: () => string): Promise<ContractServer> {
  const token = "test-token";
  const requests: ContractServer["requests"] = [];
  const log = new JobLog<Generation>("generation", GenerationSchema, ({ images }, index) => {
    const image = images[index];
    return image === undefined ? undefined : drawPng(image.seed);
  });
  const pace: Pace<Generation | Upscale> = { stepMs: () => server.stepMs, isHeld: (job) => server.isHeld(job) };
  const upscales = createUpscales(packDigest, pace);

  async function create(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = GenerationRequestSchema.safeParse(JSON.parse((await readBody(request)).toString()));
    // As server/http does: a schema's own code is the problem's.
    if (!body.success) return sendError(response, validationError(body.error));
    const lost = uploadsIn(body.data).find(({ digest }) => !upscales.uploads.has(digest));
    if (server.isStrict && lost !== undefined) return sendError(response, unknownUpload(lost.field, lost.digest));
    const total = body.data.count;
    const job: Generation = {
      id: randomUUID(),
      state: "queued",
      request: { ...body.data, seed: body.data.seed ?? 7 },
      packDigest,
      ...(body.data.upscale && { upscalerDigest }),
      createdAt: new Date().toISOString(),
      progress: { stage: "waiting", completed: 0, total, position: 2 },
      images: [],
      outOfDistribution: [],
      namedLabels: [],
    };
    log.accept(response, job, pace, [...stagesOf(total), finish]);
  }

  function route(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const method = request.method ?? "GET";
    requests.push({ method, path: pathname, headers: request.headers });
    if (method === "OPTIONS") {
      sendEmpty(response);
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
    else if (!log.route(pathname, request, response) && !upscales.route(pathname, request, response))
      sendProblem(response, "not_found");
  }

  const http = createServer(route);
  await new Promise<void>((resolve) => http.listen(0, "localhost", resolve));
  const server: ContractServer = {
    url: `http://localhost:${(http.address() as AddressInfo).port}`,
    token,
    stepMs: 5,
    isHeld: () => false,
    meta: testMeta,
    isStrict: false,
    intercept: () => false,
    generations: log.jobs,
    upscales: upscales.upscales,
    forget: () => upscales.uploads.clear(),
    requests,
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}
