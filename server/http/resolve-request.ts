/**
 * From what a client asked to what will be made: finds the pack of the translation, checks the condition against it, draws
 * the missing seed.
 */
import { createHash, randomInt } from "node:crypto";
import type { GenerationRequest, PackInfo, ResolvedRequest } from "../../shared/contract.ts";
import { limits } from "../../shared/limits.ts";
import { AppError } from "../../shared/problem.ts";
import { describe } from "./problems.ts";

export interface Resolved {
  readonly request: ResolvedRequest;
  readonly packDigest: string;
}

/** @throws AppError pack_unavailable, translation_unknown, style_unknown, invalid_request */
export function resolveRequest(request: GenerationRequest, packs: readonly PackInfo[]): Resolved {
  if (packs.length === 0) throw new AppError("pack_unavailable", "expected at least one pack on the server, got none");
  const pack = packs.find((candidate) => candidate.translations.some(({ id }) => id === request.translation));
  const translation = pack?.translations.find(({ id }) => id === request.translation);
  if (!pack || !translation) {
    const known = packs.flatMap((candidate) => candidate.translations.map(({ id }) => id));
    throw mismatch("translation_unknown", "translation", `one of ${known.join(", ")}`, request.translation);
  }
  for (const name of ["caption", "style"] as const)
    if (request.condition[name] !== undefined && !translation.conditions.includes(name))
      throw mismatch(
        "invalid_request",
        `condition.${name}`,
        `only ${translation.conditions.join(", ")} for the translation ${translation.id}`,
        name,
      );
  const { style } = request.condition;
  if (style !== undefined && !translation.styles.some(({ id }) => id === style))
    throw mismatch(
      "style_unknown",
      "condition.style",
      `one of ${translation.styles.map(({ id }) => id).join(", ")}`,
      style,
    );
  const seed = request.seed ?? randomInt(0, limits.seedMax + 1);
  return { request: { ...request, seed }, packDigest: pack.digest };
}

/** Digest of a parsed request; equal for bodies that mean the same. */
export const fingerprintOf = (request: GenerationRequest): string => {
  const { translation, condition, count, seed, temperature, guidance } = request;
  const parts = [
    translation,
    condition.caption ?? null,
    condition.style ?? null,
    count,
    seed ?? null,
    temperature,
    guidance,
  ];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
};

function mismatch(
  code: "translation_unknown" | "style_unknown" | "invalid_request",
  field: string,
  expected: string,
  value: string,
) {
  const received = describe(value);
  return new AppError(code, `${field}: expected ${expected}, got ${received}`, { field, expected, received });
}
