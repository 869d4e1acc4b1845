/** Everything that can go wrong between the plugin and a server, each with its own code; texts are in i18n/. */
import { apiVersion } from "../../../shared/contract/api-version.ts";
import type { Meta } from "../../../shared/contract/meta.ts";
import type { Problem, ProblemCode } from "../../../shared/problem.ts";

/** Causes that only the client can see, before or instead of a problem document. */
export type ClientCode =
  | "url_invalid"
  | "url_not_allowed"
  | "unreachable"
  | "host_unreachable"
  | "network_blocked"
  | "no_answer"
  | "not_tau"
  | "token_missing"
  | "server_too_old"
  | "server_too_new"
  | "pack_missing"
  | "answer_broken"
  | "apply_failed"
  | "label_missing"
  | "style_missing"
  | "drawing_missing"
  | "drawing_unknown"
  | "licences_unmet"
  | "mask_missing"
  | "style_icons_missing"
  | "styles_full"
  | "style_gone"
  | "palette_empty"
  | "style_name_missing"
  | "selection_missing"
  | "nothing_to_do"
  | "command_unavailable"
  | "editor_unable";

export type FailureCode = ClientCode | ProblemCode;

/** The one error that the API client throws. */
export class Failure extends Error {
  readonly code: FailureCode;
  /** What the server said, for the reader who wants it; not translated. */
  readonly detail: string;
  readonly retryAfterSeconds: number | undefined;
  /** The part of the request that the server refused, as a dotted path. */
  readonly field: string | undefined;

  constructor(code: FailureCode, detail: string, retryAfterSeconds?: number, field?: string) {
    super(`${code}: ${detail}`);
    this.name = "Failure";
    this.code = code;
    this.detail = detail;
    this.retryAfterSeconds = retryAfterSeconds;
    this.field = field;
  }
}

const silences: ReadonlySet<FailureCode> = new Set([
  "unreachable",
  "host_unreachable",
  "no_answer",
  "shutting_down",
  "inference_unavailable",
]);
/** Codes after which the plugin keeps asking whether the server is back. */
export const canReconnect = (code: FailureCode): boolean => silences.has(code);

/** Codes whose cure is another form or selection; they are over as soon as either changes. */
const curedInForm: ReadonlySet<FailureCode> = new Set([
  "caption_empty",
  "caption_too_long",
  "caption_unreadable",
  "caption_unknown",
  "label_missing",
  "style_missing",
  "style_name_missing",
  "style_icons_missing",
  "style_gone",
  "styles_full",
  "drawing_missing",
  "mask_missing",
  "sketch_empty",
  "layout_invalid",
  "palette_empty",
  "selection_missing",
  "nothing_to_do",
  "command_unavailable",
  "editor_unable",
]);
export const isCuredInForm = (code: FailureCode): boolean => curedInForm.has(code);

/** Codes whose cure is another list of the file's styles. */
const curedByStyles: ReadonlySet<FailureCode> = new Set(["style_icons_missing", "style_gone", "styles_full"]);
export const isCuredByStyles = (code: FailureCode): boolean => curedByStyles.has(code);

/** Codes that go away by themselves: the plugin tries again. */
const passing: ReadonlySet<FailureCode> = new Set([
  "queue_full",
  "rate_limited",
  "shutting_down",
  "inference_unavailable",
  "queue_unavailable",
]);
export const isPassing = (code: FailureCode): boolean => passing.has(code);

/** Fields of a request that only programs and layers fill, whose refusal has a cause of its own. */
const ownCodes: Readonly<Record<string, ClientCode>> = { startFrom: "drawing_unknown", licences: "licences_unmet" };

/** A problem document as failure; 401 without a token is a different cure than 401 with a wrong one. */
export function failureOfProblem(problem: Problem, hasToken: boolean): Failure {
  const ofField = problem.code === "invalid_request" ? ownCodes[problem.field ?? ""] : undefined;
  const isTokenMissing = problem.code === "unauthorized" && !hasToken;
  const code = ofField ?? (isTokenMissing ? "token_missing" : problem.code);
  return new Failure(code, problem.detail, problem.retryAfterSeconds, problem.field);
}

/** @throws Failure when plugin and server share no API version. */
export function checkApiRange({ min, max }: Meta["api"]): void {
  const range = `the server speaks API ${min} to ${max}, this plugin speaks ${apiVersion}`;
  if (max < apiVersion) throw new Failure("server_too_old", range);
  if (min > apiVersion) throw new Failure("server_too_new", range);
}
