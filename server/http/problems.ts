/**
 * Errors to RFC 9457 answers. An AppError becomes its code's status and document; whatever else was thrown becomes a bare
 * `internal` with the request's id, and its details go to the log only.
 */
import type { z } from "zod";
import { AppError, type ProblemCode, problemStatus, toProblem } from "../../shared/problem.ts";

export const problemMediaType = "application/problem+json";

/** Splits "…: expected A, got B", the form of all our messages, where the thrower gave no fields. */
function withExpectation(error: AppError): AppError {
  if (error.detail.expected !== undefined) return error;
  const [, expected, received] = /\bexpected (.+), got (.+)$/s.exec(error.message) ?? [];
  if (expected === undefined || received === undefined) return error;
  return new AppError(error.code, error.message, { ...error.detail, expected, received });
}

/** The answer to an error that is meant for the client. */
export function problemResponse(error: AppError, requestId: string): Response {
  const problem = toProblem(withExpectation(error), requestId);
  const headers = new Headers({ "Content-Type": problemMediaType, "Cache-Control": "no-store" });
  if (problem.retryAfterSeconds !== undefined) headers.set("Retry-After", String(problem.retryAfterSeconds));
  if (error.code === "unauthorized") headers.set("WWW-Authenticate", 'Bearer realm="tau"');
  if (error.code === "method_not_allowed" && problem.expected !== undefined) headers.set("Allow", problem.expected);
  return new Response(JSON.stringify(problem), { status: problem.status, headers });
}

/** Says what a value is without repeating much of it. */
export function describe(value: unknown): string {
  if (value === undefined) return "nothing";
  if (value === null) return "null";
  if (typeof value === "string")
    return value.length > 60 ? `a text of ${value.length} characters` : JSON.stringify(value);
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object") return "an object";
  return String(value);
}

const isCode = (code: unknown): code is ProblemCode => typeof code === "string" && Object.hasOwn(problemStatus, code);

function expectationOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "int" ? "a whole number" : `a value of type ${issue.expected}`;
    case "too_small":
      return `${issue.inclusive === false ? "more than" : "at least"} ${issue.minimum}${issue.origin === "string" ? " characters" : ""}`;
    case "too_big":
      return `${issue.inclusive === false ? "less than" : "at most"} ${issue.maximum}${issue.origin === "string" ? " characters" : ""}`;
    case "invalid_value":
      return `one of ${issue.values.map(String).join(", ")}`;
    case "unrecognized_keys":
      return "known fields only";
    default:
      return issue.message;
  }
}

/** The first complaint of a schema as an AppError: code from `params.problem`, field = path. */
export function validationError(error: z.ZodError, where = ""): AppError {
  const issue = error.issues[0]!;
  const path = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0]!] : issue.path;
  const field = [where, ...path.map(String)].filter(Boolean).join(".") || "body";
  const named = issue.code === "custom" ? issue.params?.["problem"] : undefined;
  const code = isCode(named) ? named : "invalid_request";
  const [, stated, got] = /^expected (.+), got (.+)$/s.exec(issue.message) ?? [];
  const expected = stated ?? expectationOf(issue);
  const received = got ?? (issue.code === "unrecognized_keys" ? `"${issue.keys[0]}"` : describe(issue.input));
  return new AppError(code, `${field}: expected ${expected}, got ${received}`, { field, expected, received });
}

/** Parses at the border. @throws AppError invalid_request, or the code that the schema's issue names */
export function parse<T extends z.ZodType>(schema: T, value: unknown, where = ""): z.output<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (!result.success) throw validationError(result.error, where);
  return result.data;
}
