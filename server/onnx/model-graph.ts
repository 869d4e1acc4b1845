/**
 * What a foreign ONNX file holds, read from its protobuf before any runtime sees it: inputs and outputs, the files that its
 * weights lie in, and its inner values, any of which can be made the output. Does not judge; see session.ts and experts/.
 */
import { AppError } from "../../shared/problem.ts";
import { elementTypeName, type ModelProto, untypedValue, type ValueInfoProto } from "./model-file.ts";

/** An input or output: `dims` has a number, the name of a free axis, or `?` where the file says nothing. */
export interface Signature {
  readonly name: string;
  readonly type: string;
  readonly dims: ReadonlyArray<number | string>;
}

export interface ModelDescription {
  /** Version of the standard operator set; 0 when the file names none. */
  readonly opset: number;
  readonly inputs: readonly Signature[];
  readonly outputs: readonly Signature[];
  /** Names of everything that nodes compute, in the order of the file. */
  readonly values: readonly string[];
}

export function describeModel(model: ModelProto): ModelDescription {
  const { input = [], output = [], initializer = [], node = [] } = model.graph ?? {};
  // Files before IR 4 list weights among the inputs too.
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

/** Locations of all weights that lie outside the file, wherever a tensor can hide: initialisers, attributes, subgraphs, functions. */
export function externalLocations(model: ModelProto): string[] {
  const locations = new Set<string>();
  for (const { externalData } of externalTensors(model))
    for (const { key, value } of externalData) if (key === "location") locations.add(value);
  return [...locations];
}

interface ExternalTensor {
  readonly externalData: ReadonlyArray<{ readonly key: string; readonly value: string }>;
}

/** A walk over every message, so that no place is forgotten. */
function* externalTensors(part: unknown): Generator<ExternalTensor> {
  if (typeof part !== "object" || part === null || ArrayBuffer.isView(part)) return;
  if ("$typeName" in part && part.$typeName === "onnx.TensorProto") yield part as unknown as ExternalTensor;
  // Lists of numbers can be millions long and hold no tensor.
  else if (!Array.isArray(part) || typeof part[0] === "object")
    for (const child of Object.values(part)) yield* externalTensors(child);
}

/**
 * Makes one value the only output, be it inner or already an output, and drops every node that it does not need.
 * @param keptInputs inputs that stay though it does not need them; absent = all
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
  // Nodes stand in topological order, so one pass from the end meets each user before its maker.
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

/** Inputs of a node, and of the nodes in its subgraphs, which may read any outer value. */
const namesUsedBy = (step: NodeOf): string[] => [
  ...step.input,
  ...step.attribute.flatMap(({ g, graphs }) =>
    [...(g ? [g] : []), ...graphs].flatMap((inner) => [
      ...inner.node.flatMap(namesUsedBy),
      ...inner.output.map((value) => value.name),
    ]),
  ),
];

/** `did you mean …`: the names that share the longest beginning or contain the one asked for. */
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
