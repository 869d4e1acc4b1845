/** What experts ask of the raw values that they are given: the right kind at the right size, or an error that names the field. */
import type { ConditionField } from "../../shared/conditions.ts";
import { AppError } from "../../shared/problem.ts";
import type { ConditionValue } from "../engine/interfaces.ts";

export type ImageValue = Extract<ConditionValue, { kind: "image" }>;

export const asText = (text: string): ConditionValue => ({ kind: "text", text });

const nameOf = { none: "none", text: "a text", image: "an image", cells: "cells" } as const;

const wrongKind = (expected: string, value: ConditionValue, field: ConditionField): AppError =>
  new AppError("invalid_request", `condition.${field}: expected ${expected}, got ${nameOf[value.kind]}`, {
    field: `condition.${field}`,
    expected,
    received: nameOf[value.kind],
  });

/** @throws AppError `invalid_request` when the value is no text */
export function requireText(value: ConditionValue, field: ConditionField): string {
  if (value.kind === "text") return value.text;
  throw wrongKind("a text", value, field);
}

/** @throws AppError `invalid_request` when the value is no image */
export function requireImage(value: ConditionValue, field: ConditionField): ImageValue {
  if (value.kind === "image") return value;
  throw wrongKind("an image", value, field);
}

/**
 * Planes [channels, from, from] → [channels, to, to]: each pixel is the mean of the area that it covers, which is exact for
 * premultiplied colour (a box filter; every source pixel counts by the share of it that lies inside).
 */
export function averageAreas(planes: Float32Array, fromPx: number, toPx: number): Float32Array {
  if (fromPx === toPx) return planes;
  const channels = planes.length / (fromPx * fromPx);
  if (fromPx % toPx === 0) return averageBlocks(planes, channels, fromPx, toPx);
  const shares = Array.from({ length: toPx }, (_, index) => sharesOf(index, fromPx, toPx));
  const narrow = new Float32Array(channels * fromPx * toPx);
  for (let row = 0; row < channels * fromPx; row += 1)
    for (let x = 0; x < toPx; x += 1) {
      const { first, parts } = shares[x]!;
      const start = row * fromPx + first;
      let sum = 0;
      for (let part = 0; part < parts.length; part += 1) sum += parts[part]! * planes[start + part]!;
      narrow[row * toPx + x] = sum;
    }
  const small = new Float32Array(channels * toPx * toPx);
  for (let channel = 0; channel < channels; channel += 1)
    for (let y = 0; y < toPx; y += 1) {
      const { first, parts } = shares[y]!;
      for (let x = 0; x < toPx; x += 1) {
        const start = (channel * fromPx + first) * toPx + x;
        let sum = 0;
        for (let part = 0; part < parts.length; part += 1) sum += parts[part]! * narrow[start + part * toPx]!;
        small[(channel * toPx + y) * toPx + x] = sum;
      }
    }
  return small;
}

/** The same where every pixel covers whole pixels alone. */
function averageBlocks(planes: Float32Array, channels: number, fromPx: number, toPx: number): Float32Array {
  const side = fromPx / toPx;
  const share = 1 / side;
  const narrow = new Float32Array(channels * fromPx * toPx);
  for (let to = 0, from = 0; to < narrow.length; to += 1) {
    let sum = 0;
    for (const end = from + side; from < end; from += 1) sum += share * planes[from]!;
    narrow[to] = sum;
  }
  const small = new Float32Array(channels * toPx * toPx);
  for (let row = 0, to = 0; row < channels * toPx; row += 1)
    for (let x = 0; x < toPx; x += 1, to += 1) {
      const start = row * side * toPx + x;
      let sum = 0;
      for (let part = 0; part < side; part += 1) sum += share * narrow[start + part * toPx]!;
      small[to] = sum;
    }
  return small;
}

interface Shares {
  /** First source pixel under the target pixel. */
  readonly first: number;
  /** Shares of it and of those that follow, which add up to 1. */
  readonly parts: Float64Array;
}

/** Source pixels under target pixel `index` along one axis. */
function sharesOf(index: number, fromPx: number, toPx: number): Shares {
  const scale = fromPx / toPx;
  const [start, end] = [index * scale, (index + 1) * scale];
  const first = Math.floor(start);
  const parts = Float64Array.from(
    { length: Math.ceil(end) - first },
    (_, offset) => (Math.min(end, first + offset + 1) - Math.max(start, first + offset)) / scale,
  );
  // Rounding may leave a last pixel of which nothing lies inside, and which may not exist.
  return { first, parts: parts.filter((share) => share > 0) };
}
