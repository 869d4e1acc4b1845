/** What every expert checks of its own output. */
import { AppError } from "../../shared/problem.ts";
import type { Tensor } from "../onnx/session.ts";

/** @throws AppError `tensor_mismatch` naming the expert and the first value that is no number */
export function requireFinite(values: Float32Array, expert: string): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new AppError(
      "tensor_mismatch",
      `${expert}: expected finite values, got ${values[at]} at ${at} of ${values.length}`,
    );
}

/** @throws AppError `tensor_mismatch` naming the expert, the expected and the received shape */
export function requireShape({ data, dims }: Tensor, expected: readonly number[], expert: string): void {
  if (data instanceof Float32Array && dims.join() === expected.join()) return;
  const type = data instanceof Float32Array ? "" : ` of ${data.constructor.name}`;
  throw new AppError(
    "tensor_mismatch",
    `${expert}: expected [${expected.join(", ")}], got [${dims.join(", ")}]${type}`,
    {
      expected: `[${expected.join(", ")}]`,
      received: `[${dims.join(", ")}]${type}`,
    },
  );
}
