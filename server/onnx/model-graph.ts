/**
 * Reads the content of a foreign ONNX file from its protobuf before any runtime sees it: inputs, outputs, external weight
 * files, and inner values, each of which can become the output. session.ts and experts/ judge it.
 */
import { AppError } from "../../shared/problem.ts";
import { elementTypeName, type ModelProto, untypedValue, type ValueInfoProto } from "./protobuf.ts";

/** An input or output: `dims` has a number, the name of a free axis, or `?` if the file does not state it. */
export interface Signature {
  readonly name: string;
  readonly type: string;
  readonly dims: ReadonlyArray<number | string>;
}

export interface ModelDescription {
  /** Version of the standard operator set; 0 if the file states none. */
  readonly opset: number;
  readonly inputs: readonly Signature[];
  readonly outputs: readonly Signature[];
  /** Names of all values that nodes compute, in file order. */
  readonly values: readonly string[];
}

export function describeModel(model: ModelProto): ModelDescription {
  const { input = [], output = [], initializer = [], node = [] } = model.graph ?? {};
  // Files before IR 4 also list weights as inputs.
  const weights = new Set(initializer.map(({ name }) => name));
  return {
    opset: Number(model.opsetImport.find(({ domain }) => domain === "" || domain === "ai.onnx")?.version ?? 0n),
    inputs: input.filter(({ name }) => !weights.has(name)).map(signatureOf),
    outputs: output.map(signatureOf),
    values: node.flatMap((step) => step.output.filter((name) => name !== "")),
  };
}

function signatureOf({ name, type }: ValueInfoProto): Signature {
  if (type?.value.case !== "tensorType") return { name, type: type?.value.case ?? "unknown", dims: [] };
  const { elemType, shape } = type.value.value;
  const dims = (shape?.dim ?? []).map(({ value }) =>
    value.case === "dimValue" ? Number(value.value) : value.value || "?",
  );
  return { name, type: elementTypeName(elemType), dims };
}

/** Locations of all external weights, wherever a tensor can be: initialisers, attributes, subgraphs, functions. */
export function externalLocations(model: ModelProto): string[] {
  const locations = new Set<string>();
  for (const { externalData } of externalTensors(model))
    for (const { key, value } of externalData) if (key === "location") locations.add(value);
  return [...locations];
}

interface ExternalTensor {
  readonly externalData: ReadonlyArray<{ readonly key: string; readonly value: string }>;
}

/** Walks over every message, so that no place is missed. */
function* externalTensors(part: unknown): Generator<ExternalTensor> {
  if (typeof part !== "object" || part === null || ArrayBuffer.isView(part)) return;
  if ("$typeName" in part && part.$typeName === "onnx.TensorProto") yield part as unknown as ExternalTensor;
  // Lists of numbers can have millions of entries and contain no tensor.
  else if (!Array.isArray(part) || typeof part[0] === "object")
    for (const child of Object.values(part)) yield* externalTensors(child);
}

/**
 * Makes one value, inner or output, the only output, and drops all nodes that it does not need.
 * @param keptInputs inputs to keep even if it does not need them; absent = all
 * @throws AppError `pack_corrupt` when no node computes a value of that name
 */
export function withOutput(model: ModelProto, name: string, label: string, keptInputs?: readonly string[]): ModelProto {
  const { graph } = model;
  const { values } = describeModel(model);
  if (!graph || !values.includes(name))
    throw new AppError(
      "pack_corrupt",
      `${label}: expected a value of the graph, got "${name}"; ${nearest(name, values)}`,
      {
        expected: "a value of the graph",
        received: name,
      },
    );
  const needed = new Set([name]);
  // Nodes are in topological order, so one pass from the end meets each user before its producer.
  const node = graph.node
    .toReversed()
    .filter((step) => {
      const isNeeded = step.output.some((output) => needed.has(output));
      if (isNeeded) for (const used of namesUsedBy(step)) needed.add(used);
      return isNeeded;
    })
    .toReversed();
  const output = graph.output.filter((value) => value.name === name);
  return {
    ...model,
    graph: {
      ...graph,
      node,
      input: graph.input.filter((value) => !keptInputs || needed.has(value.name) || keptInputs.includes(value.name)),
      initializer: graph.initializer.filter((weight) => needed.has(weight.name)),
      output: output.length > 0 ? output : [untypedValue(name)],
    },
  };
}

type NodeOf = NonNullable<ModelProto["graph"]>["node"][number];

/** Inputs of a node and of the nodes in its subgraphs, which may read any outer value. */
const namesUsedBy = (step: NodeOf): string[] => [
  ...step.input,
  ...step.attribute.flatMap(({ g, graphs }) =>
    [...(g ? [g] : []), ...graphs].flatMap((inner) => [
      ...inner.node.flatMap(namesUsedBy),
      ...inner.output.map((value) => value.name),
    ]),
  ),
];

/** `did you mean …`: the known names with the longest common prefix, or that contain the given one. */
export function nearest(name: string, known: readonly string[]): string {
  const shared = (other: string): number => {
    if (other.includes(name) || name.includes(other)) return 1000 - Math.abs(other.length - name.length);
    let length = 0;
    while (length < name.length && name[length] === other[length]) length += 1;
    return length;
  };
  const few = [...known].sort((a, b) => shared(b) - shared(a)).slice(0, 6);
  return few.length === 0
    ? "it has none"
    : `${few.length < known.length ? "among others " : ""}it has ${few.join(", ")}`;
}
