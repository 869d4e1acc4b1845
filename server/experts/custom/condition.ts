/**
 * Conditioning expert Φ from any declared ONNX graph (server/manifest/declared-manifest.ts): an image or text in, one layer
 * out, pooled to a vector. It runs one value at a time, so that a vector never depends on its neighbours, and graphs with a
 * fixed batch of one work.
 */
import { join } from "node:path";
import type { ConditionField } from "../../../shared/contract/conditions.ts";
import type { ConditionValue } from "../../engine/interfaces.ts";
import { joinRows } from "../../engine/join-rows.ts";
import {
  channelCount,
  type ImageInput,
  type OnnxExpertEntry,
  type TextInput,
} from "../../manifest/declared-manifest.ts";
import type { Feeds, Tensor } from "../../onnx/session.ts";
import type { Promised } from "../check.ts";
import type { ExpertCore, ExpertOptions } from "../expert.ts";
import { SharedFiles } from "../shared-files.ts";
import { readTokenizer, tokenIds } from "../text.ts";
import { requireImage, requireText } from "../values.ts";
import { openGraph, withBatch } from "./graph.ts";
import { toGraphPixels } from "./pixels.ts";
import { toVector } from "./pooling.ts";

/** A declared expert and its layer before pooling, for `tau experts check`. */
export interface OnnxExpert extends ExpertCore {
  /** The layer for values in one run; texts need the same number of tokens. */
  layerOf(values: readonly ConditionValue[]): Promise<Tensor>;
}

/**
 * @param field condition of the expert; its errors name it
 * @throws AppError `pack_corrupt` naming what the graph has and what was declared
 */
export async function openOnnxExpert(
  packFolder: string,
  entry: OnnxExpertEntry,
  field: ConditionField,
  options: ExpertOptions = {},
): Promise<OnnxExpert> {
  const label = `onnx expert ${entry.model}`;
  const { input, layer, data } = entry;
  const inputs = promisedInputs(input);
  const graph = await openGraph(packFolder, { path: entry.model, label, data, layer, inputs }, options);
  const feed = input.kind === "image" ? imageFeed(input, field) : await textFeed(packFolder, input, field, options);
  const layerOf = (values: readonly ConditionValue[]): Promise<Tensor> => graph.run(feed(values));
  return {
    dims: entry.dims,
    layerOf,
    async encode(values) {
      const rows: Float32Array[] = [];
      for (const value of values) rows.push(toVector(await layerOf([value]), entry, label));
      return joinRows(rows);
    },
  };
}

const imageShape = ({ channels, sizePx }: ImageInput): number[] => [channelCount[channels], sizePx, sizePx];

function promisedInputs(input: ImageInput | TextInput): Promised[] {
  if (input.kind === "image") return [withBatch(input.name, imageShape(input))];
  const names = [input.ids, input.mask, input.types].filter((name) => name !== undefined);
  return names.map((name) => ({ name, type: "int64", shape: ["batch", "tokens"] }));
}

type Feed = (values: readonly ConditionValue[]) => Feeds;

const imageFeed =
  (input: ImageInput, field: ConditionField): Feed =>
  (values) => {
    const pixels = values.map((value) => toGraphPixels(requireImage(value, field), input));
    return { [input.name]: { data: joinRows(pixels), dims: [values.length, ...imageShape(input)] } };
  };

async function textFeed(
  packFolder: string,
  { tokenizer: path, maxTokens, ids, mask, types }: TextInput,
  field: ConditionField,
  { shared = new SharedFiles() }: ExpertOptions,
): Promise<Feed> {
  const tokenizer = await shared.open(join(packFolder, path), "tokenizer", readTokenizer);
  return (values) => {
    const rows = values.map((value) => tokenIds(tokenizer, requireText(value, field), maxTokens));
    const tokens = rows.flat();
    const dims = [rows.length, tokens.length / rows.length];
    const filled = (name: string | undefined, fill: bigint): Feeds =>
      name === undefined ? {} : { [name]: { data: new BigInt64Array(tokens.length).fill(fill), dims } };
    return { [ids]: { data: BigInt64Array.from(tokens, BigInt), dims }, ...filled(mask, 1n), ...filled(types, 0n) };
  };
}
