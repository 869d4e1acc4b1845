/**
 * Moves biases into Gemm, which can add a third operand to the product. The runtime does this after MatMul but not after Gemm;
 * a separate addition makes a pixel flow, whose layers are narrow, a tenth slower.
 */
import type { Graph, Node, Value } from "./graph.ts";

/**
 * The graph's nodes in which every `Gemm` whose product is only used with an added bias [1, columns] becomes one `Gemm` with
 * three operands.
 */
export function withFusedBiases(graph: Graph): readonly Node[] {
  const isFixed = new Set([...graph.parameters, ...graph.constants].map(({ value }) => value));
  // Values computed from constants are constant; the runtime computes them once.
  for (const { inputs, output } of graph.nodes) if (inputs.every((value) => isFixed.has(value))) isFixed.add(output);
  const users = new Map<Value, number>();
  const use = (value: Value): void => void users.set(value, (users.get(value) ?? 0) + 1);
  for (const { inputs } of graph.nodes) inputs.forEach(use);
  for (const { value } of graph.outputs) use(value);
  const makers = new Map(graph.nodes.map((node) => [node.output, node]));

  const fused = new Map<Node, Node>();
  const dropped = new Set<Node>();
  for (const node of graph.nodes) {
    if (node.op !== "Add") continue;
    const product = node.inputs.find((value) => makers.get(value)?.op === "Gemm" && users.get(value) === 1);
    const bias = node.inputs.find((value) => value !== product);
    if (!product || !bias || !isFixed.has(bias) || bias.shape.join() !== `1,${product.shape[1]}`) continue;
    const gemm = makers.get(product)!;
    if (gemm.inputs.length > 2) continue;
    dropped.add(gemm);
    fused.set(node, { ...gemm, inputs: [...gemm.inputs, bias], output: node.output });
  }
  return graph.nodes.filter((node) => !dropped.has(node)).map((node) => fused.get(node) ?? node);
}
