/**
 * Reverse-mode differentiation of a graph: appends the nodes that compute d loss / d value. One rule for each operator: it gets
 * the node and the gradient of its output and returns the gradients of its operands, built from operators. Idea: micrograd's
 * tape (github.com/karpathy/micrograd) for a graph that is built once and run by onnxruntime; rules as in Griewank & Walther,
 * "Evaluating Derivatives", chapter 3.
 */
import { AppError } from "../../shared/problem.ts";
import type { Graph, Node, Shape, Value } from "./graph.ts";
import {
  add,
  concat,
  div,
  gemm,
  mul,
  neg,
  permuteColumns,
  reduceSum,
  reshape,
  scale,
  slice,
  sliceAxis,
  sliceStart,
  sub,
  transpose,
} from "./ops.ts";

type Rule = (node: Node, gradient: Value) => ReadonlyArray<Value | undefined>;

/** Reverts broadcasting: sums a gradient over the axes along which `shape` was expanded. */
function sumTo(gradient: Value, shape: Shape): Value {
  const lead = gradient.shape.length - shape.length;
  const axes = gradient.shape.flatMap((size, axis) =>
    axis < lead || (shape[axis - lead] === 1 && size !== 1) ? [axis] : [],
  );
  const summed = axes.length > 0 ? reduceSum(gradient, axes) : gradient;
  return summed.shape.length === shape.length ? summed : reshape(summed, shape);
}

const ones = (graph: Graph): Value => graph.constant(1);

/** Rules for elementwise operators of two operands: partial derivatives first, then the sum over broadcast axes. */
const elementwise =
  (partials: (a: Value, b: Value, gradient: Value, output: Value) => readonly [Value, Value]): Rule =>
  ({ inputs, output }, gradient) => {
    const [a, b] = [inputs[0]!, inputs[1]!];
    const [left, right] = partials(a, b, gradient, output);
    return [sumTo(left, a.shape), sumTo(right, b.shape)];
  };

const rules: Readonly<Record<string, Rule>> = {
  Add: elementwise((_a, _b, g) => [g, g]),
  Sub: elementwise((_a, _b, g) => [g, neg(g)]),
  Mul: elementwise((a, b, g) => [mul(g, b), mul(g, a)]),
  Div: elementwise((_a, b, g, y) => [div(g, b), neg(div(mul(g, y), b))]),
  Neg: (_node, g) => [neg(g)],
  Exp: ({ output }, g) => [mul(g, output)],
  Log: ({ inputs }, g) => [div(g, inputs[0]!)],
  Sqrt: ({ output }, g) => [scale(div(g, output), 0.5)],
  Tanh: ({ output }, g) => [mul(g, sub(ones(g.graph), mul(output, output)))],
  Sigmoid: ({ output }, g) => [mul(g, mul(output, sub(ones(g.graph), output)))],
  ReduceSum: ({ inputs }, g) => [broadcastTo(g, inputs[0]!.shape), undefined],
  Reshape: ({ inputs }, g) => [reshape(g, inputs[0]!.shape), undefined],
  Transpose: ({ attributes }, g) => {
    const permutation = attributes["perm"] as readonly number[];
    return [
      transpose(
        g,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ];
  },
  Concat: ({ inputs, attributes }, g) => {
    const axis = attributes["axis"] as number;
    let start = 0;
    return inputs.map((input) => {
      const part = slice(g, axis, start, start + input.shape[axis]!);
      start += input.shape[axis]!;
      return part;
    });
  },
  Slice: ({ inputs, output, attributes }, g) => {
    const x = inputs[0]!;
    const [axis, start] = [attributes[sliceAxis] as number, attributes[sliceStart] as number];
    const zeros = (length: number): Value[] => {
      const shape = x.shape.map((size, at) => (at === axis ? length : size));
      return length > 0 ? [broadcastTo(g.graph.constant(0, []), shape)] : [];
    };
    const after = x.shape[axis]! - start - output.shape[axis]!;
    return [concat([...zeros(start), g, ...zeros(after)], axis)];
  },
  Gather: ({ attributes }, g) => {
    const permutation = attributes["_permutation"] as readonly number[];
    const inverse = new Array<number>(permutation.length);
    for (const [to, from] of permutation.entries()) inverse[from] = to;
    return [permuteColumns(g, inverse), undefined];
  },
  Gemm: ({ inputs, attributes }, g) => {
    const [a, b] = [inputs[0]!, inputs[1]!];
    const [transA, transB] = [attributes["transA"] === 1, attributes["transB"] === 1];
    const gradientA = transA ? gemm(b, g, { transA: transB, transB: true }) : gemm(g, b, { transB: !transB });
    const gradientB = transB ? gemm(g, a, { transA: true, transB: transA }) : gemm(a, g, { transA: !transA });
    return [gradientA, gradientB];
  },
};

/** Repeats a value along axes of length 1 until it has `shape`. */
function broadcastTo(x: Value, shape: Shape): Value {
  const sizes = x.graph.constant(BigInt64Array.from(shape, BigInt), [shape.length]);
  return x.graph.node("Expand", [x, sizes], shape);
}

/**
 * Gradients of a scalar with respect to `targets`, as new values of the same graph, in the same order and shapes.
 * @throws AppError `tensor_mismatch` when the loss is no scalar or does not depend on a target, or when an operator between
 *   them has no rule
 */
export function differentiate(loss: Value, targets: readonly Value[]): Value[] {
  const { graph } = loss;
  if (loss.shape.length !== 0)
    throw new AppError(
      "tensor_mismatch",
      `differentiate: expected a scalar loss [], got [${loss.shape}] (${graph.name})`,
    );
  const needed = reachableFrom(graph, targets);
  const gradients = new Map<Value, Value>([[loss, graph.constant(1)]]);
  for (const node of [...graph.nodes].reverse()) {
    const gradient = gradients.get(node.output);
    if (!gradient || !needed.has(node.output)) continue;
    const rule = rules[node.op];
    if (!rule)
      throw new AppError(
        "tensor_mismatch",
        `differentiate: operator ${node.op} has no gradient rule (${graph.name}, ${node.output.name})`,
      );
    for (const [at, part] of rule(node, gradient).entries()) {
      const operand = node.inputs[at]!;
      if (!part || !needed.has(operand)) continue;
      const earlier = gradients.get(operand);
      gradients.set(operand, earlier ? add(earlier, part) : part);
    }
  }
  return targets.map((target) => {
    const gradient = gradients.get(target);
    if (!gradient)
      throw new AppError("tensor_mismatch", `differentiate: ${target.name} does not reach the loss (${graph.name})`);
    return gradient;
  });
}

/** Operators that have a gradient rule; the tests check each one against finite differences. */
export const differentiableOperators: readonly string[] = Object.keys(rules);

/** Values that depend on any of `sources`, including them. */
function reachableFrom(graph: Graph, sources: readonly Value[]): Set<Value> {
  const reached = new Set<Value>(sources);
  for (const node of graph.nodes) if (node.inputs.some((input) => reached.has(input))) reached.add(node.output);
  return reached;
}
