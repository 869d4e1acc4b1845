/**
 * The jobs of one kind in the contract server: every state passes the shared schema and is kept as an event, so that a
 * stream can be resumed. What a job does, and the routes, are in contract-server.ts and contract-upscales.ts.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { z } from "zod";
import type { JobState } from "../../../shared/contract/job-fields.ts";
import { AppError, type ProblemCode, problemStatus, toProblem } from "../../../shared/problem.ts";

const cors = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, Last-Event-ID",
  "Access-Control-Allow-Methods": "GET, POST, DELETE",
  "Access-Control-Expose-Headers": "Location, Retry-After",
};

export function sendError(response: ServerResponse, error: AppError): void {
  response.writeHead(problemStatus[error.code], { ...cors, "Content-Type": "application/problem+json" });
  response.end(JSON.stringify(toProblem(error)));
}

export function sendProblem(response: ServerResponse, code: ProblemCode, retryAfterSeconds?: number): void {
  const detail = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  sendError(response, new AppError(code, `refused with ${code}`, detail));
}

export const sendJson = (response: ServerResponse, status: number, body: unknown, headers = {}): void => {
  response.writeHead(status, { ...cors, "Content-Type": "application/json", ...headers });
  response.end(JSON.stringify(body));
};

export const sendEmpty = (response: ServerResponse): void => void response.writeHead(204, cors).end();

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export interface Job {
  readonly id: string;
  readonly state: JobState;
}

/** How fast jobs go on. */
export interface Pace<T> {
  /** Pause between two steps. */
  stepMs(): number;
  /** While true, a job stays at the step at which it is. */
  isHeld(job: T): boolean;
}

export class JobLog<T extends Job> {
  readonly jobs = new Map<string, T>();
  #name: string;
  #schema: z.ZodType<T>;
  #pngOf: (job: T, index: number) => Buffer | undefined;
  #events = new Map<string, T[]>();
  #watchers = new Map<string, Set<(job: T, eventId: number) => void>>();

  /** `name` is that of the events and, in the plural, of the path. */
  constructor(name: string, schema: z.ZodType<T>, pngOf: (job: T, index: number) => Buffer | undefined) {
    this.#name = name;
    this.#schema = schema;
    this.#pngOf = pngOf;
  }

  publish(job: T): void {
    const parsed = this.#schema.parse(job);
    this.jobs.set(parsed.id, parsed);
    const log = [...(this.#events.get(parsed.id) ?? []), parsed];
    this.#events.set(parsed.id, log);
    for (const watch of this.#watchers.get(parsed.id) ?? []) watch(parsed, log.length);
  }

  /** Accepts a job and works through `steps`, each after a pause, until one is final or the job was cancelled. */
  accept(response: ServerResponse, job: T, pace: Pace<T>, steps: readonly ((now: T) => T)[]): void {
    this.publish(job);
    void this.#work(job.id, pace, steps);
    sendJson(response, 202, this.jobs.get(job.id), { Location: `/v1/${this.#name}s/${job.id}` });
  }

  async #work(id: string, { stepMs, isHeld }: Pace<T>, steps: readonly ((now: T) => T)[]): Promise<void> {
    for (const step of steps) {
      let now: T;
      do {
        await new Promise((resolve) => setTimeout(resolve, stepMs()));
        now = this.jobs.get(id)!;
        if (now.state === "cancelled") return;
      } while (isHeld(now));
      this.publish(step(now));
    }
  }

  /** The routes below one job; false when the path is none of them. */
  route(pathname: string, request: IncomingMessage, response: ServerResponse): boolean {
    const prefix = `/v1/${this.#name}s/`;
    if (!pathname.startsWith(prefix)) return false;
    const [, id = "", rest = ""] = pathname.slice(prefix.length).match(/^([^/]+)(.*)$/) ?? [];
    const job = this.jobs.get(id);
    const index = rest.match(/^\/images\/(\d+)\.png$/)?.[1];
    const png = job === undefined || index === undefined ? undefined : this.#pngOf(job, Number(index));
    if (job === undefined) sendProblem(response, "not_found");
    else if (request.method === "DELETE") {
      this.publish({ ...job, state: "cancelled" });
      sendEmpty(response);
    } else if (rest === "/events") this.#stream(id, request, response);
    else if (rest === "") sendJson(response, 200, job);
    else if (png === undefined) sendProblem(response, "not_found");
    else response.writeHead(200, { ...cors, "Content-Type": "image/png" }).end(png);
    return true;
  }

  #stream(id: string, request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { ...cors, "Content-Type": "text/event-stream" });
    const send = (job: T, eventId: number): void => {
      response.write(`id: ${eventId}\nevent: ${this.#name}\ndata: ${JSON.stringify(job)}\n\n`);
      if (["done", "failed", "cancelled"].includes(job.state)) response.end();
    };
    const seen = Number(request.headers["last-event-id"] ?? 0);
    this.#events.get(id)!.forEach((job, index) => {
      if (index + 1 > seen) send(job, index + 1);
    });
    const watching = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watching.add(send));
    response.on("close", () => watching.delete(send));
  }
}
