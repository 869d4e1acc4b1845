/**
 * Problem codes and documents: the one list of what can go wrong, as RFC 9457 (`application/problem+json`).
 * Rooms throw `AppError`; server/http turns it into a problem document; the plugin shows its own text for each code.
 */

/** Code → HTTP status. A code is stable for ever; its text may improve. */
export const problemStatus = {
  invalid_request: 422,
  invalid_json: 400,
  caption_empty: 422,
  caption_too_long: 422,
  caption_unreadable: 422,
  caption_unknown: 422,
  style_unknown: 422,
  label_unknown: 422,
  layout_invalid: 422,
  sketch_empty: 422,
  image_unknown: 422,
  translation_unknown: 422,
  unauthorized: 401,
  forbidden: 403,
  origin_host_refused: 403,
  not_found: 404,
  method_not_allowed: 405,
  idempotency_conflict: 422,
  payload_too_large: 413,
  unsupported_media: 415,
  image_rejected: 422,
  upscale_too_large: 422,
  rate_limited: 429,
  queue_full: 429,
  pack_unavailable: 503,
  pack_corrupt: 503,
  provider_unavailable: 503,
  inference_unavailable: 503,
  inference_crashed: 500,
  deadline_exceeded: 500,
  storage_full: 507,
  queue_unavailable: 503,
  store_unavailable: 503,
  out_of_memory: 500,
  cancelled: 409,
  not_ready: 409,
  port_in_use: 500,
  tensor_mismatch: 500,
  training_failed: 500,
  dataset_invalid: 422,
  name_taken: 422,
  config_invalid: 500,
  shutting_down: 503,
  internal: 500,
} as const;

export type ProblemCode = keyof typeof problemStatus;

export const problemCodes = Object.keys(problemStatus) as [ProblemCode, ...ProblemCode[]];

/** RFC 9457 body. `type` is `urn:tau:problem:<code>`; `expected`, `received` and `field` say what was wrong where. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly field?: string | undefined;
  readonly expected?: string | undefined;
  readonly received?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  /** Of `upscale_too_large`: the largest factor that fits, where one does. */
  readonly largestScale?: number | undefined;
  readonly requestId?: string | undefined;
}

export interface AppErrorDetail {
  /** Dotted path of the offending input, e.g. `condition.caption`. */
  readonly field?: string;
  readonly expected?: string;
  readonly received?: string;
  readonly retryAfterSeconds?: number;
  readonly largestScale?: number;
  readonly cause?: unknown;
}

/** The error that every room throws: a stable code and a message that says what was expected, what came, where. */
export class AppError extends Error {
  readonly code: ProblemCode;
  readonly detail: Omit<AppErrorDetail, "cause">;

  constructor(code: ProblemCode, message: string, detail: AppErrorDetail = {}) {
    const { cause, ...rest } = detail;
    super(message, cause === undefined ? undefined : { cause });
    this.name = "AppError";
    this.code = code;
    this.detail = rest;
  }
}

/** The same fault said of another field, which the message names in place of its own. */
export const saidOf = (field: string, error: AppError): AppError =>
  new AppError(error.code, error.message.replace(`${error.detail.field}:`, `${field}:`), {
    ...error.detail,
    field,
    cause: error,
  });

/** Builds the problem document of a code. */
export function toProblem(error: AppError, requestId?: string): Problem {
  return {
    type: `urn:tau:problem:${error.code}`,
    title: error.code.replaceAll("_", " "),
    status: problemStatus[error.code],
    code: error.code,
    detail: error.message,
    ...error.detail,
    ...(requestId === undefined ? {} : { requestId }),
  };
}
