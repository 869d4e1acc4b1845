/**
 * The operators of flows, one function each, named after the ONNX operator that it emits (https://onnx.ai/onnx/operators). Each
 * checks its operands and computes the shape of its result.
 */
import { AppError } from "../../shared/problem.ts";
import { type Shape, sizeOf, type Value } from "./graph.ts";

/** Shape of a broadcast result by the rule of NumPy and ONNX. */
export function broadcastShape(a: Shape, b: Shape, where: string): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const left = a[axis - rank + a.length] ?? 1;
    const right = b[axis - rank + b.length] ?? 1;
    if (left !== right && left !== 1 && right !== 1)
      throw new AppError("tensor_mismatch", `${where}: expected shapes that broadcast, got [${a}] and [${b}]`);
    return Math.max(left, right);
  });
}

const binary =
  (op: string) =>
  (a: Value, b: Value): Value =>
    a.graph.node(op, [a, b], broadcastShape(a.shape, b.shape, op));
const unary =
  (op: string) =>
  (x: Value): Value =>
    x.graph.node(op, [x], x.shape);

export const add = binary("Add");
export const sub = binary("Sub");
export const mul = binary("Mul");
export const div = binary("Div");
export const min = binary("Min");

export const neg = unary("Neg");
export const exp = unary("Exp");
export const log = unary("Log");
export const sqrt = unary("Sqrt");
export const tanh = unary("Tanh");
export const sigmoid = unary("Sigmoid");

/** x · factor, for a number known when the graph is built. */
export const scale = (x: Value, factor: number): Value => mul(x, x.graph.constant(factor));

/** SiLU (Elfwing et al. 2017): x · sigmoid(x). */
export const silu = (x: Value): Value => mul(x, sigmoid(x));

/** Matrix product of [rows, inner] and [inner, columns], either one optionally transposed first. */
export function gemm(a: Value, b: Value, { transA = false, transB = false } = {}): Value {
  const [rows, innerA] = transA ? [a.shape[1], a.shape[0]] : [a.shape[0], a.shape[1]];
  const [innerB, columns] = transB ? [b.shape[1], b.shape[0]] : [b.shape[0], b.shape[1]];
  if (a.shape.length !== 2 || b.shape.length !== 2 || innerA !== innerB)
    throw new AppError(
      "tensor_mismatch",
      `Gemm: expected [rows, inner] and [inner, columns], got [${a.shape}]${transA ? "ᵀ" : ""} (${a.name}) and [${b.shape}]${transB ? "ᵀ" : ""} (${b.name})`,
    );
  return a.graph.node("Gemm", [a, b], [rows!, columns!], { transA: transA ? 1 : 0, transB: transB ? 1 : 0 });
}

/** Sum over `axes`, which are kept with length 1, so that the result broadcasts against the operand. */
export const reduceSum = (x: Value, axes: readonly number[]): Value => reduce("ReduceSum", x, axes);

function reduce(op: string, x: Value, axes: readonly number[]): Value {
  const shape = x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
  const axesValue = x.graph.constant(BigInt64Array.from(axes, BigInt), [axes.length]);
  return x.graph.node(op, [x, axesValue], shape, { keepdims: 1 });
}

/** Sum of the squares of all elements, shape []; it has no derivative here. */
export const sumSquares = (x: Value): Value =>
  reshape(
    reduce(
      "ReduceSumSquare",
      x,
      x.shape.map((_, axis) => axis),
    ),
    [],
  );

export function reshape(x: Value, shape: Shape): Value {
  if (sizeOf(shape) !== sizeOf(x.shape))
    throw new AppError(
      "tensor_mismatch",
      `Reshape: expected ${sizeOf(x.shape)} elements as in [${x.shape}], got [${shape}]`,
    );
  return x.graph.node("Reshape", [x, x.graph.constant(BigInt64Array.from(shape, BigInt), [shape.length])], shape);
}

export function transpose(x: Value, permutation: readonly number[]): Value {
  return x.graph.node(
    "Transpose",
    [x],
    permutation.map((axis) => x.shape[axis]!),
    { perm: permutation },
  );
}

export function concat(parts: readonly Value[], axis: number): Value {
  const first = parts[0]!;
  const fits = (part: Value): boolean => part.shape.every((size, at) => at === axis || size === first.shape[at]);
  if (!parts.every(fits))
    throw new AppError(
      "tensor_mismatch",
      `Concat: expected equal shapes outside axis ${axis}, got ${parts.map((part) => `[${part.shape}]`).join(", ")}`,
    );
  const total = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
  return first.graph.node(
    "Concat",
    parts,
    first.shape.map((size, at) => (at === axis ? total : size)),
    { axis },
  );
}

/** Elements `start` (inclusive) to `end` (exclusive) along `axis`. */
export function slice(x: Value, axis: number, start: number, end: number): Value {
  if (start < 0 || end > x.shape[axis]! || start >= end)
    throw new AppError(
      "tensor_mismatch",
      `Slice: expected 0 ≤ start < end ≤ ${x.shape[axis]}, got ${start} and ${end}`,
    );
  const at = (value: number): Value => x.graph.constant(BigInt64Array.of(BigInt(value)), [1]);
  const shape = x.shape.map((size, index) => (index === axis ? end - start : size));
  return x.graph.node("Slice", [x, at(start), at(end), at(axis)], shape, { [sliceAxis]: axis, [sliceStart]: start });
}

/** Internal attributes of `slice` for its gradient; attributes that begin with `_` are not written to the file. */
export const sliceAxis = "_axis";
export const sliceStart = "_start";

/** Columns of a [rows, columns] matrix in the order of `indices`, a permutation known when the graph is built. */
export function permuteColumns(x: Value, indices: readonly number[]): Value {
  if (x.shape.length !== 2 || indices.length !== x.shape[1])
    throw new AppError(
      "tensor_mismatch",
      `Gather: expected a permutation of ${x.shape[1]} columns, got ${indices.length} indices`,
    );
  return x.graph.node("Gather", [x, x.graph.constant(BigInt64Array.from(indices, BigInt), [indices.length])], x.shape, {
    axis: 1,
    _permutation: indices,
  });
}
