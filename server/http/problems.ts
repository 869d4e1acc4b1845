/**
 * Errors to RFC 9457 answers. An AppError becomes its code's status and document; whatever else was thrown becomes a bare
 * `internal` with the request's id, and its details go to the log only.
 */
import { AppError, toProblem } from "../../shared/problem.ts";

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
