/**
 * The form of a route: one object says how it is called, documented, guarded and answered. The router, the OpenAPI document, the 405
 * answers and the test of the guards come from one list of them.
 */
import type { Context } from "hono";
import type { z } from "zod";
import { AppError, type ProblemCode } from "../../shared/problem.ts";
import type { HeldUploads } from "../jobs/blobs/kept-uploads.ts";
import { shuttingDown } from "../jobs/job-queue.ts";
import type { AppDeps, HttpLimits } from "./deps.ts";

export type AppEnv = { Variables: { requestId: string } };
export type AppContext = Context<AppEnv>;

/** Deps with the limits settled. */
export interface RouteDeps extends Omit<AppDeps, "limits"> {
  readonly limits: HttpLimits;
}

/** Deps of one request. */
export interface HoldingDeps extends Omit<RouteDeps, "uploads"> {
  readonly uploads: HeldUploads;
}

/**
 * Runs work that reads uploads.
 * @param client aborted once it waits no more
 * @throws AppError queue_unavailable, storage_full, shutting_down, cancelled, when it holds or touches one
 */
export const whileHeld = <T>(
  deps: RouteDeps,
  client: Pick<AbortSignal, "aborted">,
  work: (deps: HoldingDeps) => Promise<T>,
): Promise<T> =>
  deps.uploads.whileHeld(
    (uploads) => work({ ...deps, uploads }),
    () => {
      if (deps.stopping.aborted) throw shuttingDown(5);
      if (client.aborted) throw new AppError("cancelled", "expected a client that waits, got one that left");
    },
  );

/** @throws AppError inference_unavailable when no child will serve; one that starts is waited for elsewhere */
export function requireInference({ inference }: Pick<RouteDeps, "inference">): void {
  const { state, detail } = inference();
  if (state === "unavailable")
    throw new AppError("inference_unavailable", `expected a working inference child, got ${detail ?? "none"}`);
}

export interface Answer {
  readonly description: string;
  /** A schema of ./openapi.ts by name, for JSON. */
  readonly schema?: string;
  /** Media type where it is not JSON. */
  readonly mediaType?: string;
}

export interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly description: string;
  readonly schema: z.ZodType;
  readonly isRequired?: boolean;
}

export interface Route {
  readonly method: "get" | "post" | "put" | "delete";
  /** As in OpenAPI: `/v1/generations/{id}`. */
  readonly path: string;
  /** As in Hono where the two differ. */
  readonly pattern?: string;
  readonly summary: string;
  readonly description?: string;
  /** Answers without a token. */
  readonly isOpen?: boolean;
  /** Answers admins alone. */
  readonly isOfAdmins?: boolean;
  /** Spends nothing of the rate limit. */
  readonly isUnlimited?: boolean;
  readonly parameters?: readonly Parameter[];
  readonly body?: { readonly mediaTypes: readonly string[]; readonly schema?: string };
  readonly answers: Readonly<Record<number, Answer>>;
  /** Codes of its own, besides those that every route can give. */
  readonly problems?: readonly ProblemCode[];
  handle(context: AppContext): Response | Promise<Response>;
}

export const patternOf = (route: Route): string => route.pattern ?? route.path.replace(/\{(\w+)\}/g, ":$1");

/** JSON that no cache keeps. */
export const json = (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Response =>
  new Response(JSON.stringify(body), {
    status,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store", ...headers },
  });
