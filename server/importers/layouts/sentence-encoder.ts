/**
 * Sentence encoders of sentence-transformers: BERT (Devlin et al. 2019), of which MiniLM is a small one, and MPNet (Song et al. 2020), whose attention adds a
 * bias by distance. Gives the states of all tokens and, for encoders that read it, the first one's alone; pooling is the declared expert's.
 */

import { OnnxExpertSchema } from "../../manifest/declared-manifest.ts";
import { Network, type Tensor } from "../../onnx/network.ts";
import { type Imported, type Importer, weightsFileOf } from "../importer.ts";
import { add, multiply, reshape, slice, transpose } from "../layers/layers.ts";
import { derived, Weights } from "../weights.ts";
import { readSentenceSettings, type SentenceSettings } from "./sentence-settings.ts";

const marker = "embeddings.word_embeddings.weight";

export const sentenceEncoder: Importer = {
  summary: "BERT, MiniLM or MPNet of sentence-transformers, with config.json and tokenizer.json beside it",
  fits: (checkpoint) => Weights.isIn(checkpoint, marker),
  async build(checkpoint, options): Promise<Imported> {
    const settings = await readSentenceSettings(options.folder);
    const weights = Weights.holding(checkpoint, marker, "sentence-encoder");
    const [, dims = 0] = weights.shapeOf(marker);
    const network = new Network(options.name);
    const states = encode(network, weights, settings);
    network.output("last_hidden_state", states, ["batch", "tokens", dims]);
    network.output("first_token", reshape(network, slice(network, states, 1, 0, 1), [0, dims]), ["batch", dims]);
    const isMean = settings.pooling === "mean";
    const declaration = OnnxExpertSchema.parse({
      kind: "onnx",
      model: `${options.name}.onnx`,
      data: [weightsFileOf(options)],
      input: {
        kind: "text",
        tokenizer: `${options.name}-tokenizer.json`,
        mask: "attention_mask",
        ...(settings.layout === "bert" ? { types: "token_type_ids" } : {}),
        maxTokens: settings.maxTokens,
      },
      layer: isMean ? "last_hidden_state" : "first_token",
      pooling: isMean ? "mean" : "none",
      dims,
    });
    return {
      networks: [{ file: `${options.name}.onnx`, network }],
      declarations: { [options.name]: declaration },
      copies: [{ from: settings.tokenizer, to: `${options.name}-tokenizer.json` }],
      notes: [`${settings.layout}, ${settings.heads} heads, pooled by ${settings.pooling}`],
      unused: weights.unused().filter((name) => /^(embeddings|encoder)\./.test(name)),
    };
  },
};

function encode(network: Network, weights: Weights, { layout, heads, eps }: SentenceSettings): Tensor {
  const ids = network.input("input_ids", ["batch", "tokens"], "int64");
  const mask = network.input("attention_mask", ["batch", "tokens"], "int64");
  const embeddings = weights.within("embeddings.");
  const words = network.node("Gather", [network.weight(embeddings.get("word_embeddings.weight")), ids], { axis: 0 });
  const length = slice(network, network.node("Shape", [ids]), 0, 1, 2);
  // MPNet's first two positions stand for padding.
  const skipped = layout === "mpnet" ? 2 : 0;
  const table = embeddings.get("position_embeddings.weight");
  const end = add(network, length, network.integers(skipped));
  const places = network.node("Slice", [network.weight(table), network.integers(skipped), end, network.integers(0)]);
  let x = add(network, words, places);
  if (layout === "bert") {
    const types = network.input("token_type_ids", ["batch", "tokens"], "int64");
    const typeTable = network.weight(embeddings.get("token_type_embeddings.weight"));
    x = add(network, x, network.node("Gather", [typeTable, types], { axis: 0 }));
  }
  x = layerNorm(network, embeddings.within("LayerNorm."), x, eps);
  let bias = maskBias(network, mask);
  if (layout === "mpnet")
    bias = add(network, bias, distanceBias(network, weights, heads, length, table.shape[0]! - skipped));
  for (let at = 0; at < weights.count("encoder.layer"); at += 1)
    x = encoderLayer(network, weights.within(`encoder.layer.${at}.`), x, { layout, heads, eps, bias });
  return x;
}

/** 0 where a token counts, far below every score where it is padding, [batch, 1, 1, tokens]. */
function maskBias(network: Network, mask: Tensor): Tensor {
  const counted = network.node("Cast", [mask], { to: 1 });
  const missing = network.node("Sub", [counted, network.constant(1)]);
  return network.node("Unsqueeze", [multiply(network, missing, network.constant(1e9)), network.integers(1, 2)]);
}

/** Buckets of distances as T5 has them (Raffel et al. 2020): 16 to each side, of which 8 are exact and the others grow by ratio up to 128. */
const [bucketsOfSide, exactBuckets, farthest] = [16, 8, 128];

export function distanceBucket(distance: number): number {
  const [side, far] = [distance > 0 ? bucketsOfSide : 0, Math.abs(distance)];
  if (far < exactBuckets) return side + far;
  const steps = (Math.log(far / exactBuckets) / Math.log(farthest / exactBuckets)) * (bucketsOfSide - exactBuckets);
  return side + Math.min(bucketsOfSide - 1, exactBuckets + Math.floor(steps));
}

/** A bias for each head and pair of tokens, [1, heads, tokens, tokens], looked up in a table of all distances. */
function distanceBias(network: Network, weights: Weights, heads: number, length: Tensor, lengthMax: number): Tensor {
  const source = weights.get("encoder.relative_attention_bias.weight", [2 * bucketsOfSide, heads]);
  const distances = 2 * lengthMax - 1;
  const table = derived(`${source.name}:distances`, [heads, distances], [source], (values) =>
    Float32Array.from({ length: heads * distances }, (_, at) => {
      const [head, place] = [Math.floor(at / distances), at % distances];
      return values[distanceBucket(place - (lengthMax - 1)) * heads + head]!;
    }),
  );
  const count = reshape(network, length, []);
  const scalar = (value: number): Tensor => network.constant(BigInt64Array.of(BigInt(value)));
  const places = network.node("Range", [scalar(0), count, scalar(1)]);
  const [columns, rows] = [0, 1].map((axis) => network.node("Unsqueeze", [places, network.integers(axis)]));
  const distance = network.node("Sub", [columns!, rows!]);
  const bias = network.node("Gather", [network.weight(table), add(network, distance, scalar(lengthMax - 1))], {
    axis: 1,
  });
  return network.node("Unsqueeze", [bias, network.integers(0)]);
}

interface LayerOptions extends Pick<SentenceSettings, "layout" | "heads" | "eps"> {
  readonly bias: Tensor;
}

function encoderLayer(
  network: Network,
  weights: Weights,
  x: Tensor,
  { layout, heads, eps, bias }: LayerOptions,
): Tensor {
  const names = {
    bert: ["self.query", "self.key", "self.value", "output.dense", "output.LayerNorm"],
    mpnet: ["attn.q", "attn.k", "attn.v", "attn.o", "LayerNorm"],
  } as const;
  const attention = weights.within("attention.");
  const [query, key, value, out, norm] = names[layout];
  const project = (name: string): Tensor => dense(network, attention.within(`${name}.`), x);
  const split = (rows: Tensor): Tensor => transpose(network, reshape(network, rows, [0, 0, heads, -1]), [0, 2, 1, 3]);
  const [dims = 0] = attention.shapeOf(`${query}.weight`);
  const keys = transpose(network, split(project(key)), [0, 1, 3, 2]);
  const raw = network.node("MatMul", [split(project(query)), keys]);
  const scores = add(network, multiply(network, raw, network.constant(1 / Math.sqrt(dims / heads))), bias);
  const mixed = network.node("MatMul", [network.node("Softmax", [scores], { axis: -1 }), split(project(value))]);
  const joined = reshape(network, transpose(network, mixed, [0, 2, 1, 3]), [0, 0, dims]);
  const attended = add(network, x, dense(network, attention.within(`${out}.`), joined));
  const first = layerNorm(network, attention.within(`${norm}.`), attended, eps);
  const inner = network.node("Gelu", [dense(network, weights.within("intermediate.dense."), first)]);
  const second = add(network, first, dense(network, weights.within("output.dense."), inner));
  return layerNorm(network, weights.within("output.LayerNorm."), second, eps);
}

/** x·Wᵀ + b over the last axis; W is stored transposed, so that the product needs no more nodes. */
function dense(network: Network, weights: Weights, x: Tensor): Tensor {
  const weight = weights.get("weight", [null, null]);
  const [outputs = 0, inputs = 0] = weight.shape;
  const transposed = derived(`${weight.name}:transposed`, [inputs, outputs], [weight], (values) =>
    Float32Array.from(
      { length: values.length },
      (_, at) => values[(at % outputs) * inputs + Math.floor(at / outputs)]!,
    ),
  );
  const product = network.node("MatMul", [x, network.weight(transposed)]);
  return add(network, product, network.weight(weights.get("bias", [outputs])));
}

/** Old files call the two parts gamma and beta. */
function layerNorm(network: Network, weights: Weights, x: Tensor, eps: number): Tensor {
  const [gain, shift] = weights.has("gamma") ? ["gamma", "beta"] : ["weight", "bias"];
  return network.node(
    "LayerNormalization",
    [x, network.weight(weights.get(gain!)), network.weight(weights.get(shift!))],
    { axis: -1, epsilon: { float: eps } },
  );
}
