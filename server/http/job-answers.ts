/** What routes of jobs of every kind share: parameters, idempotency, the answer to a start, PNGs, and the complaint about unknown ids. */
import { z } from "zod";
import { IdempotencyKeySchema, PageQuerySchema } from "../../shared/contract/job-fields.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { describe, parse } from "../../shared/validation.ts";
import type { Idempotency } from "../jobs/job-queue.ts";
import { identityOf } from "./identity.ts";
import { fingerprintOf } from "./resolve-request.ts";
import { type Answer, type AppContext, json, type Parameter } from "./route.ts";

/** @param what with its article */
export const idParameter = (what: string): Parameter => ({
  name: "id",
  in: "path",
  description: `Id of ${what}.`,
  schema: z.string(),
  isRequired: true,
});

export const indexParameter = (name: string, description: string): Parameter => ({
  name,
  in: "path",
  description,
  schema: z.number().int(),
  isRequired: true,
});

export const idempotencyParameter: Parameter = {
  name: "Idempotency-Key",
  in: "header",
  description: "Any key of your own, new for each job.",
  schema: IdempotencyKeySchema,
};

export const lastEventParameter: Parameter = {
  name: "Last-Event-ID",
  in: "header",
  description: "Id of the last event seen.",
  schema: z.string(),
};

export const etagParameter: Parameter = {
  name: "If-None-Match",
  in: "header",
  description: "ETag of the bytes that the client has.",
  schema: z.string(),
};

/** @param before schema of the id that a page ends with */
export const pageParameters: readonly Parameter[] = [
  {
    name: "limit",
    in: "query",
    description: "Length of a page.",
    schema: z.number().int().min(1).max(limits.listMax),
  },
  {
    name: "before",
    in: "query",
    description: "`nextBefore` of the page before.",
    schema: PageQuerySchema.shape.before,
  },
  { name: "starred", in: "query", description: "`true`: starred ones alone.", schema: z.enum(["true", "false"]) },
];

/** A query of a list as who asks may see it. */
export const visibleTo = <Query extends object>(c: AppContext, query: Query): Query & { readonly owner?: string } => {
  const { role, name } = identityOf(c);
  return role === "admin" ? query : { ...query, owner: name };
};

/** The request's key with the digest of what was asked; undefined without a key. @throws AppError invalid_request */
export function idempotencyOf(c: AppContext, requested: object): Idempotency | undefined {
  const header = c.req.header("idempotency-key");
  if (header === undefined) return undefined;
  const { name } = identityOf(c);
  const key = parse(IdempotencyKeySchema, header, "Idempotency-Key");
  // Tokens know nothing of each other's keys.
  return { key: name === "" ? key : `${name}:${key}`, fingerprint: fingerprintOf(requested) };
}

/** Answers of a route that starts a job, for the contract. */
export const acceptedAnswers = (schema: string): Record<number, Answer> => ({
  202: { description: "Accepted. `Idempotency-Replayed: true` if the key was known.", schema },
});

/** The answer to a start; `isNew` = not a repetition of an earlier one. */
export const accepted = (home: string, body: { readonly id: string }, isNew: boolean): Response =>
  json(body, 202, { Location: `${home}/${body.id}`, ...(isNew ? {} : { "Idempotency-Replayed": "true" }) });

export const notFound = (field: string, expected: string, value: string): AppError =>
  new AppError("not_found", `${field}: expected ${expected}, got ${describe(value)}`, {
    field,
    expected,
    received: describe(value),
  });

/** The number that a part of a path is; undefined when it is none. */
export const indexIn = (text: string): number | undefined =>
  /^(0|[1-9]\d{0,4})$/.test(text) ? Number(text) : undefined;

/** The number in `{n}.png`, or in the name of a file of another extension. */
export const fileIndexIn = (file: string, extension = ".png"): number | undefined =>
  file.endsWith(extension) ? indexIn(file.slice(0, -extension.length)) : undefined;

/**
 * Answers with a file whose path always has the same bytes, or with 304.
 * @param read undefined = the file is gone, which `missing` complains of
 */
export async function answerFile(
  c: AppContext,
  sha256: string,
  read: () => Promise<Uint8Array | undefined>,
  missing: () => AppError,
  mediaType = "image/png",
): Promise<Response> {
  const etag = `"${sha256}"`;
  const headers = { ETag: etag, "Cache-Control": "private, max-age=31536000, immutable" };
  const known = (c.req.header("if-none-match") ?? "").split(",").map((tag) => tag.trim().replace(/^W\//, ""));
  if (known.includes(etag) || known.includes("*")) return new Response(null, { status: 304, headers });
  const bytes = await read();
  if (!bytes) throw missing();
  return new Response(bytes as Uint8Array<ArrayBuffer>, {
    headers: { ...headers, "Content-Type": mediaType, "Content-Length": String(bytes.byteLength) },
  });
}
