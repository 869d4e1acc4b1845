/** Checks that all experts share: the graph matches the manifest, and outputs are finite and of the right shape. */
import { AppError } from "../../shared/problem.ts";
import type { Session, Tensor, TensorInfo } from "../onnx/session.ts";
import { sumOf } from "../platform/sum.ts";

/** A tensor that a manifest entry promises. A word in the shape is an axis of any size. */
export interface Promised extends TensorInfo {
  readonly name: string;
}

/**
 * Compares a graph with the promised tensors. Further outputs are ignored.
 * @throws AppError `pack_corrupt` naming the expert and every input and output that differs, expected and received
 */
export function requirePromised(
  session: Session,
  inputs: readonly Promised[],
  outputs: readonly Promised[],
  expert: string,
): void {
  const faults = [
    ...faultsOf("input", inputs, session.inputs),
    ...[...session.inputs.keys()]
      .filter((name) => inputs.every((input) => input.name !== name))
      .map((name) => `input: expected only ${inputs.map((input) => input.name).join(", ")}, got ${name}`),
    ...faultsOf("output", outputs, session.outputs),
  ];
  if (faults.length > 0) throw new AppError("pack_corrupt", `${expert}: ${faults.join("; ")}`);
}

function faultsOf(side: string, promised: readonly Promised[], found: ReadonlyMap<string, TensorInfo>): string[] {
  return promised.flatMap(({ name, ...expected }) => {
    const info = found.get(name);
    if (info?.type === expected.type && fits(expected.shape, info.shape)) return [];
    const received = info ? describe(info) : `only ${[...found.keys()].join(", ") || "none"}`;
    return [`${side} ${name}: expected ${describe(expected)}, got ${received}`];
  });
}

const describe = ({ type, shape }: TensorInfo): string => `${type} [${shape.join(", ")}]`;

/** A free axis of the graph matches any size and is checked when it runs; a promised free axis may be 1 in the graph. */
const fits = (promised: TensorInfo["shape"], found: TensorInfo["shape"]): boolean =>
  promised.length === found.length &&
  found.every(
    (size, axis) =>
      typeof size !== "number" || size < 0 || size === (typeof promised[axis] === "number" ? promised[axis] : 1),
  );

/** @throws AppError `tensor_mismatch` naming the expert and the first value that is not finite */
export function requireFinite(values: Float32Array, expert: string): void {
  if (Number.isFinite(sumOf(values))) return;
  const at = values.findIndex((value) => !Number.isFinite(value));
  throw new AppError(
    "tensor_mismatch",
    `${expert}: expected finite values, got ${values[at]} at ${at} of ${values.length}`,
  );
}

/** @throws AppError `tensor_mismatch` naming the expert, the expected and the received shape */
export function requireShape(
  { data, dims }: Tensor,
  expected: readonly number[],
  expert: string,
  kind: typeof Float32Array | typeof Uint8Array = Float32Array,
): void {
  if (data instanceof kind && dims.join() === expected.join()) return;
  const type = data instanceof kind ? "" : ` of ${data.constructor.name}`;
  throw new AppError(
    "tensor_mismatch",
    `${expert}: expected [${expected.join(", ")}], got [${dims.join(", ")}]${type}`,
    {
      expected: `[${expected.join(", ")}]`,
      received: `[${dims.join(", ")}]${type}`,
    },
  );
}
