/**
 * A schema's complaints as AppErrors: which field, what was expected, what came. HTTP, command line and files are parsed
 * with it, so that all borders say the same.
 */
import type { z } from "zod";
import { AppError, type ProblemCode, problemStatus } from "./problem.ts";

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

/** The first complaint; of a number that is too large or small to be a whole one, that of the field's own bound, which comes next. */
function firstOf([first, next]: readonly z.core.$ZodIssue[]): z.core.$ZodIssue {
  const isOfWhole = (first?.code === "too_big" || first?.code === "too_small") && first.origin === "int";
  return isOfWhole && next?.code === first.code && next.path.join() === first.path.join() ? next : first!;
}

/** A part of a path; names that a client made up may have any length. */
const shown = (part: PropertyKey): string =>
  String(part).length > 60 ? `${String(part).slice(0, 60)}…` : String(part);

/** The first complaint of a schema as an AppError: code from `params.problem`, field = path. */
export function validationError(error: z.ZodError, where = ""): AppError {
  const issue = firstOf(error.issues);
  const path = issue.code === "unrecognized_keys" ? [...issue.path, issue.keys[0]!] : issue.path;
  const field = [where, ...path.map(shown)].filter(Boolean).join(".") || "body";
  const named = issue.code === "custom" ? issue.params?.["problem"] : undefined;
  const code = isCode(named) ? named : "invalid_request";
  const [, stated, got] = /^expected (.+?)(?:, got (.+))?$/s.exec(issue.message) ?? [];
  const expected = stated ?? expectationOf(issue);
  const received = got ?? describe(issue.code === "unrecognized_keys" ? issue.keys[0] : issue.input);
  return new AppError(code, `${field}: expected ${expected}, got ${received}`, { field, expected, received });
}

/** Why a record could not be read, for a log: the place and what was expected, without the values that came. */
export const describeFault = (error: unknown): string => {
  const issue = (error as { readonly issues?: readonly z.core.$ZodIssue[] }).issues?.[0];
  return issue ? `${issue.path.join(".") || "record"}: expected ${expectationOf(issue)}` : "expected JSON";
};

/** Parses at the border. @throws AppError invalid_request, or the code that the schema's issue names */
export function parse<T extends z.ZodType>(schema: T, value: unknown, where = ""): z.output<T> {
  const result = schema.safeParse(value, { reportInput: true });
  if (!result.success) throw validationError(result.error, where);
  return result.data;
}
