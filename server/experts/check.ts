/** What every expert checks of its own output. */
import { AppError } from "../../shared/problem.ts";

/** @throws AppError `tensor_mismatch` naming the expert and the first value that is no number */
export function requireFinite(values: Float32Array, expert: string): void {
  const at = values.findIndex((value) => !Number.isFinite(value));
  if (at >= 0)
    throw new AppError(
      "tensor_mismatch",
      `${expert}: expected finite values, got ${values[at]} at ${at} of ${values.length}`,
    );
}
