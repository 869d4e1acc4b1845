/**
 * Suggests a declaration from the inputs and outputs of an ONNX file. It is a draft to correct, because a file does not state
 * the colours, ranges or layers that its authors meant.
 */
import { AppError } from "../../../shared/problem.ts";
import { describe } from "../../../shared/validation.ts";
import { type Declaration, DeclarationSchema } from "../../manifest/declared-manifest.ts";
import type { ModelDescription, Signature } from "../../onnx/model-graph.ts";
import { channelsOfCount } from "./pixels.ts";

/** Mean and standard deviation of ImageNet's colours, which most published image networks use. */
const imageNet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };

/** Side if the file leaves it open: the usual one of image networks. */
const usualSizePx = 224;

/** Flattened layers up to this length are read whole; longer ones are pooled. */
const flatMax = 1024;

const numberAt = (dims: Signature["dims"], axis: number): number | undefined => {
  const size = dims[axis];
  return typeof size === "number" && size > 0 ? size : undefined;
};

/**
 * @param fileName file of the graph, relative to the folder of the declaration
 * @throws AppError `config_invalid` naming the inputs that no kind of expert accepts
 */
export function suggestDeclaration(description: ModelDescription, fileName: string): Declaration {
  const suggestion =
    textDeclaration(description, fileName) ??
    generatorDeclaration(description, fileName) ??
    imageDeclaration(description, fileName);
  if (suggestion) return parsedDeclaration(suggestion);
  const expected =
    "an image [batch, 1, 3 or 4, size, size], token ids [batch, tokens] or a latent [batch, n] that gives an image";
  const received = description.inputs.map(describeSignature).join(", ") || "no input";
  const hint = description.inputs.some(isChannelsLast)
    ? "; channels come last here: export the graph with channels first"
    : "";
  throw new AppError("config_invalid", `inputs: expected ${expected}, got ${received}${hint}`, {
    field: "inputs",
    expected,
    received,
  });
}

/** @throws AppError `config_invalid` naming every field that does not fit */
export function parsedDeclaration(value: unknown): Declaration {
  const parsed = DeclarationSchema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message, input }) => {
    const got = message.includes(", got ") ? "" : `, got ${describe(input)}`;
    return `${path.join(".") || "declaration"}: ${message}${got}`;
  });
  throw new AppError("config_invalid", issues.join("; "));
}

export const describeSignature = ({ name, type, dims }: Signature): string => `${name} ${type} [${dims.join(", ")}]`;

/** Only an open batch axis or one of 1 can be a batch of one. */
const isImage = ({ dims }: Signature): boolean =>
  dims.length === 4 && channelsOfCount(numberAt(dims, 1) ?? 0) !== undefined && numberAt(dims, 2) === numberAt(dims, 3);

const isChannelsLast = ({ dims }: Signature): boolean =>
  dims.length === 4 &&
  channelsOfCount(numberAt(dims, 3) ?? 0) !== undefined &&
  channelsOfCount(numberAt(dims, 1) ?? 0) === undefined;

function textDeclaration({ inputs, outputs }: ModelDescription, model: string): unknown {
  const tokens = inputs.filter(({ type, dims }) => type === "int64" && dims.length === 2);
  const named = (pattern: RegExp): string | undefined => tokens.find(({ name }) => pattern.test(name))?.name;
  const ids = named(/ids$/i) ?? tokens[0]?.name;
  if (ids === undefined || tokens.length !== inputs.length) return undefined;
  const layer = outputs[0];
  return {
    kind: "onnx",
    model,
    input: { kind: "text", tokenizer: "tokenizer.json", ids, mask: named(/mask/i), types: named(/type/i) },
    layer: layer?.name,
    pooling: layer?.dims.length === 3 ? "mean" : "none",
    dims: numberAt(layer?.dims ?? [], (layer?.dims.length ?? 0) - 1) ?? 1,
  };
}

function imageDeclaration({ inputs, outputs }: ModelDescription, model: string): unknown {
  const image = inputs.find(isImage);
  const layer = outputs.find(({ dims }) => dims.length === 2) ?? outputs[0];
  if (!image || !layer || inputs.length !== 1) return undefined;
  const channels = channelsOfCount(numberAt(image.dims, 1)!)!;
  const sizes = layer.dims.slice(1).map((_, at) => numberAt(layer.dims, at + 1) ?? Number.POSITIVE_INFINITY);
  const flat = sizes.reduce((product, size) => product * size, 1);
  const isPooled = layer.dims.length > 2 && flat > flatMax;
  const dims = isPooled ? numberAt(layer.dims, layer.dims.length === 3 ? 2 : 1) : flat;
  return {
    kind: "onnx",
    model,
    input: {
      kind: "image",
      name: image.name,
      sizePx: numberAt(image.dims, 2) ?? usualSizePx,
      channels,
      ...(channels === "rgb" ? imageNet : {}),
    },
    layer: layer.name,
    pooling: isPooled ? "mean" : "none",
    dims: dims !== undefined && Number.isFinite(dims) ? dims : 1,
  };
}

function generatorDeclaration({ inputs, outputs }: ModelDescription, model: string): unknown {
  const image = outputs.find((output) => isImage(output) && numberAt(output.dims, 2) !== undefined);
  const isLatent = (input: Signature): boolean =>
    input.type === "float32" &&
    (input.dims.length === 2 || (input.dims.length === 4 && !isImage(input))) &&
    input.dims.slice(1).every((size) => typeof size === "number" && size > 0);
  const latents = inputs.filter(isLatent);
  const latent = latents.find(({ name }) => /^z|latent|noise/i.test(name)) ?? latents[0];
  if (!image || !latent) return undefined;
  const rest = inputs.filter((input) => input !== latent);
  const label = rest.find(
    ({ type, dims }) =>
      // A single number beside the latent is a setting such as truncation.
      (type === "int64" && dims.length === 1) || (type === "float32" && dims.length === 2 && numberAt(dims, 1) !== 1),
  );
  const isIndex = label?.type === "int64";
  return {
    kind: "onnx-generator",
    model,
    latent: { name: latent.name, shape: latent.dims.slice(1) },
    ...(label
      ? { class: { name: label.name, count: numberAt(label.dims, 1) ?? 2, encoding: isIndex ? "index" : "one-hot" } }
      : {}),
    constants: Object.fromEntries(rest.filter((input) => input !== label).map(({ name }) => [name, 1])),
    image: { name: image.name, channels: channelsOfCount(numberAt(image.dims, 1)!), range: [0, 1] },
    imageSizePx: numberAt(image.dims, 2),
  };
}
