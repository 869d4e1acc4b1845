/** Checks the raw values of conditions for experts: the right kind, or an error that names the field. */
import type { ConditionField } from "../../shared/contract/conditions.ts";
import { AppError } from "../../shared/problem.ts";
import type { ConditionValue } from "../engine/interfaces.ts";

export type ImageValue = Extract<ConditionValue, { kind: "image" }>;

export const asText = (text: string): ConditionValue => ({ kind: "text", text });

const nameOf = {
  none: "none",
  text: "a text",
  image: "an image",
  images: "images",
  colours: "colours",
  cells: "cells",
} as const;

const wrongKind = (expected: string, value: ConditionValue, field: ConditionField): AppError =>
  new AppError("invalid_request", `condition.${field}: expected ${expected}, got ${nameOf[value.kind]}`, {
    field: `condition.${field}`,
    expected,
    received: nameOf[value.kind],
  });

/** @throws AppError `invalid_request` when the value is not text */
export function requireText(value: ConditionValue, field: ConditionField): string {
  if (value.kind === "text") return value.text;
  throw wrongKind("a text", value, field);
}

/** @throws AppError `invalid_request` when the value is not an image */
export function requireImage(value: ConditionValue, field: ConditionField): ImageValue {
  if (value.kind === "image") return value;
  throw wrongKind("an image", value, field);
}
