/** Every operator's gradient against central differences, run by the runtime that trains. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { TrainingRandom } from "../../server/flow/random.ts";
import { differentiableOperators, differentiate } from "../../server/onnx/differentiate.ts";
import { Graph, sizeOf, type Value } from "../../server/onnx/graph.ts";
import { toModelBytes } from "../../server/onnx/model-file.ts";
import * as ops from "../../server/onnx/ops.ts";
import { Session } from "../../server/onnx/session.ts";

interface Case {
  readonly shapes: readonly (readonly number[])[];
  readonly build: (operands: Value[]) => Value;
  /** Operands are drawn in [0.5, 1.5], where log, sqrt and division are smooth. */
  readonly isPositive?: boolean;
}

const two =
  (op: (a: Value, b: Value) => Value): Case["build"] =>
  (operands) =>
    op(operands[0]!, operands[1]!);
const one =
  (op: (x: Value) => Value): Case["build"] =>
  (operands) =>
    op(operands[0]!);

const cases: Readonly<Record<string, readonly Case[]>> = {
  Add: [
    {
      shapes: [
        [3, 4],
        [1, 4],
      ],
      build: two(ops.add),
    },
    {
      shapes: [
        [3, 1],
        [3, 4],
      ],
      build: two(ops.add),
    },
    { shapes: [[2, 3], []], build: two(ops.add) },
  ],
  Sub: [
    { shapes: [[3, 4], [4]], build: two(ops.sub) },
    {
      shapes: [
        [1, 4],
        [3, 4],
      ],
      build: two(ops.sub),
    },
  ],
  Mul: [
    {
      shapes: [
        [3, 4],
        [3, 1],
      ],
      build: two(ops.mul),
    },
    { shapes: [[], [2, 2]], build: two(ops.mul) },
  ],
  Div: [
    {
      shapes: [
        [3, 4],
        [1, 4],
      ],
      build: two(ops.div),
      isPositive: true,
    },
  ],
  Neg: [{ shapes: [[5]], build: one(ops.neg) }],
  Exp: [{ shapes: [[2, 3]], build: one(ops.exp) }],
  Log: [{ shapes: [[2, 3]], build: one(ops.log), isPositive: true }],
  Sqrt: [{ shapes: [[2, 3]], build: one(ops.sqrt), isPositive: true }],
  Tanh: [{ shapes: [[2, 3]], build: one(ops.tanh) }],
  Sigmoid: [{ shapes: [[2, 3]], build: one(ops.silu) }],
  ReduceSum: [
    {
      shapes: [[3, 4]],
      build: (operands) => ops.mul(ops.reduceSum(operands[0]!, [1]), ops.reduceSum(operands[0]!, [0])),
    },
  ],
  Reshape: [{ shapes: [[3, 4]], build: (operands) => ops.reshape(operands[0]!, [2, 6]) }],
  Transpose: [{ shapes: [[2, 3, 4]], build: (operands) => ops.transpose(operands[0]!, [2, 0, 1]) }],
  Concat: [
    {
      shapes: [
        [2, 3],
        [2, 1],
        [2, 2],
      ],
      build: (operands) => ops.concat(operands, 1),
    },
  ],
  Slice: [
    { shapes: [[2, 6]], build: (operands) => ops.slice(operands[0]!, 1, 1, 4) },
    { shapes: [[4, 2]], build: (operands) => ops.slice(operands[0]!, 0, 2, 4) },
  ],
  Gather: [{ shapes: [[2, 5]], build: (operands) => ops.permuteColumns(operands[0]!, [3, 0, 4, 1, 2]) }],
  Gemm: [
    {
      shapes: [
        [3, 4],
        [4, 2],
      ],
      build: two((a, b) => ops.gemm(a, b)),
    },
    {
      shapes: [
        [4, 3],
        [4, 2],
      ],
      build: two((a, b) => ops.gemm(a, b, { transA: true })),
    },
    {
      shapes: [
        [3, 4],
        [2, 4],
      ],
      build: two((a, b) => ops.gemm(a, b, { transB: true })),
    },
    {
      shapes: [
        [4, 3],
        [2, 4],
      ],
      build: two((a, b) => ops.gemm(a, b, { transA: true, transB: true })),
    },
  ],
};

/** Sum of all elements, a scalar. */
function sumAll(x: Value): Value {
  const axes = x.shape.map((_, axis) => axis);
  return ops.reshape(ops.reduceSum(x, axes), []);
}

/** Squares the result under fixed weights, so that every element's gradient is its own number. */
function lossOf(result: Value): Value {
  const weights = Float32Array.from({ length: sizeOf(result.shape) }, (_, index) => 1 + 0.3 * Math.cos(index));
  return sumAll(ops.mul(ops.mul(result, result), result.graph.constant(weights, result.shape)));
}

describe("gradients of operators", () => {
  it("gradients of operators are tested for every operator that has a rule", () =>
    assert.deepEqual(Object.keys(cases).sort(), [...differentiableOperators].sort()));

  for (const [operator, variants] of Object.entries(cases))
    for (const [variant, { shapes, build, isPositive }] of variants.entries())
      it(`gradients of ${operator} (${shapes.map((shape) => `[${shape}]`).join(" ")}) equal finite differences`, async () => {
        const graph = new Graph(`${operator}-${variant}`);
        const operands = shapes.map((shape, index) => graph.input(`x${index}`, shape));
        const loss = lossOf(build(operands));
        const gradients = differentiate(loss, operands);
        for (const [index, gradient] of gradients.entries()) {
          assert.deepEqual(gradient.shape, shapes[index]);
          graph.output(`d${index}`, gradient);
        }
        graph.output("loss", loss);
        const session = await Session.create(toModelBytes(graph, { kind: "inputs" }), { label: operator, threads: 1 });
        const random = new TrainingRandom(42, variant, "evaluation");
        const data = shapes.map((shape) =>
          Float32Array.from(
            { length: sizeOf(shape) },
            () => (isPositive ? 0.5 : -1) + random.uniform() * (isPositive ? 1 : 2),
          ),
        );
        const run = () =>
          session.run(
            Object.fromEntries(data.map((values, index) => [`x${index}`, { data: values, dims: shapes[index]! }])),
          );
        const exact = await run();
        const h = 2e-3;
        for (const [index, values] of data.entries())
          for (let at = 0; at < values.length; at += 1) {
            const kept = values[at]!;
            values[at] = kept + h;
            const above = (await run())["loss"]!.data[0] as number;
            values[at] = kept - h;
            const below = (await run())["loss"]!.data[0] as number;
            values[at] = kept;
            const numeric = (above - below) / (2 * h);
            const got = exact[`d${index}`]!.data[at] as number;
            assert.ok(
              Math.abs(numeric - got) < 2e-2 * Math.max(1, Math.abs(numeric)),
              `operand ${index}, element ${at}: numeric ${numeric}, rule ${got}`,
            );
          }
      });

  it("gradients of operators refuse a loss that is no scalar, a target that does not matter and an operator without a rule", () => {
    const graph = new Graph("refusals");
    const [x, y] = [graph.input("x", [2]), graph.input("y", [2])];
    assert.throws(() => differentiate(x, [x]), {
      code: "tensor_mismatch",
      message: /expected a scalar loss \[\], got \[2\]/,
    });
    assert.throws(() => differentiate(sumAll(x), [y]), { message: /y does not reach the loss/ });
    assert.throws(() => differentiate(sumAll(ops.min(x, y)), [x]), {
      message: /operator Min has no gradient rule/,
    });
  });

  it("gradients of operators name operands and shapes when an operator does not fit", () => {
    const graph = new Graph("shapes");
    const [a, b] = [graph.input("a", [2, 3]), graph.input("b", [4, 5])];
    assert.throws(() => ops.gemm(a, b), {
      message: /Gemm: expected \[rows, inner\] and \[inner, columns\], got \[2,3\] \(a\) and \[4,5\] \(b\)/,
    });
    assert.throws(() => ops.add(a, b), { message: /\[2,3\] and \[4,5\]/ });
    assert.throws(() => ops.add(a, new Graph("other").input("c", [2, 3])), { message: /belongs to graph/ });
    assert.throws(() => graph.input("a", [1]), { message: /got "a" twice/ });
  });
});
