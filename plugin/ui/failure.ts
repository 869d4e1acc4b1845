/** Everything that can go wrong between the plugin and a server, each with its own code; texts are in i18n/. */
import { apiVersion } from "../../shared/api-version.ts";
import type { Meta, TranslationInfo } from "../../shared/contract.ts";
import type { Problem, ProblemCode } from "../../shared/problem.ts";

/** Causes that only the client can see, before or instead of a problem document. */
export type ClientCode =
  | "url_invalid"
  | "url_not_allowed"
  | "unreachable"
  | "network_blocked"
  | "no_answer"
  | "not_tau"
  | "token_missing"
  | "server_too_old"
  | "server_too_new"
  | "pack_missing"
  | "answer_broken"
  | "apply_failed"
  | "layers_gone";

export type FailureCode = ClientCode | ProblemCode;

/** The one error that the API client throws. */
export class Failure extends Error {
  readonly code: FailureCode;
  /** What the server said, for the reader who wants it; not translated. */
  readonly detail: string;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: FailureCode, detail: string, retryAfterSeconds?: number) {
    super(`${code}: ${detail}`);
    this.name = "Failure";
    this.code = code;
    this.detail = detail;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** Codes that go away by waiting: the plugin tries again by itself. */
export const isWorthWaiting = (code: FailureCode): boolean =>
  code === "queue_full" || code === "rate_limited" || code === "shutting_down" || code === "inference_unavailable";

/** A problem document as failure; 401 without a token is a different cure than 401 with a wrong one. */
export function failureOfProblem(problem: Problem, hasToken: boolean): Failure {
  const code = problem.code === "unauthorized" && !hasToken ? "token_missing" : problem.code;
  return new Failure(code, problem.detail, problem.retryAfterSeconds);
}

/** @throws Failure when plugin and server share no API version. */
export function checkApiRange({ min, max }: Meta["api"]): void {
  const range = `the server speaks API ${min} to ${max}, this plugin speaks ${apiVersion}`;
  if (max < apiVersion) throw new Failure("server_too_old", range);
  if (min > apiVersion) throw new Failure("server_too_new", range);
}

/** @throws Failure when this plugin and that server can't work together. */
export function checkCompatible(meta: Meta): void {
  checkApiRange(meta.api);
  if (captionTranslations(meta).length === 0)
    throw new Failure("pack_missing", "no pack on the server translates captions");
}

/** The translation that the form asks; undefined until a server is known. */
export const askedTranslation = (meta: Meta | undefined): TranslationInfo | undefined =>
  meta && captionTranslations(meta)[0]?.translation;

/** Translations of all packs that read a caption, with the pack they belong to. */
export function captionTranslations(meta: Meta): { packId: string; translation: TranslationInfo }[] {
  return meta.packs.flatMap((pack) =>
    pack.translations
      .filter(({ conditions }) => conditions.includes("caption"))
      .map((translation) => ({ packId: pack.id, translation })),
  );
}
